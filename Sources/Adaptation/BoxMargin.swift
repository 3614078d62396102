internal import Foundation
internal import Randomness
public import Volumes

/// How far the box around a tumor reaches beyond it, on each of its six sides.
public enum BoxMargin: Codable, Hashable, Sendable {
  /// Whole voxels: what is drawn from on the sides of small indices, and on those of large ones.
  case voxels(low: ClosedRange<Int>, high: ClosedRange<Int>)
  /// Millimeters: what is drawn from on every side; rounded to whole voxels of each axis.
  case millimeters(ClosedRange<Double>)
}

/// Where within its range a margin lies.
public enum MarginChoice: Hashable, Sendable {
  /// In the middle, always: what a patient's contours are computed with.
  case middle
  /// As far as a number from 0 to 1 says, on all sides: 0 is the tightest box, 1 the widest.
  case share(Double)
  /// Drawn anew for each side of each box, repeatably by seed and case: what networks learn from.
  case drawn(seed: UInt64, name: String)
}

/// The boxes around tumors, clipped to the grid.
///
/// - Parameters:
///   - instances: The tumors.
///   - margin: How far the boxes reach beyond them.
///   - choice: Where within its range the margin lies.
///   - grid: The image's grid.
/// - Returns: One box for each tumor, in their order.
public func tumorBoxes(
  around instances: [TumorInstance],
  margin: BoxMargin,
  choice: MarginChoice,
  on grid: VoxelGrid
) -> [VoxelBox] {
  var generator: SeededGenerator? =
    if case .drawn(let seed, let name) = choice {
      SeededGenerator(seed: seed, stream: "tumor boxes of \(name)")
    } else { nil }
  return instances.map { instance in
    let tight = [instance.box.i, instance.box.j, instance.box.k]
    let ranges = tight.indices.map { axis in
      let below = margin.voxelCount(
        onLowSide: true,
        spacing: grid.spacing[axis],
        choice,
        using: &generator
      )
      let above = margin.voxelCount(
        onLowSide: false,
        spacing: grid.spacing[axis],
        choice,
        using: &generator
      )
      return max(
        0,
        tight[axis].lowerBound - below
      )..<min(grid.size[axis], tight[axis].upperBound + above)
    }
    return VoxelBox(i: ranges[0], j: ranges[1], k: ranges[2])
  }
}

extension BoxMargin {
  /// The margin of one side in whole voxels.
  fileprivate func voxelCount(
    onLowSide isLow: Bool,
    spacing: Double,
    _ choice: MarginChoice,
    using generator: inout SeededGenerator?
  ) -> Int {
    let share: Double
    switch choice {
    case .middle: share = 0.5
    case .share(let wanted): share = min(max(wanted, 0), 1)
    case .drawn: share = generator?.nextUnit() ?? 0.5
    }
    switch self {
    case .voxels(let low, let high):
      let range = isLow ? low : high
      // Each whole number of the range is as likely as the others where the share is drawn.
      return min(range.upperBound, range.lowerBound + Int(share * Double(range.count)))
    case .millimeters(let range):
      let distance = range.lowerBound + share * (range.upperBound - range.lowerBound)
      return Int((distance / spacing).rounded())
    }
  }
}
