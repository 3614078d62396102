import func Foundation.cos
import func Foundation.sin
import Randomness
import Volumes

/// The drawn patient: shapes in painting order, a later one over an earlier one.
struct PhantomAnatomy: Sendable {
  /// The couch and its headrest, in patient coordinates.
  private let fixed: [PhantomShape]
  /// The patient, in the phantom's own frame.
  private let shapes: [PhantomShape]
  /// From patient coordinates to the phantom's frame.
  private let pose: AffineTransform<PatientSpace, PatientSpace>

  private static let air = -1000.0

  init(seed: UInt64) {
    var chance = SeededGenerator(seed: seed)
    pose = Self.pose(&chance)
    shapes = Self.outline(&chance) + Self.headAndNeck(&chance) + Self.structures(&chance)
    fixed = [
      .init(.box(low: [-230, 108, -400], high: [230, 150, 400]), intensity: -880),
      .init(.box(low: [-230, 108, -400], high: [230, 112, 400]), intensity: -140),
      .init(.ellipsoid(center: [0, 104, 85], radii: [110, 18, 90]), intensity: -940),
    ]
  }

  /// The shapes a line of voxels may pass through, topmost first.
  func shapesMeeting(
    from start: SIMD3<Double>,
    to end: SIMD3<Double>
  ) -> (patient: [PhantomShape], fixed: [PhantomShape]) {
    func candidates(
      _ list: [PhantomShape],
      _ a: SIMD3<Double>,
      _ b: SIMD3<Double>
    ) -> [PhantomShape] {
      let (low, high) = (pointwiseMin(a, b), pointwiseMax(a, b))
      return list.reversed().filter { $0.mayMeet(low: low, high: high) }
    }
    let posed = (pose(Point(start)).coordinates, pose(Point(end)).coordinates)
    return (candidates(shapes, posed.0, posed.1), candidates(fixed, start, end))
  }

  /// The intensity in HU and the structure's number at a place.
  @inline(__always)
  func tissue(
    at position: SIMD3<Double>,
    among candidates: (patient: [PhantomShape], fixed: [PhantomShape])
  ) -> (intensity: Double, label: UInt16) {
    let posed = pose(Point(position)).coordinates
    if let shape = candidates.patient.first(where: { $0.contains(posed) }) {
      return (shape.intensity, shape.label)
    }
    if let shape = candidates.fixed.first(where: { $0.contains(position) }) {
      return (shape.intensity, 0)
    }
    return (Self.air, 0)
  }

  /// Up to 7° about each axis, 8 mm along each, and 8 % larger or smaller along each.
  private static func pose(
    _ chance: inout SeededGenerator
  ) -> AffineTransform<PatientSpace, PatientSpace> {
    let range = -0.12...0.12
    let rotation =
      rotation(about: 0, by: chance.uniform(range))
      * rotation(about: 1, by: chance.uniform(-0.08...0.08))
      * rotation(about: 2, by: chance.uniform(range))
    let scale = SIMD3(
      chance.uniform(0.92...1.08),
      chance.uniform(0.92...1.08),
      chance.uniform(0.92...1.08)
    )
    let shift = SIMD3(
      chance.uniform(-8...8),
      chance.uniform(-8...4),
      chance.uniform(-8...8)
    )
    let linear = .diagonal([1, 1, 1] / scale) * rotation.transposed
    return AffineTransform(linear: linear, offset: -(linear * shift))
  }

  private static func rotation(about axis: Int, by angle: Double) -> Matrix3 {
    let (a, b) = ((axis + 1) % 3, (axis + 2) % 3)
    var columns: [SIMD3<Double>] = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    (columns[a][a], columns[a][b]) = (cos(angle), sin(angle))
    (columns[b][a], columns[b][b]) = (-sin(angle), cos(angle))
    return Matrix3(columns: columns[0], columns[1], columns[2])
  }
}
