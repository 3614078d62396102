import Models
import NeuralNetworks
import Torch

extension Placement {
  /// The placement a request asks for.
  /// - Throws: ``TorchError/noCUDADevice``.
  init(_ request: SegmentationRequest) throws(TorchError) {
    if request.device == .cuda, !TorchRuntime.hasCUDA { throw .noCUDADevice }
    let usesCUDA = request.device != .cpu && TorchRuntime.hasCUDA
    self.init(device: usesCUDA ? .cuda : .cpu, type: request.precision.tensorType)
  }
}

extension ModelPlan.Outputs {
  /// How logits become labels.
  var decision: LabelDecision {
    switch self {
    case .classes(let labels): .firstMaximum(labels: labels)
    case .regions(let labels): .lastRegion(labels: labels)
    }
  }
}
