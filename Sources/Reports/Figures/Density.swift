import Foundation

/// The outline of a violin: a smooth density of values, for drawing only.
///
/// Gaussian kernels with Silverman's bandwidth, ending at the smallest and the largest value.
struct Density: Sendable {
  /// Places from the smallest to the largest value with the density there, its largest being 1.
  let points: [(place: Double, height: Double)]

  /// The density of values; `nil` for fewer than four, or where all are equal.
  init?(of values: [Double], count: Int = 60) {
    let sorted = values.filter(\.isFinite).sorted()
    guard sorted.count >= 4, let first = sorted.first, let last = sorted.last, last > first else {
      return nil
    }
    let size = Double(sorted.count)
    let mean = sorted.reduce(0, +) / size
    let deviation =
      (sorted.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (size - 1)).squareRoot()
    let middle = (sorted[sorted.count * 3 / 4] - sorted[sorted.count / 4]) / 1.34
    let spread = middle > 0 ? min(deviation, middle) : deviation
    // A few equal values and one far away would make needles of the kernels.
    let bandwidth = max(0.9 * spread * pow(size, -0.2), (last - first) / 40)
    var heights = (0...count).map { index in
      let place = first + (last - first) * Double(index) / Double(count)
      let height = sorted.reduce(0) { sum, value in
        let distance = (place - value) / bandwidth
        return sum + exp(-0.5 * distance * distance)
      }
      return (place: place, height: height)
    }
    let highest = heights.map(\.height).max() ?? 1
    for index in heights.indices { heights[index].height /= highest }
    points = heights
  }
}

/// A number from 0 to 1 that looks drawn by lot but always is the same for a place in a series.
///
/// Multiples of the golden ratio: neighbors in the series lie far apart.
func jitter(_ index: Int) -> Double {
  let place = Double(index &+ 1) * 0.618_033_988_749_895
  return place - place.rounded(.down)
}
