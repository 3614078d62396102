internal import Foundation
public import Volumes

/// A linear map of space: `p ↦ matrix · (p − center) + center + translation`, LPS, mm.
///
/// Rigid, similarity and affine transforms alike. The center only decides what the translation
/// means; two transforms with different centers may be the same map.
public struct LinearTransform: Hashable, Sendable {
  /// What turns (and scales, and shears) about the center.
  public var matrix: Matrix3
  /// How far the center moves, in mm.
  public var translation: SIMD3<Double>
  /// The point that only the translation moves, in mm.
  public var center: SIMD3<Double>

  /// A linear map; the identity unless something is given.
  public init(
    matrix: Matrix3 = .identity,
    translation: SIMD3<Double> = [0, 0, 0],
    center: SIMD3<Double> = [0, 0, 0]
  ) {
    self.matrix = matrix
    self.translation = translation
    self.center = center
  }

  /// The map that leaves every point where it is.
  public static let identity = LinearTransform()

  /// Where the coordinate system's origin goes, in mm.
  public var offset: SIMD3<Double> { center + translation - matrix * center }

  /// The image of a point, in mm.
  @inline(__always)
  public func callAsFunction(_ point: SIMD3<Double>) -> SIMD3<Double> {
    matrix * (point - center) + center + translation
  }

  /// This map, then the next one, with this one's center.
  public func then(_ next: LinearTransform) -> LinearTransform {
    let product = next.matrix * matrix
    return LinearTransform(
      matrix: product,
      translation: next(self(center)) - center,
      center: center
    )
  }

  /// The same map about another center.
  public func centered(at center: SIMD3<Double>) -> LinearTransform {
    LinearTransform(matrix: matrix, translation: self(center) - center, center: center)
  }

  /// The map back, about the same center.
  /// - Returns: `nil` where the matrix is singular.
  public func inverted() -> LinearTransform? {
    guard let inverse = matrix.inverted() else { return nil }
    return LinearTransform(matrix: inverse, translation: -(inverse * translation), center: center)
  }

  /// Whether the map keeps all distances (to within a part of them) and does not mirror.
  public func isRigid(within tolerance: Double = 1e-6) -> Bool {
    let product = matrix.transposed * matrix
    return matrix.determinant > 0
      && (0..<3).allSatisfy { column in
        (0..<3).allSatisfy { row in
          (product[column: column][row] - (row == column ? 1 : 0)).magnitude <= tolerance
        }
      }
  }

  /// The angle by which the rotation nearest to the matrix turns about its axis, in radians.
  public var rotationAngle: Double {
    // For a rotation the trace is 1 + 2 cos(angle); scales are taken out by the columns' lengths.
    let trace = (0..<3).reduce(0) { sum, axis in
      let column = matrix[column: axis]
      return sum + column[axis] / max(length(column), .leastNormalMagnitude)
    }
    return acos(min(max((trace - 1) / 2, -1), 1))
  }
}

/// A rotation about a center and a translation: what ITK calls `Euler3DTransform`.
///
/// `p ↦ R · (p − center) + center + translation` with `R = Rz · Rx · Ry`, LPS, mm, radians.
public struct RigidTransform: Hashable, Sendable {
  /// The angles about the patient's x, y and z axes, in radians.
  public var angles: SIMD3<Double>
  /// How far the center moves, in mm.
  public var translation: SIMD3<Double>
  /// The point that the rotation leaves where it is, in mm.
  public var center: SIMD3<Double>

  /// A rigid map; the identity unless something is given.
  public init(
    angles: SIMD3<Double> = [0, 0, 0],
    translation: SIMD3<Double> = [0, 0, 0],
    center: SIMD3<Double> = [0, 0, 0]
  ) {
    self.angles = angles
    self.translation = translation
    self.center = center
  }

  /// The rigid map that is nearest to a linear one.
  /// - Returns: `nil` where the linear map is not rigid to within `tolerance`.
  public init?(_ linear: LinearTransform, tolerance: Double = 1e-6) {
    guard linear.isRigid(within: tolerance) else { return nil }
    let matrix = linear.matrix
    // Rows of Rz · Rx · Ry: the third is (−cos x sin y, sin x, cos x cos y).
    let x = asin(min(max(matrix.y.z, -1), 1))
    if cos(x).magnitude > 1e-9 {
      angles = [x, atan2(-matrix.x.z, matrix.z.z), atan2(-matrix.y.x, matrix.y.y)]
    } else {
      angles = [x, 0, atan2(matrix.x.y, matrix.x.x)]
    }
    translation = linear.translation
    center = linear.center
  }

  /// The rotation's matrix.
  public var matrix: Matrix3 {
    let (cx, sx) = (cos(angles.x), sin(angles.x))
    let (cy, sy) = (cos(angles.y), sin(angles.y))
    let (cz, sz) = (cos(angles.z), sin(angles.z))
    let aboutX = Matrix3(columns: [1, 0, 0], [0, cx, sx], [0, -sx, cx])
    let aboutY = Matrix3(columns: [cy, 0, -sy], [0, 1, 0], [sy, 0, cy])
    let aboutZ = Matrix3(columns: [cz, sz, 0], [-sz, cz, 0], [0, 0, 1])
    return aboutZ * aboutX * aboutY
  }

  /// The same map by its matrix.
  public var linear: LinearTransform {
    LinearTransform(matrix: matrix, translation: translation, center: center)
  }

  /// The image of a point, in mm.
  public func callAsFunction(_ point: SIMD3<Double>) -> SIMD3<Double> { linear(point) }

  /// The map back, about the same center.
  public var inverse: RigidTransform {
    let back = matrix.transposed
    let linear = LinearTransform(matrix: back, translation: -(back * translation), center: center)
    return RigidTransform(linear, tolerance: 1e-3) ?? RigidTransform()
  }
}
