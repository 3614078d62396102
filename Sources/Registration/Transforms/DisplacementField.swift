public import Volumes

/// A displacement in mm at each voxel of a grid: `p ↦ p + displacement(p)`, LPS.
///
/// Between voxel centers displacements are interpolated linearly; more than half a voxel outside the
/// grid points stay where they are, as with ITK's `DisplacementFieldTransform`.
public struct DisplacementField: Hashable, Sendable {
  /// The displacements, in mm.
  public let vectors: Volume<SIMD3<Float>>
  private let voxelFromPatient: AffineTransform<PatientSpace, VoxelSpace>

  /// A field of displacements.
  public init(_ vectors: Volume<SIMD3<Float>>) {
    self.vectors = vectors
    voxelFromPatient = vectors.grid.voxelFromPatient
  }

  /// Two fields are the same where their grids and displacements are.
  public static func == (a: DisplacementField, b: DisplacementField) -> Bool {
    a.vectors == b.vectors
  }

  /// Hashes the grid alone: a field is large.
  public func hash(into hasher: inout Hasher) { hasher.combine(vectors.grid) }

  /// The image of a point, in mm.
  public func callAsFunction(_ point: SIMD3<Double>) -> SIMD3<Double> {
    vectors.withUnsafeVoxels { point + displacement(at: point, $0) }
  }

  /// Maps points in place.
  func map(_ points: UnsafeMutableBufferPointer<SIMD3<Double>>) {
    vectors.withUnsafeVoxels { voxels in
      for index in points.indices { points[index] += displacement(at: points[index], voxels) }
    }
  }

  @inline(__always)
  private func displacement(
    at point: SIMD3<Double>,
    _ voxels: UnsafeBufferPointer<SIMD3<Float>>
  ) -> SIMD3<Double> {
    let size = vectors.grid.size
    let place = voxelFromPatient.linear * point + voxelFromPatient.offset
    let last = SIMD3<Double>(size &- 1)
    guard place.x >= -0.5, place.y >= -0.5, place.z >= -0.5,
      place.x <= last.x + 0.5, place.y <= last.y + 0.5, place.z <= last.z + 0.5
    else { return [0, 0, 0] }
    let inside = place.clamped(lowerBound: [0, 0, 0], upperBound: last)
    let low = SIMD3<Int>(inside)  // not negative, so the cut is a floor
    let f = SIMD3<Float>(inside - SIMD3<Double>(low))
    let x = low.x + 1 < size.x ? 1 : 0
    let y = low.y + 1 < size.y ? size.x : 0
    let z = low.z + 1 < size.z ? size.x * size.y : 0
    let base = low.x + size.x * (low.y + size.y * low.z)
    func row(_ place: Int) -> SIMD3<Float> {
      voxels[place] + (voxels[place + x] - voxels[place]) * f.x
    }
    func plane(_ place: Int) -> SIMD3<Float> {
      let first = row(place)
      return first + (row(place + y) - first) * f.y
    }
    let first = plane(base)
    return SIMD3<Double>(first + (plane(base + z) - first) * f.z)
  }
}
