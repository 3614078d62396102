import Volumes

/// A solid in the anatomy's frame, described by a distance: negative inside, mm near the surface.
///
/// Distances are exact at the surface and good within some millimeters of it, which is what partial
/// volume and smooth joints need.
indirect enum Solid: Sendable {
  /// A ball of a tube.
  struct Knot: Sendable {
    var position: SIMD3<Float>
    var radius: Float
  }
  /// A solid with the box around it.
  struct Part: Sendable {
    let solid: Solid
    let bounds: Bounds
  }

  /// An ellipsoid with these half axes along x, y and z.
  case ellipsoid(center: SIMD3<Float>, radii: SIMD3<Float>)
  /// A box along the axes with rounded edges.
  case box(center: SIMD3<Float>, half: SIMD3<Float>, rounding: Float)
  /// Balls swept along a line of knots, the radius growing linearly from knot to knot.
  case tube([Knot])
  /// Cross-sections stacked along z.
  case loft(Loft)
  /// What lies on the far side of a plane: `dot(p, normal) ≤ offset`.
  case below(normal: SIMD3<Float>, offset: Float)
  /// A solid of another frame.
  case placed(Placement, Solid)
  /// A solid widened along the axes about a center.
  case stretched(center: SIMD3<Float>, by: SIMD3<Float>, Solid)
  /// Solids joined, with a fillet as wide as `blend`.
  case joined([Part], blend: Float)
  /// What two solids share.
  case shared(Solid, Solid)
  /// A solid less another one, with an edge rounded as wide as `blend`.
  case cut(Solid, by: Solid, blend: Float)
  /// A solid whose surface is moved outward.
  case grown(Solid, by: Float)
  /// A solid whose surface is displaced by noise.
  case rough(Solid, amplitude: Float, wavelength: Float, shift: SIMD3<Float>)

  /// Solids joined, with a fillet as wide as `blend`.
  static func union(_ solids: [Solid], blend: Float = 0) -> Solid {
    .joined(solids.map { Part(solid: $0, bounds: $0.bounds) }, blend: blend)
  }

  /// A tube through knots of `(x, y, z, radius)`, smoothed by a Catmull–Rom spline.
  ///
  /// - Parameters:
  ///   - knots: On the patient's left where there are two sides.
  ///   - side: 1 for the left, −1 for the right.
  ///   - girth: A factor of the radii.
  ///   - steps: How many pieces stand for the spline between two knots.
  /// - Returns: The tube.
  static func curve(
    _ knots: [SIMD4<Float>],
    side: Float = 1,
    girth: Float = 1,
    steps: Int = 4
  ) -> Solid {
    let knots = knots.map { SIMD4<Float>($0.x * side, $0.y, $0.z, $0.w * girth) }
    guard knots.count > 2 else { return .tube(knots.map(Self.knot)) }
    var smooth: [SIMD4<Float>] = []
    for index in 0..<(knots.count - 1) {
      let a = knots[max(index - 1, 0)]
      let (b, c) = (knots[index], knots[index + 1])
      let d = knots[min(index + 2, knots.count - 1)]
      for step in 0..<steps {
        let t = Float(step) / Float(steps)
        let linear: SIMD4<Float> = (c - a) * t
        let bend: SIMD4<Float> = a * 2 - b * 5
        let square: SIMD4<Float> = (bend + c * 4 - d) * (t * t)
        let twist: SIMD4<Float> = (b - c) * 3
        let cube: SIMD4<Float> = (twist + d - a) * (t * t * t)
        let sum: SIMD4<Float> = b * 2 + linear
        smooth.append((sum + square + cube) * 0.5)
      }
    }
    smooth.append(knots[knots.count - 1])
    return .tube(smooth.map(Self.knot))
  }

  private static func knot(_ four: SIMD4<Float>) -> Knot {
    Knot(position: [four.x, four.y, four.z], radius: max(four.w, 0.1))
  }

  /// A box that holds the solid.
  var bounds: Bounds {
    switch self {
    case .ellipsoid(let center, let radii): Bounds(low: center - radii, high: center + radii)
    case .box(let center, let half, _): Bounds(low: center - half, high: center + half)
    case .tube(let knots):
      knots.reduce(Bounds.nothing) {
        $0.union(Bounds(low: $1.position, high: $1.position).grown(by: $1.radius))
      }
    case .loft(let loft): loft.bounds
    case .below: .everything
    case .placed(let placement, let solid):
      Bounds(around: solid.bounds.corners.map { placement.outward($0) })
    case .stretched(let center, let factors, let solid):
      Bounds(around: solid.bounds.corners.map { center + ($0 - center) * factors })
    case .joined(let parts, let blend):
      parts.reduce(Bounds.nothing) { $0.union($1.bounds) }.grown(by: blend / 4)
    case .shared(let a, let b): a.bounds.intersection(b.bounds)
    case .cut(let solid, _, _): solid.bounds
    case .grown(let solid, let margin): solid.bounds.grown(by: margin)
    case .rough(let solid, let amplitude, _, _): solid.bounds.grown(by: amplitude)
    }
  }
}

/// A rigid frame: `p = rotation · q + origin` takes the frame's own `q` to the anatomy's `p`.
struct Placement: Sendable {
  let origin: SIMD3<Float>
  /// The frame's axes in the anatomy's frame.
  let axes: (SIMD3<Float>, SIMD3<Float>, SIMD3<Float>)

  func outward(_ q: SIMD3<Float>) -> SIMD3<Float> {
    origin + axes.0 * q.x + axes.1 * q.y + axes.2 * q.z
  }

  /// The frame turned about x, then y, then z, by radians, at an origin.
  init(origin: SIMD3<Float>, turnedX: Float = 0, turnedY: Float = 0, turnedZ: Float = 0) {
    self.origin = origin
    let matrix = rotation(x: Double(turnedX), y: Double(turnedY), z: Double(turnedZ))
    axes = (SIMD3(matrix.x), SIMD3(matrix.y), SIMD3(matrix.z))
  }
}
