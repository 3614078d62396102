extension Solid {
  /// What lies farther than this from a tube is told only that it does; mm.
  static let reach: Float = 24

  /// The distances of a block of places.
  func distances(at p: Places, into out: LanePointer, _ stack: LaneStack) {
    switch self {
    case .ellipsoid(let center, let radii):
      Self.ellipsoid(center, radii, p, out)
    case .box(let center, let half, let rounding):
      Self.box(center, half, rounding, p, out)
    case .tube(let knots):
      Self.tube(knots, p, out)
    case .loft(let loft):
      loft.distances(at: p, into: out)
    case .below(let normal, let offset):
      for group in 0..<p.groups {
        out[group] = p.x[group] * normal.x + p.y[group] * normal.y + p.z[group] * normal.z - offset
      }
    case .placed(let frame, let solid):
      let q = stack.takePlaces(groups: p.groups)
      frame.inward(p, into: q)
      solid.distances(at: q, into: out, stack)
      stack.drop(3)
    case .stretched(let center, let factors, let solid):
      let q = stack.takePlaces(groups: p.groups)
      let inverse = 1 / factors
      for group in 0..<p.groups {
        q.x[group] = (p.x[group] - center.x) * inverse.x + center.x
        q.y[group] = (p.y[group] - center.y) * inverse.y + center.y
        q.z[group] = (p.z[group] - center.z) * inverse.z + center.z
      }
      solid.distances(at: q, into: out, stack)
      let scale = (factors.x * factors.y * factors.z).squareRoot().squareRoot()
      for group in 0..<p.groups { out[group] *= scale }
      stack.drop(3)
    case .joined(let parts, let blend):
      Self.join(parts, blend, p, out, stack)
    case .shared(let a, let b):
      let other = stack.take()
      a.distances(at: p, into: out, stack)
      b.distances(at: p, into: other, stack)
      for group in 0..<p.groups { out[group] = pointwiseMax(out[group], other[group]) }
      stack.drop()
    case .cut(let solid, let knife, let blend):
      let other = stack.take()
      solid.distances(at: p, into: out, stack)
      knife.distances(at: p, into: other, stack)
      for group in 0..<p.groups {
        out[group] = -smoothMinimum(-out[group], other[group], blend)
      }
      stack.drop()
    case .grown(let solid, let margin):
      solid.distances(at: p, into: out, stack)
      for group in 0..<p.groups { out[group] -= margin }
    case .rough(let solid, let amplitude, let wavelength, let shift):
      solid.distances(at: p, into: out, stack)
      NoiseTile.standard.displace(out, at: p, amplitude, wavelength, shift)
    }
  }

  private static func ellipsoid(
    _ center: SIMD3<Float>,
    _ radii: SIMD3<Float>,
    _ p: Places,
    _ out: LanePointer
  ) {
    let inverse = 1 / radii
    let smallest = radii.min()
    for group in 0..<p.groups {
      let u = (p.x[group] - center.x) * inverse.x
      let v = (p.y[group] - center.y) * inverse.y
      let w = (p.z[group] - center.z) * inverse.z
      let level = (u * u + v * v + w * w).squareRoot()
      let (a, b, c) = (u * inverse.x, v * inverse.y, w * inverse.z)
      let slope = pointwiseMax((a * a + b * b + c * c).squareRoot(), lanes(1e-6))
      let distance = level * (level - 1) / slope
      out[group] = distance.replacing(with: (level - 1) * smallest, where: level .< 0.05)
    }
  }

  private static func box(
    _ center: SIMD3<Float>,
    _ half: SIMD3<Float>,
    _ rounding: Float,
    _ p: Places,
    _ out: LanePointer
  ) {
    let zero = lanes(0)
    for group in 0..<p.groups {
      let u = magnitude(p.x[group] - center.x) - (half.x - rounding)
      let v = magnitude(p.y[group] - center.y) - (half.y - rounding)
      let w = magnitude(p.z[group] - center.z) - (half.z - rounding)
      let (a, b, c) = (pointwiseMax(u, zero), pointwiseMax(v, zero), pointwiseMax(w, zero))
      let outside = (a * a + b * b + c * c).squareRoot()
      let inside = pointwiseMin(pointwiseMax(u, pointwiseMax(v, w)), zero)
      out[group] = outside + inside - rounding
    }
  }

  private static func tube(_ knots: [Knot], _ p: Places, _ out: LanePointer) {
    for group in 0..<p.groups { out[group] = lanes(reach) }
    let box = p.bounds
    for index in 1..<max(knots.count, 1) {
      let (a, b) = (knots[index - 1], knots[index])
      let near = Bounds(around: [a.position, b.position]).grown(by: max(a.radius, b.radius))
      guard near.meets(box, margin: reach) else { continue }
      let axis = b.position - a.position
      let inverse = 1 / max((axis * axis).sum(), 1e-6)
      let widening = b.radius - a.radius
      for group in 0..<p.groups {
        let (x, y, z) = (
          p.x[group] - a.position.x, p.y[group] - a.position.y, p.z[group] - a.position.z
        )
        let along = (x * axis.x + y * axis.y + z * axis.z) * inverse
        let t = pointwiseMin(pointwiseMax(along, lanes(0)), lanes(1))
        let (u, v, w) = (x - t * axis.x, y - t * axis.y, z - t * axis.z)
        let distance = (u * u + v * v + w * w).squareRoot() - (t * widening + a.radius)
        out[group] = pointwiseMin(out[group], distance)
      }
    }
  }

  private static func join(
    _ parts: [Part],
    _ blend: Float,
    _ p: Places,
    _ out: LanePointer,
    _ stack: LaneStack
  ) {
    for group in 0..<p.groups { out[group] = lanes(reach) }
    let box = p.bounds
    let other = stack.take()
    var isFirst = true
    for part in parts where part.bounds.meets(box, margin: reach) {
      if isFirst {
        part.solid.distances(at: p, into: out, stack)
        isFirst = false
        continue
      }
      part.solid.distances(at: p, into: other, stack)
      for group in 0..<p.groups {
        out[group] = smoothMinimum(out[group], other[group], blend)
      }
    }
    stack.drop()
  }
}

/// The smaller of two distances, with a fillet where they are within `blend` of each other.
@inline(__always)
private func smoothMinimum(_ a: Lanes, _ b: Lanes, _ blend: Float) -> Lanes {
  let least = pointwiseMin(a, b)
  if blend <= 0 { return least }
  let near = pointwiseMax(lanes(blend) - magnitude(a - b), lanes(0))
  return least - near * near * (0.25 / blend)
}

@inline(__always)
func magnitude(_ value: Lanes) -> Lanes { pointwiseMax(value, -value) }

extension Placement {
  /// Places in the frame's own coordinates.
  func inward(_ p: Places, into q: Places) {
    let (a, b, c) = axes
    for group in 0..<p.groups {
      let (x, y, z) = (p.x[group] - origin.x, p.y[group] - origin.y, p.z[group] - origin.z)
      q.x[group] = x * a.x + y * a.y + z * a.z
      q.y[group] = x * b.x + y * b.y + z * b.z
      q.z[group] = x * c.x + y * c.y + z * c.z
    }
  }
}
