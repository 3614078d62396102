/// Why numbers do not describe a grid of voxels.
public enum GridError: Error, Hashable {
  /// A size is below one, or the product does not fit.
  case impossibleSize(SIMD3<Int>)
  /// A spacing is zero, negative or not finite; mm.
  case impossibleSpacing(SIMD3<Double>)
  /// The origin is not finite; mm.
  case impossibleOrigin(SIMD3<Double>)
  /// The direction columns are not unit vectors at right angles.
  case notOrthonormal(Matrix3)
}

extension GridError: CustomStringConvertible {
  /// One sentence: what, and what was expected.
  public var description: String {
    switch self {
    case .impossibleSize(let size):
      "Grid: \(size.x)×\(size.y)×\(size.z) voxels; each size must be at least 1."
    case .impossibleSpacing(let spacing):
      "Grid: spacing \(spacing.x)×\(spacing.y)×\(spacing.z) mm; each must be positive and finite."
    case .impossibleOrigin(let origin):
      "Grid: origin (\(origin.x), \(origin.y), \(origin.z)) mm; each must be finite."
    case .notOrthonormal:
      "Grid: the direction columns are not unit vectors at right angles (sheared grids are not read)."
    }
  }
}

/// Two volumes that should lie on one grid do not.
public struct GridMismatch: Error, Hashable, CustomStringConvertible {
  /// The grid that was expected.
  public let expected: VoxelGrid
  /// The grid that was found.
  public let found: VoxelGrid

  /// A mismatch between two grids.
  public init(expected: VoxelGrid, found: VoxelGrid) {
    self.expected = expected
    self.found = found
  }

  /// One sentence that names the first property that differs.
  public var description: String {
    func triple<Scalar>(_ value: SIMD3<Scalar>) -> String { "\(value.x)×\(value.y)×\(value.z)" }
    if expected.size != found.size {
      return
        "Grids differ: \(triple(found.size)) voxels where \(triple(expected.size)) are expected."
    }
    if length(expected.spacing - found.spacing) > 1e-3 * expected.spacing.min() {
      return
        "Grids differ: spacing \(triple(found.spacing)) mm where \(triple(expected.spacing)) mm is expected."
    }
    if length(expected.origin - found.origin) > 1e-3 * expected.spacing.min() {
      let o = found.origin
      let e = expected.origin
      return
        "Grids differ: origin (\(o.x), \(o.y), \(o.z)) mm where (\(e.x), \(e.y), \(e.z)) mm is expected."
    }
    return
      "Grids differ in direction: \(found.orientation) where \(expected.orientation) is expected."
  }
}
