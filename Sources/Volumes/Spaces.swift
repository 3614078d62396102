/// DICOM's patient coordinates: x to the left, y to posterior, z to the head, in mm.
public enum PatientSpace {}

/// Voxel indices (i, j, k); whole numbers lie at voxel centers.
public enum VoxelSpace {}

/// A place in one coordinate system; points of different systems do not mix.
public struct Point<Space>: Hashable, Sendable {
  /// The three coordinates: mm in ``PatientSpace``, indices in ``VoxelSpace``.
  public var coordinates: SIMD3<Double>

  /// A point at the given coordinates.
  public init(_ coordinates: SIMD3<Double>) { self.coordinates = coordinates }

  /// A point at the given coordinates.
  public init(_ x: Double, _ y: Double, _ z: Double) { coordinates = [x, y, z] }
}

/// An affine map from one coordinate system to another: `p ↦ linear · p + offset`.
public struct AffineTransform<From, To>: Hashable, Sendable {
  /// The 3×3 part.
  public let linear: Matrix3
  /// Where the origin of `From` goes.
  public let offset: SIMD3<Double>

  /// The map `p ↦ linear · p + offset`.
  public init(linear: Matrix3, offset: SIMD3<Double>) {
    self.linear = linear
    self.offset = offset
  }

  /// The image of a point.
  public func callAsFunction(_ point: Point<From>) -> Point<To> {
    Point(linear * point.coordinates + offset)
  }

  /// This map, then the next one.
  public func then<Next>(_ next: AffineTransform<To, Next>) -> AffineTransform<From, Next> {
    AffineTransform<From, Next>(
      linear: next.linear * linear,
      offset: next.linear * offset + next.offset
    )
  }

  /// The map back.
  /// - Returns: `nil` where the 3×3 part is singular.
  public func inverted() -> AffineTransform<To, From>? {
    guard let inverse = linear.inverted() else { return nil }
    return AffineTransform<To, From>(linear: inverse, offset: -(inverse * offset))
  }
}
