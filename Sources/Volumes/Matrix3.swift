/// A 3×3 matrix of doubles, kept as its columns.
public struct Matrix3: Hashable, Sendable {
  /// The first column.
  public var x: SIMD3<Double>
  /// The second column.
  public var y: SIMD3<Double>
  /// The third column.
  public var z: SIMD3<Double>

  /// A matrix with these columns.
  public init(columns x: SIMD3<Double>, _ y: SIMD3<Double>, _ z: SIMD3<Double>) {
    self.x = x
    self.y = y
    self.z = z
  }

  /// The identity.
  public static let identity = Matrix3(columns: [1, 0, 0], [0, 1, 0], [0, 0, 1])

  /// A matrix with this diagonal and zeros elsewhere.
  public static func diagonal(_ values: SIMD3<Double>) -> Matrix3 {
    Matrix3(columns: [values.x, 0, 0], [0, values.y, 0], [0, 0, values.z])
  }

  /// Column 0, 1 or 2.
  public subscript(column index: Int) -> SIMD3<Double> {
    precondition((0..<3).contains(index), "a 3×3 matrix has columns 0, 1 and 2")
    return index == 0 ? x : index == 1 ? y : z
  }

  /// The product of a matrix and a column vector.
  public static func * (matrix: Matrix3, vector: SIMD3<Double>) -> SIMD3<Double> {
    matrix.x * vector.x + matrix.y * vector.y + matrix.z * vector.z
  }

  /// The product of two matrices.
  public static func * (a: Matrix3, b: Matrix3) -> Matrix3 {
    Matrix3(columns: a * b.x, a * b.y, a * b.z)
  }

  /// The determinant, positive for right-handed columns.
  public var determinant: Double { dot(x, cross(y, z)) }

  /// Rows as columns.
  public var transposed: Matrix3 {
    Matrix3(columns: [x.x, y.x, z.x], [x.y, y.y, z.y], [x.z, y.z, z.z])
  }

  /// The inverse, by cofactors.
  /// - Returns: `nil` where the determinant is zero or not finite.
  public func inverted() -> Matrix3? {
    let determinant = determinant
    guard determinant != 0, determinant.isFinite else { return nil }
    return Matrix3(
      columns: cross(y, z) / determinant,
      cross(z, x) / determinant,
      cross(x, y) / determinant
    ).transposed
  }

  /// Whether all nine entries are finite.
  public var isFinite: Bool {
    [x, y, z].allSatisfy { $0.x.isFinite && $0.y.isFinite && $0.z.isFinite }
  }
}

/// The scalar product of two vectors.
public func dot(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double { (a * b).sum() }

/// The vector product of two vectors.
public func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
  [a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x]
}

/// The length of a vector.
public func length(_ a: SIMD3<Double>) -> Double { dot(a, a).squareRoot() }
