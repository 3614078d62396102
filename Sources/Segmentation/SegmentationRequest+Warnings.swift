import Anatomy
import Inference
import SegmentationMetrics

extension SegmentationRequest {
  /// What a reader should know before using the contours.
  func warnings(
    _ run: FinishedWindows,
    _ states: [String: StructureState],
    scheme: LabelScheme,
    volumes: LabelVolumes
  ) -> [String] {
    var result = run.prioritization.map { $0.warnings(run.states) } ?? []
    let empty = scheme.entries.filter { entry in
      volumes.voxelCount(of: entry.label) == 0
        && ![.absent, .skipped].contains(states[entry.name])
    }.map(\.name)
    if !empty.isEmpty { result.append("Not found: \(empty.joined(separator: ", ")).") }
    if !missingChannels.isEmpty {
      let missing = missingChannels.joined(separator: ", ")
      result.append("Contoured without \(missing), as the model was also trained.")
    }
    if precision == .bfloat16 {
      result.append("bf16: labels may differ from single precision in a few voxels.")
    }
    if placement == .body, prioritization == nil {
      result.append("Body placement: air and couch were not looked at.")
    }
    return result
  }

  /// What a reader should know of the network's own registration, or of its absence.
  func warnings(_ registration: NetworkRegistration?) -> [String] {
    guard findsRegistration else { return [] }
    guard let summary = registration?.summary else {
      return ["The network registered nothing: it had one scan alone, or contoured the other one."]
    }
    guard summary.foldedShare > 0 else { return [] }
    let percent = (10_000 * summary.foldedShare).rounded(.up) / 100
    return ["The network's registration folds in \(percent) % of its voxels."]
  }
}
