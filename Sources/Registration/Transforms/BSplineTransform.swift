internal import Foundation
public import Volumes

/// A free-form deformation: displacements from cubic B-splines over a regular grid of control points.
///
/// `p ↦ p + Σ coefficient · weight(p)`, LPS, mm. Beyond the grid's inner part (less than one control
/// point from its rim) points stay where they are, as in ITK and elastix.
/// - SeeAlso: Rueckert et al., *IEEE Trans. Med. Imaging* 18 (1999).
public struct BSplineTransform: Hashable, Sendable {
  /// Where the control points lie; at least four along each axis.
  public let grid: VoxelGrid
  /// A displacement in mm for each control point, `i` fastest.
  public let coefficients: [SIMD3<Double>]
  private let indexFromPatient: Matrix3
  private let origin: SIMD3<Double>

  /// A deformation by its control points.
  /// - Precondition: as many coefficients as control points, and at least four along each axis.
  public init(grid: VoxelGrid, coefficients: [SIMD3<Double>]) {
    precondition(coefficients.count == grid.count, "a coefficient for each control point")
    precondition(grid.size.min() >= 4, "cubic splines need four control points along each axis")
    self.grid = grid
    self.coefficients = coefficients
    indexFromPatient = grid.voxelFromPatient.linear
    origin = grid.origin
  }

  /// The image of a point, in mm.
  public func callAsFunction(_ point: SIMD3<Double>) -> SIMD3<Double> {
    coefficients.withUnsafeBufferPointer { point + displacement(at: point, $0) }
  }

  /// Maps points in place.
  func map(_ points: UnsafeMutableBufferPointer<SIMD3<Double>>) {
    coefficients.withUnsafeBufferPointer { coefficients in
      if let axis = commonAxis(of: points) {
        mapLine(points, along: axis, coefficients)
      } else {
        for index in points.indices {
          points[index] += displacement(at: points[index], coefficients)
        }
      }
    }
  }

  /// A point in the coordinates of the control points.
  @inline(__always)
  private func index(of point: SIMD3<Double>) -> SIMD3<Double> {
    indexFromPatient * (point - origin)
  }

  /// The first of four control points that reach a coordinate, and the place between the middle two.
  @inline(__always)
  private func support(_ coordinate: Double, _ count: Int) -> (first: Int, fraction: Double)? {
    guard coordinate >= 1, coordinate <= Double(count - 2) else { return nil }
    // The last place belongs to the last span, as its end.
    let span = min(Int(coordinate), count - 3)
    return (span - 1, coordinate - Double(span))
  }

  @inline(__always)
  private func displacement(
    at point: SIMD3<Double>,
    _ coefficients: UnsafeBufferPointer<SIMD3<Double>>
  ) -> SIMD3<Double> {
    let index = index(of: point)
    let size = grid.size
    guard let x = support(index.x, size.x), let y = support(index.y, size.y),
      let z = support(index.z, size.z)
    else { return [0, 0, 0] }
    let (wx, wy, wz) = (weights(x.fraction), weights(y.fraction), weights(z.fraction))
    var sum = SIMD3<Double>(0, 0, 0)
    for c in 0..<4 {
      var plane = SIMD3<Double>(0, 0, 0)
      for b in 0..<4 {
        let row = x.first + size.x * (y.first + b + size.y * (z.first + c))
        for a in 0..<4 { plane += coefficients[row + a] * (wx[a] * wy[b]) }
      }
      sum += plane * wz[c]
    }
    return sum
  }

  /// The axis of the control grid that a straight row of points runs along.
  private func commonAxis(of points: UnsafeMutableBufferPointer<SIMD3<Double>>) -> Int? {
    guard points.count > 8 else { return nil }
    let run = index(of: points[points.count - 1]) - index(of: points[0])
    return (0..<3).first { axis in
      (0..<3).allSatisfy { $0 == axis || run[$0].magnitude < 1e-9 * run[axis].magnitude }
    }
  }

  /// Maps a row of points along one axis of the control grid: the other two axes' sums are the same
  /// for all of its points and are done once.
  private func mapLine(
    _ points: UnsafeMutableBufferPointer<SIMD3<Double>>,
    along axis: Int,
    _ coefficients: UnsafeBufferPointer<SIMD3<Double>>
  ) {
    let (u, v) = ((axis + 1) % 3, (axis + 2) % 3)
    let strides = [1, grid.size.x, grid.size.x * grid.size.y]
    let first = index(of: points[0])
    guard let b = support(first[u], grid.size[u]), let c = support(first[v], grid.size[v]) else {
      return
    }
    let (wu, wv) = (weights(b.fraction), weights(c.fraction))
    let line = (0..<grid.size[axis]).map { position in
      var sum = SIMD3<Double>(0, 0, 0)
      for n in 0..<4 {
        for m in 0..<4 {
          let place =
            position * strides[axis] + (b.first + m) * strides[u] + (c.first + n) * strides[v]
          sum += coefficients[place] * (wu[m] * wv[n])
        }
      }
      return sum
    }
    line.withUnsafeBufferPointer { line in
      for index in points.indices {
        let coordinate = self.index(of: points[index])[axis]
        guard let x = support(coordinate, line.count) else { continue }
        let w = weights(x.fraction)
        for a in 0..<4 { points[index] += line[x.first + a] * w[a] }
      }
    }
  }
}

/// The cubic B-spline's values at the four control points around a place between the middle two.
@inline(__always)
private func weights(_ t: Double) -> SIMD4<Double> {
  let s = 1 - t
  return SIMD4(
    s * s * s,
    3 * t * t * t - 6 * t * t + 4,
    3 * s * s * s - 6 * s * s + 4,
    t * t * t
  ) / 6
}
