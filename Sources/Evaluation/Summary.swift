/// What a column of scores comes to: center, spread and how many are missing.
public struct Summary: Hashable, Sendable {
  /// The number of values.
  public let count: Int
  /// The number of scores without a value.
  public let missing: Int
  /// The mean.
  public let mean: Double
  /// The standard deviation of a sample (divided by `count - 1`); `nil` for a single value.
  public let standardDeviation: Double?
  /// The smallest value.
  public let minimum: Double
  /// The 25th percentile, between ranks interpolated linearly (NumPy's default).
  public let lowerQuartile: Double
  /// The 50th percentile.
  public let median: Double
  /// The 75th percentile.
  public let upperQuartile: Double
  /// The largest value.
  public let maximum: Double

  /// Summarizes values.
  /// - Returns: `nil` where there is no value.
  public init?(_ values: [Double], missing: Int = 0) {
    let sorted = values.sorted()
    guard let first = sorted.first, let last = sorted.last else { return nil }
    count = sorted.count
    self.missing = missing
    let mean = sorted.reduce(0, +) / Double(sorted.count)
    self.mean = mean
    let squares = sorted.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    standardDeviation =
      sorted.count > 1 ? (squares / Double(sorted.count - 1)).squareRoot() : nil
    minimum = first
    lowerQuartile = percentile(25, ofSorted: sorted)
    median = percentile(50, ofSorted: sorted)
    upperQuartile = percentile(75, ofSorted: sorted)
    maximum = last
  }
}

/// A percentile of ascending values, between ranks interpolated linearly (Hyndman and Fan's type 7).
/// - Precondition: There is a value, and the percentile lies in 0...100.
/// - SeeAlso: Hyndman, Fan, *The American Statistician* 50 (1996), 361–365.
package func percentile(_ percent: Double, ofSorted values: [Double]) -> Double {
  precondition(!values.isEmpty && (0...100).contains(percent), "a percentile of some values")
  let position = percent / 100 * Double(values.count - 1)
  let below = Int(position.rounded(.down))
  guard below + 1 < values.count else { return values[values.count - 1] }
  let share = position - Double(below)
  return values[below] + (values[below + 1] - values[below]) * share
}
