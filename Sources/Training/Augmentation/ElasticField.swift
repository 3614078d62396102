import Randomness

/// A smooth random displacement of every voxel of a patch: a cubic B-spline over drawn knots.
///
/// batchgeneratorsv2 blurs white noise to the same end; a spline needs no array of the patch's size
/// to be blurred, and its knots are few.
struct ElasticField {
  struct Draw: Codable, Hashable, Sendable {
    /// The largest displacement along each axis, in voxels.
    var magnitude: Double
    /// Whether nothing moves along the first axis.
    var isInPlane: Bool
    /// What the knots follow from.
    var seed: UInt64
  }

  /// The displacement along each axis, one value a voxel of the patch.
  private let displacements: [[Float]]

  /// Knots along each axis of the patch; two more lie on either side.
  private static let spans = 4

  init(_ draw: Draw, size: [Int]) {
    let weights = size.map { Self.weights(count: $0) }
    displacements = (0..<3).map { axis in
      guard !(draw.isInPlane && axis == 0) else {
        return [Float](repeating: 0, count: size[0] * size[1] * size[2])
      }
      var generator = SeededGenerator(seed: draw.seed, stream: UInt64(axis))
      let knots = Self.spans + 3
      var values = (0..<knots * knots * knots).map { _ in Float(generator.nextNormal()) }
      var shape = [knots, knots, knots]
      for other in 0..<3 {
        values = Self.interpolated(values, shape, along: other, weights[other])
        shape[other] = size[other]
      }
      let largest = values.reduce(0) { max($0, abs($1)) }
      let factor = largest > 0 ? Float(draw.magnitude) / largest : 0
      return values.map { $0 * factor }
    }
  }

  /// The displacements `[3, D, H, W]` along D, H and W.
  var values: [Float] { displacements.flatMap { $0 } }

  /// Adds the displacement of one row of voxels along an axis of the case.
  ///
  /// It is turned by the axis's row of the matrix from the patch to the case.
  func add(
    _ row: Int,
    turnedBy matrix: [Double],
    to places: UnsafeMutablePointer<Double>,
    count: Int
  ) {
    for axis in 0..<3 where matrix[axis] != 0 {
      displacements[axis].withUnsafeBufferPointer { moved in
        let (first, factor) = (row * count, matrix[axis])
        for w in 0..<count { places[w] += factor * Double(moved[first + w]) }
      }
    }
  }

  /// For each voxel along an axis, the first of its four knots and their weights.
  private static func weights(count: Int) -> [(first: Int, weights: SIMD4<Float>)] {
    (0..<count).map { index in
      let place = (Double(index) + 0.5) / Double(count) * Double(spans)
      let first = min(Int(place), spans - 1)
      let t = place - Double(first)
      let u = 1 - t
      let weights = SIMD4<Double>(
        u * u * u,
        3 * t * t * t - 6 * t * t + 4,
        3 * u * u * u - 6 * u * u + 4,
        t * t * t
      )
      return (first, SIMD4<Float>(weights / 6))
    }
  }

  private static func interpolated(
    _ values: [Float],
    _ shape: [Int],
    along axis: Int,
    _ weights: [(first: Int, weights: SIMD4<Float>)]
  ) -> [Float] {
    let inner = shape[(axis + 1)...].reduce(1, *)
    let outer = shape[..<axis].reduce(1, *)
    var result = [Float](repeating: 0, count: outer * weights.count * inner)
    result.withUnsafeMutableBufferPointer { result in
      values.withUnsafeBufferPointer { values in
        for o in 0..<outer {
          for (index, entry) in weights.enumerated() {
            let source = (o * shape[axis] + entry.first) * inner
            let target = (o * weights.count + index) * inner
            for i in 0..<inner {
              result[target + i] =
                entry.weights[0] * values[source + i] + entry.weights[1]
                * values[source + inner + i]
                + entry.weights[2] * values[source + 2 * inner + i]
                + entry.weights[3] * values[source + 3 * inner + i]
            }
          }
        }
      }
    }
    return result
  }
}
