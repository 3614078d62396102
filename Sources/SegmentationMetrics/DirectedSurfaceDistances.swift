/// The distances from one surface's elements to another surface, ascending, each with the area it
/// stands for.
public struct DirectedSurfaceDistances: Sendable {
  /// The distances in mm, ascending.
  public let distances: [Double]
  /// The areas in mm² of the elements with these distances.
  public let areas: [Double]
  /// The sum of the areas in mm².
  public let area: Double

  /// No elements.
  init() { (distances, areas, area) = ([], [], 0) }

  init(_ distances: [Double], areas: [Double]) {
    // Most elements of good contours coincide with the other side's: only the rest is sorted.
    var apart: [(distance: Double, area: Double)] = []
    var sorted: (distances: [Double], areas: [Double]) = ([], [])
    sorted.distances.reserveCapacity(distances.count)
    sorted.areas.reserveCapacity(distances.count)
    for (distance, area) in zip(distances, areas) {
      if distance > 0 {
        apart.append((distance, area))
      } else {
        sorted.distances.append(distance)
        sorted.areas.append(area)
      }
    }
    sorted.areas.sort()
    apart.sort { $0.distance < $1.distance || ($0.distance == $1.distance && $0.area < $1.area) }
    for element in apart {
      sorted.distances.append(element.distance)
      sorted.areas.append(element.area)
    }
    self.distances = sorted.distances
    self.areas = sorted.areas
    area = sorted.areas.withUnsafeBufferPointer { pairwiseSum($0) }
  }

  /// The mean distance in mm, each element by its area; `nil` where there is none.
  public var average: Double? { area > 0 ? weightedSum / area : nil }

  /// The smallest distance in mm up to which at least `share` (0 to 1) of the area lies; `nil` where
  /// there is no element.
  public func quantile(_ share: Double) -> Double? {
    var sum = 0.0
    for (distance, element) in zip(distances, areas) {
      sum += element
      if sum / area >= share { return distance }
    }
    return distances.last
  }

  /// The area in mm² of the elements at most `tolerance` mm away.
  public func area(within tolerance: Double) -> Double {
    let count = distances.firstIndex { $0 > tolerance } ?? distances.count
    // Summed as the whole is, so that all of the area is a share of exactly one.
    return areas.withUnsafeBufferPointer {
      pairwiseSum(UnsafeBufferPointer(rebasing: $0[..<count]))
    }
  }

  /// The sum of the distances times their areas, in mm³.
  var weightedSum: Double { zip(distances, areas).reduce(0) { $0 + $1.0 * $1.1 } }
}

/// A sum with rounding errors that grow with the logarithm of the count.
///
/// Adds in NumPy's order, so that a quantile that falls between two elements of equal area falls on
/// the same side.
func pairwiseSum(_ values: UnsafeBufferPointer<Double>) -> Double {
  guard values.count >= 8 else { return values.reduce(0, +) }
  guard values.count > 128 else {
    var lanes = SIMD8<Double>()
    for lane in 0..<8 { lanes[lane] = values[lane] }
    var index = 8
    while index + 8 <= values.count {
      for lane in 0..<8 { lanes[lane] += values[index + lane] }
      index += 8
    }
    let sum =
      ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3]))
      + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]))
    return values[index...].reduce(sum, +)
  }
  let half = values.count / 2 - values.count / 2 % 8
  return pairwiseSum(UnsafeBufferPointer(rebasing: values[..<half]))
    + pairwiseSum(UnsafeBufferPointer(rebasing: values[half...]))
}
