import Randomness

/// Brings channels down to a coarser grid, each voxel from its nearest neighbor, and linearly back.
///
/// - SeeAlso: batchgeneratorsv2, `SimulateLowResolutionTransform`; PyTorch's `interpolate` with
///   `nearest-exact` and `trilinear`.
struct LowResolution: Augmentation {
  struct Draw: Codable, Hashable, Sendable {
    /// For each channel the factor of the resolution along the three axes, or none where it stays.
    var scales: [[Float]]
  }
  var chance: AugmentationPlan.Chance
  /// Whether the first axis keeps its resolution.
  var isInPlane: Bool

  func draw(channels: Int, using generator: inout SeededGenerator) -> Draw? {
    guard chance.happens(using: &generator) else { return nil }
    let scales: [[Float]] = (0..<channels).map { _ in
      let isCoarse = generator.nextUnit() < 0.5
      let scale = Float(chance.even(using: &generator))
      return isCoarse ? [isInPlane ? 1 : scale, scale, scale] : []
    }
    return scales.allSatisfy(\.isEmpty) ? nil : Draw(scales: scales)
  }

  static func apply(_ draw: Draw, to patch: inout Patch) {
    let size = patch.size
    for (channel, scales) in draw.scales.prefix(patch.channelCount).enumerated()
    where scales.count == 3 {
      let coarse = (0..<3).map { axis in
        let exact = (Double(size[axis]) * Double(scales[axis])).rounded(.toNearestOrEven)
        return min(max(Int(exact), 1), size[axis])
      }
      let axes = (0..<3).map { Axis(fine: size[$0], coarse: coarse[$0]) }
      patch.withChannel(channel) { voxels in
        guard let voxels = voxels.baseAddress else { return }
        coarsen(voxels, size, coarse, axes)
      }
    }
  }

  /// Where coarse voxels come from along one axis, and where fine ones do on the way back.
  private struct Axis {
    /// For each coarse voxel, the fine one that it copies.
    let nearest: [Int]
    /// For each fine voxel, the coarse ones below and above.
    let below: [Int]
    let above: [Int]
    /// How much of the one above.
    let share: [Float]

    init(fine: Int, coarse: Int) {
      let down = Float(fine) / Float(coarse)
      nearest = (0..<coarse).map { min(Int((Float($0) + 0.5) * down), fine - 1) }
      let up = Float(coarse) / Float(fine)
      let places = (0..<fine).map { max((Float($0) + 0.5) * up - 0.5, 0) }
      below = places.map { min(Int($0), coarse - 1) }
      above = below.map { min($0 + 1, coarse - 1) }
      share = zip(places, below).map { min(max($0 - Float($1), 0), 1) }
    }
  }

  private static func coarsen(
    _ voxels: UnsafeMutablePointer<Float>,
    _ size: [Int],
    _ coarse: [Int],
    _ axes: [Axis]
  ) {
    let few = UnsafeMutablePointer<Float>.allocate(capacity: coarse[0] * coarse[1] * coarse[2])
    let row = UnsafeMutablePointer<Float>.allocate(capacity: coarse[2])
    defer {
      few.deallocate()
      row.deallocate()
    }
    var target = few
    for d in axes[0].nearest {
      for h in axes[1].nearest {
        let source = voxels + (d * size[1] + h) * size[2]
        for w in axes[2].nearest {
          target.pointee = source[w]
          target += 1
        }
      }
    }
    func line(_ d: Int, _ h: Int) -> UnsafeMutablePointer<Float> {
      few + (d * coarse[1] + h) * coarse[2]
    }
    for d in 0..<size[0] {
      let z = axes[0].share[d]
      for h in 0..<size[1] {
        let y = axes[1].share[h]
        let corners = (
          line(axes[0].below[d], axes[1].below[h]), line(axes[0].below[d], axes[1].above[h]),
          line(axes[0].above[d], axes[1].below[h]), line(axes[0].above[d], axes[1].above[h])
        )
        let weights = ((1 - z) * (1 - y), (1 - z) * y, z * (1 - y), z * y)
        for w in 0..<coarse[2] {
          row[w] =
            weights.0 * corners.0[w] + weights.1 * corners.1[w] + weights.2 * corners.2[w]
            + weights.3 * corners.3[w]
        }
        let fine = voxels + (d * size[1] + h) * size[2]
        axes[2].below.withUnsafeBufferPointer { below in
          axes[2].above.withUnsafeBufferPointer { above in
            axes[2].share.withUnsafeBufferPointer { share in
              for w in 0..<size[2] {
                let value = row[below[w]]
                fine[w] = value + share[w] * (row[above[w]] - value)
              }
            }
          }
        }
      }
    }
  }
}
