/// Wilcoxon's signed-rank test of paired differences.
///
/// The absolute differences are ranked, equal ones by their average rank; the statistic is the sum of
/// the positive differences' ranks, R⁺. Its distribution under the null hypothesis, that differences
/// are symmetric about zero, is taken
/// - exactly, by counting the 2ⁿ signs, for up to 50 differences that are all distinct and not zero;
/// - exactly for these differences (a permutation test), for up to 13 with ties or zeros;
/// - else from the normal distribution with mean `n(n + 1)/4` and variance
///   `n(n + 1)(2n + 1)/24 − Σ(t³ − t)/48` over groups of `t` equal absolute differences.
///
/// These rules are SciPy 1.17's, and so are the numbers, to 1e-12.
/// - SeeAlso: Wilcoxon, *Biometrics Bulletin* 1 (1945), 80–83; Pratt, *JASA* 54 (1959), 655–667;
///   Cureton, *JASA* 62 (1967), 1068–1069.
public struct WilcoxonTest: Hashable, Sendable, Codable {
  /// What happens to differences of zero.
  public enum Zeros: String, Hashable, Sendable, Codable, CaseIterable {
    /// They are dropped before ranking (Wilcoxon).
    case wilcox
    /// They are ranked and their ranks dropped (Pratt).
    case pratt
  }

  /// How the p-value is to be computed.
  public enum Method: String, Hashable, Sendable, Codable, CaseIterable {
    /// By the number of differences, ties and zeros; see ``WilcoxonTest``.
    case automatic
    /// From the distribution for distinct differences; with ties the statistic is rounded towards
    /// the larger p-value.
    case exact
    /// From the normal distribution.
    case approximate
  }

  /// Where a p-value came from.
  public enum Distribution: String, Hashable, Sendable, Codable, CaseIterable {
    /// All signs of distinct differences.
    case exact
    /// All signs of the differences at hand.
    case permutation
    /// The normal distribution.
    case normal
    /// Nothing: every difference is zero, so the p-value is 1.
    case none
  }

  /// The number of differences, zeros among them.
  public let count: Int
  /// The number of differences that are zero.
  public let zeroCount: Int
  /// The sum of the ranks of positive differences, R⁺.
  public let positiveRankSum: Double
  /// The sum of the ranks of negative differences, R⁻.
  public let negativeRankSum: Double
  /// R⁺ in standard deviations from its mean, with the continuity correction where asked for; `nil`
  /// unless the normal distribution was used.
  public let zScore: Double?
  /// The probability, under the null hypothesis, of a statistic at least as far out.
  public let pValue: Double
  /// Which difference was looked for.
  public let alternative: Alternative
  /// Where the p-value came from.
  public let distribution: Distribution

  /// The statistic as SciPy reports it: the smaller rank sum where two-sided, else R⁺.
  public var statistic: Double {
    alternative == .twoSided ? min(positiveRankSum, negativeRankSum) : positiveRankSum
  }

  /// Tests differences.
  ///
  /// With `continuity` the normal statistic moves half a rank towards its mean. No difference at all
  /// gives a p-value of 1, where SciPy gives NaN.
  /// - Precondition: The differences are finite.
  /// - Complexity: O(n log n); O(n³) where exact.
  public init(
    differences: [Double],
    alternative: Alternative = .twoSided,
    zeros: Zeros = .wilcox,
    method: Method = .automatic,
    continuity: Bool = false
  ) {
    let groups = SignedRankGroups(differences)
    self.init(
      SignedRanks(groups.groups, zeros: zeros),
      alternative: alternative,
      method: method,
      continuity: continuity
    )
  }

  /// Tests differences whose ranks are known.
  init(
    _ ranks: SignedRanks,
    alternative: Alternative,
    method: Method = .automatic,
    continuity: Bool = false
  ) {
    count = ranks.count + ranks.droppedZeros
    zeroCount = ranks.zeroCount
    positiveRankSum = ranks.positive
    negativeRankSum = ranks.negative
    self.alternative = alternative
    let distribution = ranks.distribution(for: method, count: count)
    self.distribution = distribution
    var zScore: Double?
    switch distribution {
    case .none: pValue = 1
    case .exact:
      pValue = SignedRankDistribution.distinct(count: ranks.count)
        .pValue(of: ranks.positive, alternative)
    case .permutation:
      pValue = SignedRankDistribution.permutation(ranks.groups)
        .pValue(of: ranks.positive, alternative)
    case .normal:
      let z = ranks.zScore(alternative, continuity: continuity)
      zScore = z
      pValue =
        switch alternative {
        case .twoSided: min(1, 2 * Normal.upperTail(z.magnitude))
        case .less: Normal.cumulative(z)
        case .greater: Normal.upperTail(z)
        }
    }
    self.zScore = zScore
  }
}
