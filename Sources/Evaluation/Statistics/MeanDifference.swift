/// A mean of paired differences with its bootstrap interval.
///
/// Cases are drawn anew, not single measurements: the structures of one patient depend on each other.
public struct MeanDifference: Hashable, Sendable, Codable {
  /// The mean.
  public let mean: Double
  /// The percentile interval of the mean over the resamples; `nil` without resamples.
  public let interval: Interval?

  /// The two ends of an interval, and the share of resamples between them.
  public struct Interval: Hashable, Sendable, Codable {
    /// The lower end.
    public let low: Double
    /// The upper end.
    public let high: Double
    /// The share of the resamples between the ends.
    public let confidence: Double

    /// The middle share of values, between ranks interpolated linearly.
    /// - Returns: `nil` where there is no value.
    init?(middle confidence: Double, of values: [Double]) {
      guard !values.isEmpty else { return nil }
      let sorted = values.sorted()
      let tail = (1 - confidence) / 2 * 100
      low = percentile(tail, ofSorted: sorted)
      high = percentile(100 - tail, ofSorted: sorted)
      self.confidence = confidence
    }
  }

  /// The mean of differences, with an interval over resamples of their cases.
  ///
  /// - Parameters:
  ///   - differences: One for each measurement.
  ///   - cases: The case of each, numbered from 0.
  ///   - caseCount: The number of cases, those without a measurement too.
  ///   - resamples: How many resamples are drawn; 0 for none.
  ///   - seed: Decides the draws.
  ///   - confidence: The share of resamples within the interval.
  /// - Precondition: There is a difference, and a case number below `caseCount` for each.
  public init(
    _ differences: [Double],
    cases: [Int],
    caseCount: Int,
    resamples: Int,
    seed: UInt64,
    confidence: Double = 0.95
  ) {
    let sums = CaseSums(differences, cases: cases, caseCount: caseCount)
    let draws = CaseResamples(caseCount: caseCount, count: resamples, seed: seed)
    self.init(
      mean: sums.mean,
      resampled: (0..<resamples).compactMap { sums.mean(weights: draws.weights($0)) },
      confidence: confidence
    )
  }

  init(mean: Double, resampled: [Double], confidence: Double = 0.95) {
    self.mean = mean
    interval = Interval(middle: confidence, of: resampled)
  }
}

/// Values summed by case, for means over any weights of the cases.
struct CaseSums {
  private let sums: [Double]
  private let counts: [Int]

  init(_ values: [Double], cases: [Int], caseCount: Int) {
    precondition(!values.isEmpty && values.count == cases.count, "values, each of a case")
    var sums = Array(repeating: 0.0, count: caseCount)
    var counts = Array(repeating: 0, count: caseCount)
    for (value, place) in zip(values, cases) {
      sums[place] += value
      counts[place] += 1
    }
    (self.sums, self.counts) = (sums, counts)
  }

  /// The mean over all values.
  var mean: Double { sums.reduce(0, +) / Double(counts.reduce(0, +)) }

  /// The mean where each case counts so often; `nil` where none of them has a value.
  func mean(weights: [Int]) -> Double? {
    var sum = 0.0
    var count = 0
    for (place, weight) in weights.enumerated() where weight > 0 {
      sum += Double(weight) * sums[place]
      count += weight * counts[place]
    }
    return count > 0 ? sum / Double(count) : nil
  }
}
