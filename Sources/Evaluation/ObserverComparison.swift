public import SegmentationMetrics

/// Whether a method agrees with observers as well as they agree with each other.
///
/// For every structure of a case, the observers' agreement is the mean score over all pairs of
/// observers, the method's the mean of its scores against each observer. Their differences are tested
/// (Wilcoxon's signed ranks, two-sided), for each structure over the cases with Holm's correction for
/// the number of structures, and over all structures of all cases at once. The rule of the verdict:
/// below or above where the corrected p-value is under the level, in the direction of the signed
/// ranks; else not distinguishable. With so few cases that no differences at all could reach the
/// level, nothing is said.
public struct ObserverComparison: Hashable, Sendable {
  /// What is measured.
  public let metric: Metric
  /// What stands in for the method's missing contours.
  public let missing: MissingScores
  /// The level of significance.
  public let alpha: Double
  /// The number of bootstrap resamples of the cases for the intervals.
  public let resamples: Int
  /// All structures of all cases.
  public let overall: Row
  /// Each structure, in order of first appearance.
  public let structures: [Row]

  /// What a comparison comes to.
  public enum Verdict: String, Hashable, Sendable, Codable, CaseIterable {
    /// The method agrees with the observers less than they agree with each other.
    case below = "below the observers"
    /// No difference was found.
    case notDistinguishable = "not distinguishable from the observers"
    /// The method agrees with the observers more than they agree with each other.
    case above = "above the observers"
    /// So few cases that no difference could be found.
    case tooFewCases = "too few cases to tell"
  }

  /// One structure, or all.
  public struct Row: Hashable, Sendable {
    /// The structure; `nil` for all of them.
    public let structure: String?
    /// The scores between observers, one for each case and structure compared.
    public let observers: Summary
    /// The method's scores against the observers, in the same order.
    public let method: Summary
    /// The mean of method minus observers, with its bootstrap interval over the cases.
    public let difference: MeanDifference
    /// The test of the differences, method minus observers.
    public let test: WilcoxonTest
    /// The p-value, for a structure with Holm's correction for the number of structures.
    public let correctedPValue: Double
    /// What it comes to.
    public let verdict: Verdict
    /// The structures of cases that only one side has a score of, and that do not count.
    public let leftOut: Int
  }

  /// Compares a method with observers.
  /// - Parameters:
  ///   - method: The method's scores against each observer, a table each.
  ///   - observers: The observers' scores against each other, a table for each pair.
  ///   - metric: What is compared; of it more or less must be better.
  ///   - missing: What stands in where an observer contoured a structure and the method did not.
  ///     Missing contours of observers are left out under every rule.
  ///   - alpha: The level of significance.
  ///   - resamples: The number of bootstrap resamples of the cases; 0 for no intervals.
  ///   - seed: Decides the resamples.
  /// - Throws: ``ObserverComparisonError``.
  public init(
    method: [ScoreTable],
    observers: [ScoreTable],
    metric: Metric,
    missing: MissingScores = .hanseg,
    alpha: Double = 0.05,
    resamples: Int = 1000,
    seed: UInt64 = 0
  ) throws(ObserverComparisonError) {
    guard let isHigherBetter = metric.isHigherBetter else { throw .noBetterDirection(metric) }
    guard alpha > 0, alpha < 1 else { throw .impossibleAlpha(alpha) }
    let pairs = ObserverPairs(method: method, observers: observers, metric: metric, missing)
    guard !pairs.pairs.isEmpty else { throw .nothingInCommon(metric) }
    let rule = VerdictRule(isHigherBetter: isHigherBetter, alpha: alpha)
    func draft(_ structure: String?) -> RowDraft? {
      RowDraft(pairs, structure: structure, resamples: max(0, resamples), seed: seed)
    }
    guard let all = draft(nil) else { throw .nothingInCommon(metric) }
    let drafts = distinct(pairs.pairs.map(\.measurement.structure)).compactMap { draft($0) }
    let corrected = MultipleTesting.holm(drafts.map(\.test.pValue))
    self.metric = metric
    self.missing = missing
    self.alpha = alpha
    self.resamples = max(0, resamples)
    overall = all.row(correctedPValue: all.test.pValue, rule)
    structures = zip(drafts, corrected).map { $0.row(correctedPValue: $1, rule) }
  }
}

/// Why a method cannot be compared with observers.
public enum ObserverComparisonError: Error, Hashable {
  /// Of the metric neither more nor less is better.
  case noBetterDirection(Metric)
  /// No structure of a case has a score between observers and one of the method.
  case nothingInCommon(Metric)
  /// The level of significance is not between 0 and 1.
  case impossibleAlpha(Double)
}

extension ObserverComparisonError: CustomStringConvertible {
  /// One sentence: what, and what was expected.
  public var description: String {
    switch self {
    case .noBetterDirection(let metric):
      "\(metric.name): of this metric neither more nor less is better, so it gives no verdict."
    case .nothingInCommon(let metric):
      """
      \(metric.name): no structure of a case has both a score between observers and one of the \
      method.
      """
    case .impossibleAlpha(let alpha):
      "The level of significance is \(alpha); it must be between 0 and 1."
    }
  }
}
