import Inference
import NeuralNetworks
import TestSupport

/// A tiny network with weights drawn from their names and the fold.
struct DrawnNetwork: WeightSource {
  var fold = 0
  /// The bias of every logit, instead of what is drawn.
  var headBias: Float?

  static func plan(inputs: Int, outputs: Int) -> UNetPlan {
    UNetPlan(
      encoder: .plain,
      inputChannels: inputs,
      outputChannels: outputs,
      features: [8, 8],
      kernels: [[1, 3, 3], [3, 3, 3]],
      strides: [[1, 1, 1], [1, 2, 2]],
      encoderDepths: [1, 1],
      decoderDepths: [1]
    )
  }

  func network(inputs: Int, outputs: Int) throws(InferenceError) -> PreparedNetwork {
    do {
      return try PreparedNetwork(.unet(Self.plan(inputs: inputs, outputs: outputs)), weights: self)
    } catch {
      throw .network(error)
    }
  }

  func values(named name: String, shape: [Int]) throws(NetworkError) -> [Float] {
    let count = shape.reduce(1, *)
    if let headBias, name == "decoder.seg_layers.0.bias" {
      return [Float](repeating: headBias, count: count)
    }
    let values = drawn("\(name) of fold \(fold)", count: count)
    return name.hasSuffix("norm.weight") ? values.map { 1 + $0 / 2 } : values
  }
}
