internal import Foundation
internal import Volumes

/// How far slices may be from an even stack before they are refused.
private enum Tolerance {
  /// Of a gap between slices: the fraction of the spacing.
  static let gap = 0.02
  /// Gaps below this fraction of the spacing mean two slices at one place.
  static let doubled = 0.1
  /// Of the angle between two slices' normals or rows, in degrees.
  static let angle = 0.1
  /// Of the distance between pixels: a fraction.
  static let pixel = 1e-3
  /// Of the shift between neighboring slices at right angles to the stack, in mm: positions in
  /// files are rounded.
  static let shift = 0.02
}

/// The grid of slices sorted along their normal, where they are an even stack.
func checkedGrid(_ slices: [DICOMSlice]) throws(DICOMSeriesProblem) -> VoxelGrid {
  guard let first = slices.first, let last = slices.last, slices.count > 1 else {
    throw .singleSlice
  }
  for slice in slices {
    guard slice.size == first.size else { throw .mixedSizes(first.size, slice.size) }
    guard
      (slice.spacing.x - first.spacing.x).magnitude < Tolerance.pixel * first.spacing.x,
      (slice.spacing.y - first.spacing.y).magnitude < Tolerance.pixel * first.spacing.y
    else {
      throw .mixedSpacings(first.spacing, slice.spacing)
    }
    let turn = max(
      angle(slice.row, first.row),
      angle(slice.column, first.column),
      angle(slice.normal, first.normal)
    )
    guard turn <= Tolerance.angle else { throw .mixedOrientations(degrees: turn) }
  }
  let normal = first.normal / length(first.normal)
  let positions = slices.map { $0.position(along: normal) }
  try checkGaps(positions)

  let extent = positions[positions.count - 1] - positions[0]
  for (index, slice) in slices.enumerated() {
    let offset = slice.origin - first.origin
    let shift = length(offset - dot(offset, normal) * normal)
    guard shift <= Tolerance.shift * Double(max(index, 1)) else {
      throw .gantryTilt(degrees: atan2(shift, positions[index] - positions[0]) * 180 / .pi)
    }
  }
  // From the first slice's center to the last's, as ITK stacks them: no drift over the stack.
  let stack = last.origin - first.origin
  do {
    return try VoxelGrid(
      size: SIMD3(first.size.x, first.size.y, slices.count),
      spacing: SIMD3(
        first.spacing.x,
        first.spacing.y,
        extent / Double(slices.count - 1)
      ),
      origin: first.origin,
      direction: Matrix3(columns: first.row, first.column, stack / length(stack))
    )
  } catch {
    throw .badGrid(error)
  }
}

/// Refuses doubled, missing and unevenly spaced slices; positions are sorted.
private func checkGaps(_ positions: [Double]) throws(DICOMSeriesProblem) {
  let gaps = zip(positions.dropFirst(), positions).map { $0 - $1 }
  let sorted = gaps.sorted()
  // Most gaps are right; where half are zero, those that are not tell the spacing.
  let distinct = sorted.filter { $0 > 1e-3 }
  guard !distinct.isEmpty else {
    throw .doubledSlice(position: positions[0], count: positions.count)
  }
  let spacing = distinct[distinct.count / 2]
  for (index, gap) in gaps.enumerated() where gap < Tolerance.doubled * spacing {
    let same = positions.count { ($0 - positions[index]).magnitude < Tolerance.doubled * spacing }
    throw .doubledSlice(position: positions[index], count: same)
  }
  for (index, gap) in gaps.enumerated() where (gap - spacing).magnitude > Tolerance.gap * spacing {
    let multiple = (gap / spacing).rounded()
    if multiple >= 2, multiple < 1e6,
      (gap / multiple - spacing).magnitude <= Tolerance.gap * spacing
    {
      throw .missingSlices(
        count: Int(multiple) - 1,
        after: positions[index],
        before: positions[index + 1],
        spacing: spacing
      )
    }
    throw .unevenSpacing(after: positions[index], gap: gap, spacing: spacing)
  }
}

/// The angle between two directions, in degrees.
private func angle(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double {
  atan2(length(cross(a, b)), dot(a, b)) * 180 / .pi
}
