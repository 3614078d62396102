import Anatomy
import Archives
import Datasets
import Foundation
import Models
import Segmentation
import Training
import VolumeFiles

/// Predicts whole cases with a model, as `segment` does, into a folder of label maps.
struct PredictedCases {
  /// What is predicted, for people.
  let name: String
  /// The model.
  let model: Model
  /// Where the label maps go.
  let folder: URL
  /// What the model is, beyond its plan and the files that its weights came from.
  var identity = ""
  /// Whether the model's rules for label maps are followed.
  var postprocessing = false

  /// The place of a case's label map.
  func url(_ one: String) -> URL { folder.appending(path: Self.fileName(one)) }

  /// Predicts the cases that are not there yet, or not by this model.
  ///
  /// Beside the label maps stands a `dataset.json` with the structures' names, as nnU-Net's and our
  /// own evaluation read it.
  func predict(
    _ cases: [TrainingCase],
    _ request: ValidationRequest,
    by service: SegmentationService,
    progress: @Sendable (ValidationProgress) -> Void
  ) async throws {
    var kept = try KeptFiles(in: folder, madeFrom: try madeFrom(request))
    try writeNames()
    let missing = cases.filter { !kept.isWhole(Self.fileName($0.name)) }
    var done = cases.count - missing.count
    progress(.init(name: name, done: done, total: cases.count))
    guard !missing.isEmpty else { return }
    // The service reads models from folders; this one goes when its cases are done.
    let place = folder.appending(path: ".model")
    try? FileManager.default.removeItem(at: place)
    defer { try? FileManager.default.removeItem(at: place) }
    try writeModel(model, to: place)
    let requests = missing.map {
      request.segmentation(of: $0.channels, model: place, postprocessing: postprocessing)
    }
    for (index, one) in missing.enumerated() {
      let finished = done
      let result = try await service.segment(
        requests[index],
        next: requests.dropFirst(index + 1).first
      ) {
        progress(.init(name: name, done: finished, total: cases.count, current: $0))
      }
      try VolumeFiles.write(result.labelMap, scheme: nil, to: url(one.name))
      try kept.keep(Self.fileName(one.name))
      done += 1
      progress(.init(name: name, done: done, total: cases.count))
    }
  }

  static func fileName(_ one: String) -> String { "\(one).nii.gz" }

  /// What the label maps follow from: plan, weights and settings.
  private func madeFrom(_ request: ValidationRequest) throws -> String {
    struct Source: Encodable {
      let plan: ModelPlan
      let sources: [ModelProvenance.Source]
      let settings: ValidationDecision.Settings
      let identity: String
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return SHA256.hexDigest(
      of: try encoder.encode(
        Source(
          plan: model.plan,
          sources: model.provenance.sources,
          settings: request.settings,
          identity: identity
        )
      )
    )
  }

  private func writeNames() throws {
    var labels: [String: Int] = ["background": 0]
    for entry in model.plan.labels.entries { labels[entry.name] = Int(entry.label) }
    try validationJSON(["labels": labels])
      .write(to: folder.appending(path: "dataset.json"), options: .atomic)
  }
}
