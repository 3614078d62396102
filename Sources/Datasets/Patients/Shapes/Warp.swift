import func Foundation.cos
import func Foundation.sin
import Volumes

/// A smooth map of places, in steps; each is one to one.
struct Warp: Sendable {
  /// One map of places.
  enum Step: Sendable {
    /// `p ↦ linear · p + offset`.
    case linear(Matrix3, offset: SIMD3<Double>)
    /// `p ↦ p + w · change · (p − pivot)`, `w` growing from 0 at the height `top` to 1 at `bottom`.
    case bend(pivot: SIMD3<Float>, change: Matrix3, top: Float, bottom: Float)
    /// `p ↦ p + w · change · (p − pivot)`, `w` falling from 1 at the center to 0 at the radii.
    case turn(center: SIMD3<Float>, radii: SIMD3<Float>, pivot: SIMD3<Float>, change: Matrix3)
    /// `p ↦ p + w · shift`, `w` falling from 1 at the center to 0 at the radius.
    case push(center: SIMD3<Float>, radius: Float, shift: SIMD3<Float>)
  }

  var steps: [Step]

  /// Moves a block of places.
  func apply(to p: Places) {
    for step in steps { step.apply(to: p) }
  }

  /// The image of one point.
  func callAsFunction(_ point: SIMD3<Double>) -> SIMD3<Double> {
    withOnePlace(point) { apply(to: $0) }
  }

  /// The point whose image this is.
  func inverse(_ point: SIMD3<Double>) -> SIMD3<Double> {
    withOnePlace(point) { applyInverse(to: $0) }
  }

  /// Moves a block of places back, to within 1e-4 mm.
  func applyInverse(to p: Places) {
    for step in steps.reversed() { step.applyInverse(to: p) }
  }

  private func withOnePlace(
    _ point: SIMD3<Double>,
    _ body: (Places) -> Void
  ) -> SIMD3<Double> {
    var (x, y, z) = (lanes(Float(point.x)), lanes(Float(point.y)), lanes(Float(point.z)))
    withUnsafeMutablePointer(to: &x) { x in
      withUnsafeMutablePointer(to: &y) { y in
        withUnsafeMutablePointer(to: &z) { z in body(Places(x: x, y: y, z: z, groups: 1)) }
      }
    }
    return [Double(x[0]), Double(y[0]), Double(z[0])]
  }
}

extension Warp.Step {
  fileprivate func apply(to p: Places) {
    if case .linear(let matrix, let offset) = self {
      Self.linear(matrix, offset, p)
      return
    }
    let change = Change(self)
    for group in 0..<p.groups {
      let (x, y, z) = (p.x[group], p.y[group], p.z[group])
      let (u, v, w) = change.displacement(x, y, z)
      p.x[group] = x + u
      p.y[group] = y + v
      p.z[group] = z + w
    }
  }

  fileprivate func applyInverse(to p: Places) {
    if case .linear(let matrix, let offset) = self {
      let inverse = matrix.inverted() ?? .identity
      Self.linear(inverse, -(inverse * offset), p)
      return
    }
    let change = Change(self)
    for group in 0..<p.groups {
      let (x0, y0, z0) = (p.x[group], p.y[group], p.z[group])
      var (x, y, z) = (x0, y0, z0)
      // A contraction: gradients of the displacement stay well below 1.
      for _ in 0..<40 {
        let (u, v, w) = change.displacement(x, y, z)
        let (a, b, c) = (x0 - u, y0 - v, z0 - w)
        let moved = magnitude(a - x) + magnitude(b - y) + magnitude(c - z)
        (x, y, z) = (a, b, c)
        if moved.max() < 2e-5 { break }
      }
      p.x[group] = x
      p.y[group] = y
      p.z[group] = z
    }
  }

  private static func linear(_ matrix: Matrix3, _ offset: SIMD3<Double>, _ p: Places) {
    let (a, b, c) = (SIMD3<Float>(matrix.x), SIMD3<Float>(matrix.y), SIMD3<Float>(matrix.z))
    let shift = SIMD3<Float>(offset)
    for group in 0..<p.groups {
      let (x, y, z) = (p.x[group], p.y[group], p.z[group])
      p.x[group] = x * a.x + y * b.x + z * c.x + shift.x
      p.y[group] = x * a.y + y * b.y + z * c.y + shift.y
      p.z[group] = x * a.z + y * b.z + z * c.z + shift.z
    }
  }
}

/// A displacement `w · (matrix · (p − pivot) + shift)` with a weight that varies smoothly.
private struct Change {
  private var columns = (SIMD3<Float>(), SIMD3<Float>(), SIMD3<Float>())
  private var pivot = SIMD3<Float>()
  private var shift = SIMD3<Float>()
  private var center = SIMD3<Float>()
  private var inverseRadii = SIMD3<Float>()
  private var heights: (top: Float, scale: Float)?

  init(_ step: Warp.Step) {
    switch step {
    case .linear: break
    case .bend(let pivot, let change, let top, let bottom):
      self.pivot = pivot
      columns = (SIMD3(change.x), SIMD3(change.y), SIMD3(change.z))
      heights = (top, 1 / (top - bottom))
    case .turn(let center, let radii, let pivot, let change):
      self.pivot = pivot
      self.center = center
      inverseRadii = 1 / radii
      columns = (SIMD3(change.x), SIMD3(change.y), SIMD3(change.z))
    case .push(let center, let radius, let shift):
      self.center = center
      inverseRadii = SIMD3(repeating: 1 / radius)
      self.shift = shift
    }
  }

  @inline(__always)
  func displacement(_ x: Lanes, _ y: Lanes, _ z: Lanes) -> (Lanes, Lanes, Lanes) {
    let weight: Lanes
    if let heights {
      let t = pointwiseMin(pointwiseMax((heights.top - z) * heights.scale, lanes(0)), lanes(1))
      weight = t * t * (3 - 2 * t)
    } else {
      let u = (x - center.x) * inverseRadii.x
      let v = (y - center.y) * inverseRadii.y
      let w = (z - center.z) * inverseRadii.z
      let t = pointwiseMax(1 - (u * u + v * v + w * w), lanes(0))
      weight = t * t
    }
    let (a, b, c) = (x - pivot.x, y - pivot.y, z - pivot.z)
    let (p, q, r) = columns
    return (
      weight * (a * p.x + b * q.x + c * r.x + shift.x),
      weight * (a * p.y + b * q.y + c * r.y + shift.y),
      weight * (a * p.z + b * q.z + c * r.z + shift.z)
    )
  }
}

/// The rotation about x, then y, then z, by radians.
func rotation(x: Double, y: Double, z: Double) -> Matrix3 {
  let (sx, cx, sy, cy, sz, cz) = (sin(x), cos(x), sin(y), cos(y), sin(z), cos(z))
  let aboutX = Matrix3(columns: [1, 0, 0], [0, cx, sx], [0, -sx, cx])
  let aboutY = Matrix3(columns: [cy, 0, -sy], [0, 1, 0], [sy, 0, cy])
  let aboutZ = Matrix3(columns: [cz, sz, 0], [-sz, cz, 0], [0, 0, 1])
  return aboutZ * (aboutY * aboutX)
}

/// A rotation less the identity: what it adds to a place.
func rotationChange(x: Double, y: Double, z: Double) -> Matrix3 {
  let matrix = rotation(x: x, y: y, z: z)
  return Matrix3(columns: matrix.x - [1, 0, 0], matrix.y - [0, 1, 0], matrix.z - [0, 0, 1])
}
