import Volumes

/// A solid in the phantom's own frame: LPS directions, mm, the origin between chin and third
/// cervical vertebra.
struct PhantomShape: Sendable {
  /// The geometry.
  enum Solid: Sendable {
    /// An ellipsoid with these half axes along x, y and z.
    case ellipsoid(center: SIMD3<Double>, radii: SIMD3<Double>)
    /// Spheres swept along a polyline, the radius growing linearly between its points.
    case tube([Knot])
    /// Ellipses stacked along z, ascending, interpolated linearly; open above and below.
    case stack([Section])
    /// A box with faces along the axes.
    case box(low: SIMD3<Double>, high: SIMD3<Double>)
  }
  /// A point of a tube.
  struct Knot: Sendable {
    var position: SIMD3<Double>
    var radius: Double
  }
  /// A cross-section of a stack.
  struct Section: Sendable {
    var z: Double
    var center: SIMD2<Double>
    var radii: SIMD2<Double>
  }

  var solid: Solid
  /// The intensity inside, in HU.
  var intensity: Double
  /// The structure's number, 0 for tissue that belongs to none.
  var label: UInt16
  /// Corners of the box around the solid, so that most voxels need no closer look.
  let low: SIMD3<Double>
  let high: SIMD3<Double>

  init(_ solid: Solid, intensity: Double, label: UInt16 = 0) {
    self.solid = solid
    self.intensity = intensity
    self.label = label
    (low, high) = solid.bounds
  }

  /// Whether the box around the solid meets the box from `low` to `high`.
  func mayMeet(low other: SIMD3<Double>, high otherHigh: SIMD3<Double>) -> Bool {
    !any(low .> otherHigh) && !any(high .< other)
  }

  /// Whether a point lies inside.
  @inline(__always)
  func contains(_ point: SIMD3<Double>) -> Bool {
    if any(point .< low) || any(point .> high) { return false }
    switch solid {
    case .ellipsoid(let center, let radii):
      let scaled = (point - center) / radii
      return (scaled * scaled).sum() <= 1
    case .tube(let knots):
      return knots.indices.dropFirst().contains { index in
        Self.contains(point, from: knots[index - 1], to: knots[index])
      }
    case .stack(let sections):
      guard let upper = sections.firstIndex(where: { $0.z >= point.z }), upper > 0 else {
        return sections.first?.z == point.z
      }
      let (a, b) = (sections[upper - 1], sections[upper])
      let weight = (point.z - a.z) / (b.z - a.z)
      let center = a.center + (b.center - a.center) * weight
      let radii = a.radii + (b.radii - a.radii) * weight
      let scaled = (SIMD2(point.x, point.y) - center) / radii
      return (scaled * scaled).sum() <= 1
    case .box:
      return true
    }
  }

  private static func contains(_ point: SIMD3<Double>, from a: Knot, to b: Knot) -> Bool {
    let axis = b.position - a.position
    let along = dot(point - a.position, axis) / max(dot(axis, axis), 1e-9)
    let weight = min(max(along, 0), 1)
    let offset = point - (a.position + axis * weight)
    let radius = a.radius + (b.radius - a.radius) * weight
    return dot(offset, offset) <= radius * radius
  }
}

extension PhantomShape.Solid {
  fileprivate var bounds: (low: SIMD3<Double>, high: SIMD3<Double>) {
    switch self {
    case .ellipsoid(let center, let radii): return (center - radii, center + radii)
    case .box(let low, let high): return (low, high)
    case .tube(let knots):
      return Self.bounds(
        of: knots.map { ($0.position - SIMD3(repeating: $0.radius), $0.position + $0.radius) }
      )
    case .stack(let sections):
      return Self.bounds(
        of: sections.map {
          let (low, high) = ($0.center - $0.radii, $0.center + $0.radii)
          return (SIMD3(low.x, low.y, $0.z), SIMD3(high.x, high.y, $0.z))
        }
      )
    }
  }

  private static func bounds(
    of boxes: [(low: SIMD3<Double>, high: SIMD3<Double>)]
  ) -> (low: SIMD3<Double>, high: SIMD3<Double>) {
    var low = SIMD3<Double>(repeating: .infinity)
    var high = SIMD3<Double>(repeating: -.infinity)
    for box in boxes {
      low = pointwiseMin(low, box.low)
      high = pointwiseMax(high, box.high)
    }
    return (low, high)
  }
}
