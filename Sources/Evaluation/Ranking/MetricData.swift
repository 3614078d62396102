import SegmentationMetrics

/// The completed scores of one metric, prepared so that the ranking over any weights of the cases
/// costs one walk over the measurements of each pair.
struct MetricData: Sendable {
  let scores: CompletedScores
  let isHigherBetter: Bool
  /// The case of each measurement, numbered as in the ranking's list.
  let cases: [Int]
  let pairs: [(first: Int, second: Int)]
  private let ranks: [PairedRanks]
  private let sums: [CaseSums]

  init(_ scores: CompletedScores, isHigherBetter: Bool, caseNames: [String]) {
    self.scores = scores
    self.isHigherBetter = isHigherBetter
    let places = Dictionary(
      caseNames.enumerated().map { ($1, $0) },
      uniquingKeysWith: { first, _ in first }
    )
    let cases = scores.measurements.map { places[$0.caseName, default: 0] }
    self.cases = cases
    pairs = RankingRules.pairs(of: scores.values.count)
    ranks = pairs.map { pair in
      PairedRanks(Self.differences(scores, pair), cases: cases)
    }
    sums = scores.values.map { CaseSums($0, cases: cases, caseCount: caseNames.count) }
  }

  /// First minus second, for each measurement.
  static func differences(
    _ scores: CompletedScores,
    _ pair: (first: Int, second: Int)
  ) -> [Double] {
    zip(scores.values[pair.first], scores.values[pair.second]).map { $0 - $1 }
  }

  /// What a ranking by this metric comes to where each case counts so often.
  struct Outcome {
    let tests: [WilcoxonTest]
    let winners: [Int?]
    let significanceScores: [Int]
    let ranks: [Int]
    /// Each method's mean; empty where no case with a measurement counts.
    let means: [Double]
  }

  func outcome(weights: [Int], plan: RankingPlan) -> Outcome {
    let tests = ranks.map { $0.test(weights: weights, plan.alternative) }
    let winners = zip(pairs, tests).map { pair, test in
      RankingRules.winner(
        of: pair,
        test,
        pairCount: pairs.count,
        plan: plan,
        isHigherBetter: isHigherBetter
      )
    }
    let significance = RankingRules.significanceScores(
      winners: winners,
      methods: scores.values.count
    )
    return Outcome(
      tests: tests,
      winners: winners,
      significanceScores: significance,
      ranks: sharedRanks(ofLargest: significance),
      means: sums.compactMap { $0.mean(weights: weights) }
    )
  }

  /// The outcome's means as gains: larger is better.
  func gains(_ outcome: Outcome) -> [Double] {
    isHigherBetter ? outcome.means : outcome.means.map { -$0 }
  }
}

/// Final ranks over several metrics where each case counts so often.
func finalRanks(of outcomes: [(data: MetricData, outcome: MetricData.Outcome)]) -> [Int] {
  RankingRules.finalRanks(
    meanRanks: RankingRules.meanRanks(outcomes.map(\.outcome.ranks)),
    gains: outcomes.map { $0.data.gains($0.outcome) }.filter { !$0.isEmpty }
  )
}
