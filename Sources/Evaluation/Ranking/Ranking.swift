public import SegmentationMetrics

/// Methods in order, by the rules of the HaN-Seg challenge, with what speaks for and against it.
///
/// For each metric every pair of methods is tested (Wilcoxon's signed ranks over all measurements, a
/// measurement being a structure of a case; Bonferroni over the number of pairs). A method's
/// significance score is the number of methods that it beats so; the scores give the metric's ranks,
/// and the mean of a method's metric ranks gives its final rank. Equal scores share the better rank
/// (1, 2, 3, 3, 5), as in the challenge's report. Methods that tie in the end are told apart by their
/// means: one goes ahead where it is better in the mean of every metric; else the tie stays.
/// - SeeAlso: Podobnik et al., *Radiotherapy and Oncology* 198 (2024), 110410.
public struct Ranking: Hashable, Sendable {
  /// What decided the ranking.
  public let plan: RankingPlan
  /// The methods, in the order given; all numbers of methods below are places in this list.
  public let methods: [String]
  /// The cases that count, in order.
  public let cases: [String]
  /// The structures that count, in order.
  public let structures: [String]
  /// The ranking by each metric, in the plan's order.
  public let metrics: [MetricRanking]
  /// Each method's mean of metric ranks.
  public let meanRanks: [Double]
  /// Each method's final rank, 1 for the best; methods that tie share the better rank.
  public let finalRanks: [Int]
  /// How steady the final ranks are; `nil` without resamples.
  public let stability: RankStability?
  /// The scores that were missing: what stands in for them, or that their measurement was left out.
  public let missingScores: [MissingScore]
  /// Cases or structures that not all methods have, one sentence each.
  public let differences: [String]

  /// The methods from best to worst; those that tie in the order given.
  public var order: [Int] {
    methods.indices.sorted { (finalRanks[$0], $0) < (finalRanks[$1], $1) }
  }
}

/// The methods' order by one metric.
public struct MetricRanking: Hashable, Sendable {
  /// The metric.
  public let metric: Metric
  /// What was measured for every method: a structure of a case each.
  public let measurements: [Measurement]
  /// The scores, `[method][measurement]`; missing ones as the plan's rule completed them.
  public let values: [[Double]]
  /// Each method's scores in numbers.
  public let summaries: [Summary]
  /// Each structure's scores in numbers, `[structure][method]` in the ranking's order of structures;
  /// `nil` where no measurement of the structure is left.
  public let structureSummaries: [[Summary?]]
  /// All pairs of methods: (0, 1), (0, 2), …, (1, 2), ….
  public let comparisons: [MethodComparison]
  /// For each method the number of methods that it beats significantly.
  public let significanceScores: [Int]
  /// Each method's rank, 1 for the best; equal significance scores share the better rank.
  public let ranks: [Int]
  /// The methods' average ranks within the measurements, and how far apart they must be to differ.
  public let criticalDifference: CriticalDifference
}

/// One structure of one case.
public struct Measurement: Hashable, Sendable {
  /// The case's name.
  public var caseName: String
  /// The structure's name.
  public var structure: String

  /// A measurement from its parts.
  public init(caseName: String, structure: String) {
    self.caseName = caseName
    self.structure = structure
  }
}

/// Two methods beside each other by one metric.
public struct MethodComparison: Hashable, Sendable {
  /// The first method's place.
  public let first: Int
  /// The second method's place.
  public let second: Int
  /// The test of the differences, first minus second.
  public let test: WilcoxonTest
  /// The p-value times the number of pairs of methods, at most 1 (Bonferroni).
  public let bonferroni: Double
  /// The p-value corrected by Holm's step-down procedure, for comparison.
  public let holm: Double
  /// The method that is significantly better, where one is.
  public let winner: Int?
  /// The mean of first minus second, with its bootstrap interval where there are resamples.
  public let meanDifference: MeanDifference
  /// The median of first minus second.
  public let medianDifference: Double
}

/// How steady final ranks are when the cases are drawn anew.
public struct RankStability: Hashable, Sendable, Codable {
  /// The number of bootstrap resamples of the cases.
  public let resamples: Int
  /// In how many resamples a method had a rank: `[method][rank - 1]`.
  public let frequencies: [[Int]]
  /// Each method's mean final rank over the resamples.
  public let meanRanks: [Double]
  /// The smallest and largest rank that the middle 95 % of the resamples gave, for each method.
  public let intervals: [ClosedRange<Int>]
  /// The share of resamples with exactly the ranks of the whole data.
  public let sameOrderShare: Double
  /// The mean of Kendall's τ-b between the resamples' final ranks and those of the whole data;
  /// `nil` where either has a single rank throughout.
  public let meanKendallTau: Double?
}
