internal import Volumes

/// A map from points of the **fixed** scan to points of the **moving** scan; LPS, mm.
///
/// This is the field's convention: to find the moving scan's value for a voxel of the fixed grid,
/// the voxel's center is mapped and the moving scan is read there. Contours of the moving scan travel
/// the other way, by the inverse or by resampling their label map like the scan.
public indirect enum SpatialTransform: Hashable, Sendable {
  /// Rotation and translation.
  case rigid(RigidTransform)
  /// Any linear map.
  case linear(LinearTransform)
  /// A free-form deformation.
  case bspline(BSplineTransform)
  /// A displacement per voxel.
  case field(DisplacementField)
  /// Several maps, the first applied first.
  case composite([SpatialTransform])

  /// The map that leaves every point where it is.
  public static let identity = SpatialTransform.rigid(RigidTransform())

  /// Where the moving scan shows what the fixed scan shows at a point; both in mm.
  public func movingPoint(of fixedPoint: SIMD3<Double>) -> SIMD3<Double> {
    switch self {
    case .rigid(let rigid): rigid(fixedPoint)
    case .linear(let linear): linear(fixedPoint)
    case .bspline(let bspline): bspline(fixedPoint)
    case .field(let field): field(fixedPoint)
    case .composite(let parts): parts.reduce(fixedPoint) { $1.movingPoint(of: $0) }
    }
  }

  /// Maps points from the fixed to the moving scan in place; a straight, evenly spaced row of points
  /// goes fastest.
  func map(_ points: UnsafeMutableBufferPointer<SIMD3<Double>>) {
    switch self {
    case .rigid(let rigid):
      SpatialTransform.linear(rigid.linear).map(points)
    case .linear(let linear):
      let (matrix, offset) = (linear.matrix, linear.offset)
      for index in points.indices { points[index] = matrix * points[index] + offset }
    case .bspline(let bspline): bspline.map(points)
    case .field(let field): field.map(points)
    case .composite(let parts): for part in parts { part.map(points) }
    }
  }

  /// This map, then the next one; neighbors that are linear become one.
  public func then(_ next: SpatialTransform) -> SpatialTransform {
    var parts: [SpatialTransform] = []
    for part in leaves + next.leaves {
      if let last = parts.last?.linear, let linear = part.linear {
        parts[parts.count - 1] = SpatialTransform(last.then(linear))
      } else {
        parts.append(part)
      }
    }
    return parts.count == 1 ? parts[0] : .composite(parts)
  }

  /// A linear map, as a rigid one where it is rigid.
  public init(_ linear: LinearTransform) {
    self = RigidTransform(linear, tolerance: 1e-9).map(SpatialTransform.rigid) ?? .linear(linear)
  }

  /// The parts in the order of their use, without composites in composites.
  var leaves: [SpatialTransform] {
    if case .composite(let parts) = self { return parts.flatMap(\.leaves) }
    return [self]
  }

  /// The map as a matrix, where it is linear throughout.
  public var linear: LinearTransform? {
    switch self {
    case .rigid(let rigid): return rigid.linear
    case .linear(let linear): return linear
    case .bspline, .field: return nil
    case .composite(let parts):
      var product: LinearTransform?
      for part in parts {
        guard let linear = part.linear else { return nil }
        product = product.map { $0.then(linear) } ?? linear
      }
      return product ?? .identity
    }
  }

  /// The linear parts alone, in their order: what is left where deformations are left out.
  public var linearPart: LinearTransform {
    leaves.compactMap(\.linear).reduce(nil) { $0?.then($1) ?? $1 } ?? .identity
  }
}
