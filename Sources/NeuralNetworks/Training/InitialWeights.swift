import Foundation
import Randomness

/// The weights a network begins training with, drawn from a seed.
///
/// He's normal initialization for leaky ReLU with slope 0.01: standard deviation `√(2 / (1 + 0.01²)
/// / fan)`, where the fan is a filter's second axis times its voxels, as in PyTorch also for
/// transposed convolutions; biases and shifts 0, scales 1. In a residual network the scale before
/// each sum is 0, so that a block begins as the identity. A velocity begins near 0, so that a
/// registration begins as the identity, but not at 0, so that what lies before it learns (VoxelMorph).
/// - SeeAlso: He et al., ICCV 2015; nnU-Net's `InitWeights_He(1e-2)` and
///   `init_last_bn_before_add_to_0`.
package struct InitialWeights: WeightSource {
  private let seed: UInt64
  private let endsBlock: Set<String>

  /// The weights of a graph.
  package init(of graph: NetworkGraph, seed: UInt64) {
    self.seed = seed
    endsBlock = Set(
      graph.layers.compactMap { layer in
        if case .normalization = layer.operation, layer.inputs.count > 1 { layer.name } else { nil }
      }
    )
  }

  package func values(named name: String, shape: [Int]) throws(NetworkError) -> [Float] {
    let count = shape.reduce(1, *)
    guard shape.count == 5 else {
      // [C]: a bias or shift, or the scale of a normalization.
      let isNorm = name.hasSuffix("norm.weight")
      let isZero = !isNorm || endsBlock.contains(String(name.dropLast(".weight".count)))
      return [Float](repeating: isZero ? 0 : 1, count: count)
    }
    let fan = shape[1] * shape[2] * shape[3] * shape[4]
    let isVelocity = name == "registration.velocity.weight"
    let deviation = isVelocity ? 1e-3 : (2 / (1 + 1e-4) / Double(fan)).squareRoot()
    // Each tensor has a stream of its own, so its values do not depend on the layers before it.
    var generator = SeededGenerator(seed: seed, stream: name)
    return (0..<count).map { _ in Float(deviation * generator.nextNormal()) }
  }
}
