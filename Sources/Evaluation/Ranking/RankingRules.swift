import SegmentationMetrics

/// From tests to ranks: the challenge's rules as functions.
enum RankingRules {
  /// The pairs of methods: (0, 1), (0, 2), …, (1, 2), ….
  static func pairs(of methods: Int) -> [(first: Int, second: Int)] {
    (0..<methods).flatMap { first in
      (first + 1..<max(first + 1, methods)).map { (first, $0) }
    }
  }

  /// The better of two methods where the corrected p-value is below the level.
  ///
  /// Better is the one that the signed ranks favor: what the test tests, and almost always also
  /// the one with the better median and mean.
  static func winner(
    of pair: (first: Int, second: Int),
    _ test: WilcoxonTest,
    pairCount: Int,
    plan: RankingPlan,
    isHigherBetter: Bool
  ) -> Int? {
    guard test.pValue * Double(pairCount) < plan.alpha,
      test.positiveRankSum != test.negativeRankSum
    else { return nil }
    let isFirstLarger = test.positiveRankSum > test.negativeRankSum
    return isFirstLarger == isHigherBetter ? pair.first : pair.second
  }

  /// For each method the number of methods that it beats.
  static func significanceScores(winners: [Int?], methods: Int) -> [Int] {
    var scores = Array(repeating: 0, count: methods)
    for winner in winners { if let winner { scores[winner] += 1 } }
    return scores
  }

  /// Final ranks from the mean of each method's metric ranks.
  ///
  /// Of methods with equal mean ranks, one goes ahead of those that it betters in the mean of every
  /// metric; where the means disagree, the tie stays and both have the better rank.
  /// - Parameters:
  ///   - meanRanks: One for each method.
  ///   - gains: `[metric][method]` means, larger always better.
  /// - Returns: Each method's rank, 1 for the best.
  static func finalRanks(meanRanks: [Double], gains: [[Double]]) -> [Int] {
    meanRanks.indices.map { method in
      1
        + meanRanks.indices.count { other in
          if meanRanks[other] != meanRanks[method] { return meanRanks[other] < meanRanks[method] }
          return !gains.isEmpty && gains.allSatisfy { $0[other] > $0[method] }
        }
    }
  }

  /// The mean of the metric ranks of each method; ranks as `[metric][method]`.
  static func meanRanks(_ ranks: [[Int]]) -> [Double] {
    guard let first = ranks.first else { return [] }
    return first.indices.map { method in
      Double(ranks.reduce(0) { $0 + $1[method] }) / Double(ranks.count)
    }
  }
}
