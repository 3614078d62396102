import Archives
public import Datasets
public import Foundation
import ImageProcessing
public import Models
import NeuralNetworks
import Preprocessing
import Synchronization

/// The prepared cases of a data set in one folder: for each a safetensors file and its description.
public struct PreparedDataset: Sendable {
  /// Where they are.
  public let folder: URL

  /// The name of the folder of prepared cases in a planned folder.
  public static let folderName = "prepared"

  /// The prepared cases in a planned folder.
  public init(in work: URL) { folder = work.appending(path: Self.folderName) }

  /// Opens cases by their names.
  /// - Throws: ``PreparedCaseError``; its case is `stale` where one was prepared by another plan.
  public func open(_ names: [String], plan: ModelPlan) throws(PreparedCaseError)
    -> [PreparedCaseFile]
  {
    let preparation = plan.preparationChecksum
    var files: [PreparedCaseFile] = []
    for name in names {
      let file = try PreparedCaseFile(name, in: folder)
      guard file.record.preparation == preparation else { throw .stale(case: name) }
      files.append(file)
    }
    return files
  }

  /// What a preparation came to.
  public struct Summary: Codable, Hashable, Sendable {
    /// How many cases were prepared now.
    public var prepared = 0
    /// How many were there already, whole.
    public var kept = 0
    /// Bytes of all cases together.
    public var bytes = 0
    /// Seconds it took.
    public var seconds = 0.0
  }

  /// Prepares every case of a data set that is not there yet, or not as it should be.
  ///
  /// Cases are prepared side by side; a case begins only where its memory fits beside the others' in
  /// half of the machine's. Files that are there are kept where their checksum, their sources' and
  /// the plan's are right.
  /// - Parameters:
  ///   - dataset: The cases.
  ///   - plan: How they are prepared; the outputs decide the classes.
  ///   - threads: How many threads work.
  ///   - report: Called from any thread with the number of cases that are done.
  /// - Returns: How many were prepared and kept, their size, and the time it took.
  /// - Throws: ``PreparedCaseError`` of the first case, by name, that cannot be prepared; the others
  ///   are prepared nevertheless.
  public func prepare(
    _ dataset: TrainingDataset,
    plan: ModelPlan,
    threads: Int,
    report: @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(PreparedCaseError) -> Summary {
    let start = ContinuousClock.now
    try makeFolder()
    let cases = dataset.cases
    let limit = Int(clamping: ProcessInfo.processInfo.physicalMemory / 2)
    let budget = MemoryBudget(limit: limit)
    let results = Mutex<(summary: Summary, failures: [Int: PreparedCaseError], done: Int)>(
      (Summary(), [:], 0)
    )
    let workers = max(1, min(threads, cases.count))
    concurrently(cases.count, threads: workers) { tickets in
      while let ticket = tickets.next() {
        let one = cases[ticket]
        do throws(PreparedCaseError) {
          let source = try sourceChecksum(of: one, in: dataset)
          let bytes: Int
          if let kept = wholeRecord(of: one.name, plan: plan, source: source) {
            bytes = kept.byteCount
            results.withLock { $0.summary.kept += 1 }
          } else {
            let share = budget.take(memoryEstimate(of: one, plan: plan))
            defer { budget.giveBack(share) }
            let record = try prepare(
              one,
              of: dataset,
              plan: plan,
              source: source,
              threads: max(1, threads / workers)
            )
            bytes = record.byteCount
            results.withLock { $0.summary.prepared += 1 }
          }
          results.withLock { $0.summary.bytes += bytes }
        } catch {
          results.withLock { $0.failures[ticket] = error }
        }
        let done = results.withLock { state in
          state.done += 1
          return state.done
        }
        report(done, cases.count)
      }
    }
    let outcome = results.withLock { $0 }
    if let first = outcome.failures.min(by: { $0.key < $1.key }) { throw first.value }
    var summary = outcome.summary
    summary.seconds = start.duration(to: .now) / .seconds(1)
    return summary
  }

  private func makeFolder() throws(PreparedCaseError) {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      // What a killed run left behind.
      for name in try FileManager.default.contentsOfDirectory(atPath: folder.path)
      where name.hasPrefix(".") && name.hasSuffix(PreparedCaseFile.partialEnding) {
        unlink(folder.appending(path: name).path)
      }
    } catch {
      throw .unwritable(case: folder.lastPathComponent, reason: error.localizedDescription)
    }
  }

  /// The SHA-256 of what a case's files hold and of what the data set says about them.
  private func sourceChecksum(
    of one: TrainingCase,
    in dataset: TrainingDataset
  ) throws(PreparedCaseError) -> String {
    let current: String
    do { current = try one.currentChecksum() } catch { throw .dataset(error) }
    if let planned = one.checksum, planned != current {
      throw .dataset(.changedCase(case: one.name))
    }
    let classes: [String] =
      switch one.labels {
      case .map(_, let classes): classes.map { "\($0.key) is \($0.value)" }.sorted()
      case .masks(let masks): masks.map { "\($0.label)" }
      }
    let contoured = one.contoured.map { $0.sorted().map { "\($0)" } } ?? ["unknown"]
    let parts = [[current], [dataset.absence.rawValue], contoured, classes]
    return SHA256.hexDigest(
      of: Data(parts.map { $0.joined(separator: ",") }.joined(separator: "\n").utf8)
    )
  }

  /// The description of a case that is there, whole, from these sources by this plan.
  private func wholeRecord(
    of name: String,
    plan: ModelPlan,
    source: String
  ) -> PreparedCaseRecord? {
    guard let file = try? PreparedCaseFile(name, in: folder),
      file.record.preparation == plan.preparationChecksum, file.record.source == source,
      (try? file.verify()) != nil
    else { return nil }
    return file.record
  }

  private func prepare(
    _ one: TrainingCase,
    of dataset: TrainingDataset,
    plan: ModelPlan,
    source: String,
    threads: Int
  ) throws(PreparedCaseError) -> PreparedCaseRecord {
    let loaded: LoadedCase
    do { loaded = try dataset.load(one) } catch { throw .dataset(error) }
    var prepared: PreparedCase
    let labels: [UInt8]
    do {
      prepared = try Preprocessing.prepare(
        loaded.channels,
        plan: plan.preparation,
        threads: threads
      )
      labels = try prepareLabels(
        loaded.labels,
        of: loaded.channels,
        plan: plan.preparation,
        restoration: prepared.restoration,
        threads: threads
      )
    } catch {
      throw .preparation(case: one.name, error)
    }
    if plan.optionalChannels != nil { prepared = prepared.withoutConstantChannels() }
    return try PreparedCaseFile.write(
      prepared,
      labels: labels,
      classCount: plan.outputs.count,
      contoured: loaded.contoured.map { Int($0) },
      name: one.name,
      source: source,
      preparation: plan.preparationChecksum,
      to: folder
    )
  }
}

extension ModelPlan {
  /// The SHA-256 of what decides a prepared case, apart from its sources.
  var preparationChecksum: String {
    struct Parts: Encodable {
      let version: Int
      let preparation: PreparationPlan
      let outputs: Outputs
      let channelNames: [String]
    }
    let parts = Parts(
      version: PreparedCaseRecord.currentVersion,
      preparation: preparation,
      outputs: outputs,
      channelNames: channelNames
    )
    return SHA256.hexDigest(of: (try? JSONEncoder.sorted.encode(parts)) ?? Data())
  }
}
