public import SegmentationMetrics

/// Everything that decides a ranking.
///
/// The HaN-Seg challenge fixes the metrics, the test and Bonferroni's correction; it states neither
/// the level nor the sidedness, so both are choices here: 5 % and two-sided, the usual ones.
/// - SeeAlso: Podobnik et al., *Radiotherapy and Oncology* 198 (2024), 110410.
public struct RankingPlan: Hashable, Sendable {
  /// How the pairs of methods are tested.
  public enum Sidedness: String, Hashable, Sendable, Codable, CaseIterable {
    /// Whether two methods differ; the signed ranks say in which direction.
    case twoSided = "two-sided"
    /// Whether one method is better than the other, asked in both directions.
    case oneSided = "one-sided"
  }

  /// What is ranked; each metric has a better direction.
  public var metrics: [Metric] = [.dice, .hausdorff(percentile: 95)]
  /// What stands in for scores that are missing.
  public var missing: MissingScores = .hanseg
  /// The level of significance before the correction for the number of pairs.
  public var alpha = 0.05
  /// How the pairs of methods are tested.
  public var alternative = Sidedness.twoSided
  /// The number of bootstrap resamples of the cases; 0 leaves out stability and intervals.
  public var resamples = 1000
  /// The seed of the resamples.
  public var seed: UInt64 = 0

  /// The challenge's plan.
  public init() {}

  /// What of a plan could not be followed, as one sentence; `nil` where all can.
  package var problem: RankingError? {
    guard alpha > 0, alpha < 1 else { return .impossibleAlpha(alpha) }
    guard (0...Self.mostResamples).contains(resamples) else {
      return .impossibleResamples(resamples, most: Self.mostResamples)
    }
    guard !metrics.isEmpty else { return .noMetric }
    for (index, metric) in metrics.enumerated() {
      guard metric.isHigherBetter != nil else { return .noBetterDirection(metric) }
      guard !metrics[..<index].contains(metric) else { return .doubledMetric(metric) }
    }
    return nil
  }

  private static let mostResamples = 1_000_000
}

extension RankingPlan: Encodable {
  private enum CodingKeys: CodingKey {
    case metrics, missing, alpha, alternative, resamples, seed
  }

  /// The plan with the metrics' names.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(metrics.map(\.name), forKey: .metrics)
    try container.encode(missing, forKey: .missing)
    try container.encode(alpha, forKey: .alpha)
    try container.encode(alternative, forKey: .alternative)
    try container.encode(resamples, forKey: .resamples)
    try container.encode(seed, forKey: .seed)
  }
}
