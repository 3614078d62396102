import Foundation
import Registration

/// What SimpleITK and transformix say of the golden files (see `Golden/README.md`).
struct GoldenTransforms: Decodable {
  struct Jacobian: Decodable {
    let smallest: Double
    let largest: Double
    let folded: Double
  }

  let points: [[Double]]
  let mapped: [String: [[Double]]]
  let jacobian: Jacobian

  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

  init() throws {
    let data = try Data(contentsOf: Self.folder.appending(path: "expected.json"))
    self = try JSONDecoder().decode(GoldenTransforms.self, from: data)
  }

  /// The largest distance along an axis between where a transform takes the points and where it
  /// should, in mm.
  func error(of transform: SpatialTransform, as name: String) -> Double {
    let expected = mapped[name] ?? []
    guard expected.count == points.count else { return .infinity }
    return zip(points, expected).map { point, wanted in
      let found = transform.movingPoint(of: SIMD3(point[0], point[1], point[2]))
      return (0..<3).map { (found[$0] - wanted[$0]).magnitude }.max() ?? .infinity
    }.max() ?? .infinity
  }

  /// A golden file.
  static func file(_ name: String) -> URL { folder.appending(path: name) }
}
