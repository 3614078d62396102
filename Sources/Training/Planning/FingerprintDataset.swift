import Anatomy
public import Datasets
import Foundation
import ImageProcessing
public import Preprocessing
import Synchronization

/// Reads every case of a data set once and takes its fingerprint.
///
/// Each case is checked on the way: that its files can be read, lie on one grid, and hold no number
/// but the structures'.
/// - Parameters:
///   - dataset: The cases.
///   - threads: How many cases are read at once.
///   - progress: Called with how many cases are done, from any thread.
/// - Returns: The fingerprint, and the data set with the checksums of its cases' files.
/// - Throws: ``PlanningError`` for the first case, in the data set's order, that cannot be used.
public func fingerprint(
  of dataset: TrainingDataset,
  threads: Int,
  progress: @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
) throws(PlanningError) -> (fingerprint: DatasetFingerprint, dataset: TrainingDataset) {
  typealias Taken = (fingerprint: CaseFingerprint, contoured: Set<UInt16>, checksum: String)
  struct State {
    var taken: [Int: Taken] = [:]
    var failures: [Int: PlanningError] = [:]
  }
  let state = Mutex(State())
  concurrently(dataset.cases.count, threads: threads) { tickets in
    // A case that was begun is finished, so that always the first that fails is told.
    while state.withLock({ $0.failures.isEmpty }), let number = tickets.next() {
      let result = Result<Taken, PlanningError> { () throws(PlanningError) in
        try take(dataset.cases[number], of: dataset)
      }
      let done = state.withLock { state in
        switch result {
        case .success(let taken): state.taken[number] = taken
        case .failure(let error): state.failures[number] = error
        }
        return state.taken.count
      }
      progress(done, dataset.cases.count)
    }
  }
  let (taken, failures) = state.withLock { ($0.taken, $0.failures) }
  if let first = failures.min(by: { $0.key < $1.key }) { throw first.value }
  var described = dataset
  var cases: [(name: String, contoured: Set<UInt16>, fingerprint: CaseFingerprint)] = []
  for (number, one) in dataset.cases.enumerated() {
    guard let found = taken[number] else { continue }
    described.cases[number].checksum = found.checksum
    cases.append((one.name, found.contoured, found.fingerprint))
  }
  do throws(FingerprintError) {
    let checksum = described.checksum
    return (try DatasetFingerprint(of: cases, datasetChecksum: checksum), described)
  } catch {
    throw .fingerprint(case: nil, error)
  }
}

private func take(
  _ one: TrainingCase,
  of dataset: TrainingDataset
) throws(PlanningError) -> (
  fingerprint: CaseFingerprint, contoured: Set<UInt16>, checksum: String
) {
  let loaded: LoadedCase
  let checksum: String
  do throws(TrainingDatasetError) {
    loaded = try dataset.load(one)
    checksum = try one.currentChecksum()
  } catch {
    throw .dataset(error)
  }
  do throws(FingerprintError) {
    let fingerprint = try CaseFingerprint(
      channels: loaded.channels,
      labels: loaded.labels,
      classCount: dataset.labels.entries.count
    )
    return (fingerprint, loaded.contoured, checksum)
  } catch {
    throw .fingerprint(case: one.name, error)
  }
}
