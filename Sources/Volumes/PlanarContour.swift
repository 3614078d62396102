/// A closed polygon in the patient, in one plane; the last point is joined to the first.
public struct PlanarContour: Hashable, Sendable {
  /// The corners in order, LPS, mm.
  public var points: [Point<PatientSpace>]
  /// The slice of the stack that it was drawn on; `nil` where it is not known.
  public var slice: Int?

  /// A contour from its corners.
  public init(points: [Point<PatientSpace>], slice: Int? = nil) {
    self.points = points
    self.slice = slice
  }

  /// Twice the vector area: along the plane's normal, its length twice the area in mm².
  ///
  /// Seen against the vector, the corners run counterclockwise.
  private var doubledArea: SIMD3<Double> {
    guard let first = points.first else { return .zero }
    return zip(points, points.dropFirst()).reduce(.zero) { sum, edge in
      sum
        + cross(
          edge.0.coordinates - first.coordinates,
          edge.1.coordinates - first.coordinates
        )
    }
  }

  /// The enclosed area in mm²; parts that the border winds around twice count twice.
  public var area: Double { length(doubledArea) / 2 }

  /// The area in mm², positive where the corners run counterclockwise seen against `normal`.
  public func signedArea(along normal: SIMD3<Double>) -> Double { dot(doubledArea, normal) / 2 }

  /// The unit vector at right angles to the plane; `nil` where the corners enclose no area.
  public var normal: SIMD3<Double>? {
    let vector = doubledArea
    let size = length(vector)
    return size > 1e-9 && size.isFinite ? vector / size : nil
  }
}
