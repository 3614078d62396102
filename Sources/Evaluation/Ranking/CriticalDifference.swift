/// What a critical-difference diagram shows: the methods' average ranks within the measurements, and
/// how far apart two must be to differ.
///
/// Two methods differ by Nemenyi's test where their average ranks are `q √(k (k + 1)/(6 n))` or more
/// apart; `q` is the studentized range's quantile over √2. The measurements of one case depend on
/// each other, which the test does not know: differences look surer than they are.
/// - SeeAlso: Demšar, *Journal of Machine Learning Research* 7 (2006), 1–30.
public struct CriticalDifference: Hashable, Sendable, Codable {
  /// Each method's average rank, 1 for the best in a measurement; ties by their average.
  public let averageRanks: [Double]
  /// The number of measurements.
  public let count: Int
  /// Friedman's χ² of the ranks.
  public let friedmanStatistic: Double
  /// The p-value of Friedman's test.
  public let friedmanPValue: Double
  /// The level of significance.
  public let alpha: Double
  /// The smallest difference of average ranks that counts.
  public let criticalDifference: Double
  /// The largest sets of methods within one critical difference: the bars of the diagram.
  ///
  /// Each goes from best to worst; methods that differ from all others are in none.
  public let groups: [[Int]]

  /// Ranks methods within measurements, `[method][measurement]`.
  /// - Precondition: There are two methods or more, of one number of measurements, at least one; the
  ///   level lies between 0 and 1.
  public init(_ values: [[Double]], isHigherBetter: Bool, alpha: Double) {
    let test = FriedmanTest(isHigherBetter ? values.map { $0.map { -$0 } } : values)
    averageRanks = test.averageRanks
    count = test.count
    friedmanStatistic = test.statistic
    friedmanPValue = test.pValue
    self.alpha = alpha
    let k = Double(values.count)
    let q = StudentizedRange.quantile(1 - alpha, count: values.count) / 2.0.squareRoot()
    let difference = q * (k * (k + 1) / (6 * Double(test.count))).squareRoot()
    criticalDifference = difference
    groups = bars(test.averageRanks, within: difference)
  }
}

/// The largest sets of two or more methods whose average ranks lie within one difference.
private func bars(_ ranks: [Double], within difference: Double) -> [[Int]] {
  let order = ranks.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }
  var groups: [[Int]] = []
  var reached = 0
  for start in order.indices {
    let members = order[start...].prefix { ranks[$0] - ranks[order[start]] < difference }
    // A set that ends where an earlier one ended is a part of that one.
    guard members.count > 1, members.endIndex > reached else { continue }
    reached = members.endIndex
    groups.append(Array(members))
  }
  return groups
}
