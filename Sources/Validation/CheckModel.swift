import Archives
import Datasets
public import Foundation
import Models
public import Segmentation
import Training
import VolumeFiles
import Volumes

/// What a finished model draws on the cases that it was decided by, beside what was validated.
public struct ModelCheck: Codable, Hashable, Sendable {
  /// How many cases were compared.
  public var cases = 0
  /// Their voxels.
  public var voxels = 0
  /// The voxels whose labels differ from those that were validated.
  public var differentVoxels = 0
  /// The cases with such voxels.
  public var differentCases: [String] = []
}

/// Predicts the cases of a validation with a finished model, post-processing included, and counts the
/// voxels that differ from what was validated: what rounding its weights to 16 bits changed, say.
///
/// The label maps are left in ``ValidationFolder/checked``. A case of a cross-validation was validated
/// by one fold and is drawn by the average of all here: then the figures say nothing about new
/// patients.
/// - Parameters:
///   - model: A model folder or archive.
///   - request: The planned folder, and how the network runs; its folds and weights are not asked.
///   - service: Predicts.
///   - progress: Called from the device thread.
/// - Returns: The counts.
/// - Throws: ``FoldValidationError``, or the error of the stage that failed.
public func checkModel(
  at model: URL,
  _ request: ValidationRequest,
  by service: SegmentationService,
  progress: @Sendable (ValidationProgress) -> Void = { _ in }
) async throws -> ModelCheck {
  guard let decision = try ValidationDecision(of: request.work) else {
    throw FoldValidationError.notValidated(folder: request.work.lastPathComponent)
  }
  let places = ValidationFolder(in: request.work)
  let predicted = PredictedCases(
    name: model.lastPathComponent,
    model: try readModel(at: model),
    folder: places.checked,
    identity: try contentDigest(of: model),
    postprocessing: true
  )
  let names = Set(decision.folds.flatMap(\.cases))
  let cases = try PlannedFolder(contentsOf: request.work).dataset.cases.filter { one in
    let file = places.predicted.appending(path: PredictedCases.fileName(one.name))
    return names.contains(one.name) && FileManager.default.fileExists(atPath: file.path)
  }
  try await predicted.predict(cases, request, by: service, progress: progress)
  var check = ModelCheck()
  for one in cases {
    let file = places.predicted.appending(path: PredictedCases.fileName(one.name))
    let validated = try readLabelMap(at: file).labelMap
    let found = try readLabelMap(at: predicted.url(one.name)).labelMap
    let different = validated.withUnsafeVoxels { expected in
      found.withUnsafeVoxels { found in
        expected.count == found.count
          ? expected.indices.reduce(0) { $0 + (expected[$1] == found[$1] ? 0 : 1) }
          : expected.count
      }
    }
    check.cases += 1
    check.voxels += validated.grid.count
    check.differentVoxels += different
    if different > 0 { check.differentCases.append(one.name) }
  }
  return check
}

/// The SHA-256 of an archive, or of the files directly in a model's folder.
private func contentDigest(of model: URL) throws -> String {
  var isFolder: ObjCBool = false
  let files = FileManager.default
  guard files.fileExists(atPath: model.path, isDirectory: &isFolder), isFolder.boolValue else {
    return try SHA256.hexDigest(ofFile: model)
  }
  var digests: [String] = []
  for name in try files.contentsOfDirectory(atPath: model.path).sorted() {
    let file = model.appending(path: name)
    guard files.fileExists(atPath: file.path, isDirectory: &isFolder), !isFolder.boolValue else {
      continue
    }
    digests.append("\(name) \(try SHA256.hexDigest(ofFile: file))")
  }
  return SHA256.hexDigest(of: Data(digests.joined(separator: "\n").utf8))
}
