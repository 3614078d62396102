package import NeuralNetworks
import Randomness
package import Torch

/// Moves the second modality of a patch by a drawn deformation, so that a registration has a field to
/// find that is known.
///
/// The field is that of a drawn stationary velocity, and the scan is moved by the velocity's negative:
/// a voxel `p` of the first modality then lies at `p + u(p)` of the second, if it lay at `p` before.
struct KnownDeformation: Augmentation {
  var chance: AugmentationPlan.Chance
  var isInPlane: Bool

  func draw(channels: Int, using generator: inout SeededGenerator) -> ElasticField.Draw? {
    guard chance.happens(using: &generator) else { return nil }
    return ElasticField.Draw(
      magnitude: chance.even(using: &generator),
      isInPlane: isInPlane,
      seed: generator.next()
    )
  }

  /// The patch remembers it; whoever makes tensors of a batch moves the scan, see
  /// ``TrainingBatch/deformed(_:of:on:)``.
  static func apply(_ draw: ElasticField.Draw, to patch: inout Patch) { patch.deformation = draw }
}

extension TrainingBatch {
  /// The patches' scans with the second modality moved as drawn, and the field to find.
  /// - Parameters:
  ///   - image: The patches' scans, `[N, C, D, H, W]`.
  ///   - network: The network; only an M3-Net with a registration has patches moved.
  ///   - device: Where the tensors are.
  /// - Returns: The moved scans, and the field where a patch has one; `nil` where none has.
  /// - Throws: `TorchError`.
  package func deformed(
    _ image: Tensor,
    of network: NetworkPlan,
    on device: ComputeDevice
  ) throws(TorchError) -> (image: Tensor, field: ExpectedField?) {
    guard let m3 = network.m3, m3.registration != nil, let first = patches.first,
      patches.contains(where: { $0.deformation != nil })
    else { return (image, nil) }
    let size = first.size
    let still = [Float](repeating: 0, count: 3 * size.reduce(1, *))
    let velocities = patches.flatMap { patch in
      patch.deformation.map { ElasticField($0, size: size).values } ?? still
    }
    let isKnown = patches.map { $0.deformation == nil ? 0 : 1 as Float }
    return try withoutGradients { () throws(TorchError) in
      let velocity = try Tensor(velocities, shape: [patches.count, 3] + size, on: device)
      let steps = m3.registration?.squarings ?? 7
      let back = try (-velocity).integrated(steps: steps, scale: [1, 1, 1])
      let split = m3.modalities[0].channels
      let moved = try image.channels(split..<m3.inputChannels).warped(by: back, scale: [1, 1, 1])
      return (
        try .joined([image.channels(0..<split), moved]),
        ExpectedField(
          displacement: try velocity.integrated(steps: steps, scale: [1, 1, 1]),
          isKnown: try Tensor(isKnown, shape: [patches.count, 1, 1, 1, 1], on: device)
        )
      )
    }
  }
}
