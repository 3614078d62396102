public import Datasets
public import Foundation
public import Preprocessing

/// A folder that `delineate plan` writes: the plan, the cases, how they are divided, and what the
/// plan was made from.
public struct PlannedFolder: Sendable {
  /// Where it is.
  public let url: URL
  /// What to train.
  public var plan: TrainingPlan
  /// The cases.
  public var dataset: TrainingDataset
  /// How they are divided.
  public var splits: CrossValidationSplits
  /// What the plan was made from.
  public var fingerprint: DatasetFingerprint

  /// The plan's file.
  public static let planName = "plan.json"
  /// The fingerprint's file.
  public static let fingerprintName = "fingerprint.json"

  /// A folder from its contents; nothing is written yet.
  public init(
    at url: URL,
    plan: TrainingPlan,
    dataset: TrainingDataset,
    splits: CrossValidationSplits,
    fingerprint: DatasetFingerprint
  ) {
    self.url = url
    self.plan = plan
    self.dataset = dataset
    self.splits = splits
    self.fingerprint = fingerprint
  }

  /// Reads a folder; plan and splits may have been changed by hand and are checked.
  /// - Throws: ``PlanningError``: a file is missing or not as written, the parts belong to different
  ///   data sets, or a fold is empty or names a case that is not there.
  public init(contentsOf url: URL) throws(PlanningError) {
    self.url = url
    plan = try Self.decode(TrainingPlan.self, from: url.appending(path: Self.planName))
    fingerprint = try Self.decode(
      DatasetFingerprint.self,
      from: url.appending(path: Self.fingerprintName)
    )
    do throws(TrainingDatasetError) {
      dataset = try TrainingDataset(
        descriptionAt: url.appending(path: TrainingDataset.fileName)
      )
    } catch {
      throw .dataset(error)
    }
    do throws(SplitsError) {
      splits = try CrossValidationSplits(
        contentsOf: url.appending(path: CrossValidationSplits.fileName)
      )
      try splits.validate(cases: dataset.cases.map(\.name))
    } catch {
      throw .splits(error)
    }
    let checksum = dataset.checksum
    guard plan.datasetChecksum == checksum, fingerprint.datasetChecksum == checksum else {
      throw .otherDataset(folder: url.lastPathComponent)
    }
  }

  /// Writes the four files; each appears under its name only when it is complete.
  /// - Throws: ``PlanningError``; among them where the folder holds trainings of another plan.
  public func write() throws(PlanningError) {
    let files = FileManager.default
    let place = url.appending(path: Self.planName)
    let data = try Self.json(plan, Self.planName)
    let trained = ((try? files.contentsOfDirectory(atPath: url.path)) ?? [])
      .filter { $0.hasPrefix("fold_") }.sorted()
    if let fold = trained.first, let old = try? Data(contentsOf: place), old != data {
      throw .alreadyTrained(folder: url.lastPathComponent, fold: fold)
    }
    do { try files.createDirectory(at: url, withIntermediateDirectories: true) } catch {
      throw .unwritable(file: url.lastPathComponent, reason: "the folder cannot be made")
    }
    let cases: Data
    do throws(TrainingDatasetError) { cases = try dataset.json() } catch { throw .dataset(error) }
    try Self.write(cases, to: url.appending(path: TrainingDataset.fileName))
    try Self.write(
      Data(splits.json().utf8),
      to: url.appending(path: CrossValidationSplits.fileName)
    )
    try Self.write(
      Self.json(fingerprint, Self.fingerprintName),
      to: url.appending(path: Self.fingerprintName)
    )
    // The plan comes last: where it is, the rest is.
    try Self.write(data, to: place)
  }

  private static func write(_ data: Data, to file: URL) throws(PlanningError) {
    do { try data.write(to: file, options: .atomic) } catch {
      throw .unwritable(file: file.lastPathComponent, reason: "the disk is full or closed")
    }
  }

  private static func decode<Value: Decodable>(
    _ type: Value.Type,
    from file: URL
  ) throws(PlanningError) -> Value {
    let name = file.lastPathComponent
    guard let data = try? Data(contentsOf: file) else {
      throw .unreadable(file: name, reason: "the folder was not made by delineate plan")
    }
    do { return try JSONDecoder().decode(type, from: data) } catch {
      throw .unreadable(file: name, reason: "it is not as delineate plan writes it")
    }
  }

  private static func json(
    _ value: some Encodable,
    _ name: String
  ) throws(PlanningError) -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      return Data(onOneLine(String(decoding: try encoder.encode(value), as: UTF8.self)).utf8)
    } catch {
      throw .unwritable(file: name, reason: "a number is not finite")
    }
  }
}

/// JSON with each list of plain values on one line.
func onOneLine(_ json: String) -> String {
  var result = ""
  result.reserveCapacity(json.utf8.count)
  var isText = false
  var isEscaped = false
  var opened: String.Index?
  for character in json {
    if isText {
      if character == "\"" && !isEscaped { isText = false }
      isEscaped = character == "\\" && !isEscaped
    } else if character == "\"" {
      isText = true
    } else if character == "[" {
      opened = result.endIndex
    } else if character == "{" || character == "}" {
      opened = nil
    } else if character == "]", let start = opened {
      let list = result[start...].dropFirst().split(separator: "\n")
        .map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: " ")
      result.replaceSubrange(start..., with: "[" + list.trimmingCharacters(in: .whitespaces))
      opened = nil
    }
    result.append(character)
  }
  return result
}
