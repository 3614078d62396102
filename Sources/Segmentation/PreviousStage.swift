package import Foundation
import Models
import Volumes

/// The folder of a cascade's first stage, among the neighbors of the second's.
///
/// nnU-Net names a trained model `TRAINER__PLANS__CONFIGURATION`; a Delineate model may keep the
/// first stage in a folder `previous-stage` of its own.
/// - Returns: `nil` where neither is there.
package func previousStageFolder(_ configuration: String, beside model: URL) -> URL? {
  let own = model.appending(path: "previous-stage")
  if FileManager.default.fileExists(atPath: own.path) { return own }
  let parts = model.lastPathComponent.components(separatedBy: "__")
  guard parts.count == 3 else { return nil }
  let name = "\(parts[0])__\(parts[1])__\(configuration)"
  let sibling = model.deletingLastPathComponent().appending(path: name)
  return FileManager.default.fileExists(atPath: sibling.path) ? sibling : nil
}

extension SegmentationService {
  /// The labels of a cascade's first stage, whose model folder lies beside the second's.
  func labels(
    ofPreviousStage stage: String,
    for request: SegmentationRequest,
    plan: ModelPlan,
    progress: @Sendable (SegmentationProgress) -> Void
  ) async throws -> LabelMap {
    guard let folder = previousStageFolder(stage, beside: request.model) else {
      throw SegmentationError.noPreviousStage(name: stage)
    }
    var first = request
    first.model = folder
    first.probabilitiesFolder = nil
    first.prioritization = nil
    first.findsRegistration = false
    // The second stage was trained on labels as the first one's network gives them.
    first.postprocessing = false
    let result = try await segment(first, progress: progress)
    guard result.scheme == plan.labels, plan.mergedSides == nil else {
      throw SegmentationError.previousStageDiffers(name: stage)
    }
    return result.labelMap
  }
}
