import Evaluation
import Foundation
import SegmentationMetrics
import Testing

@Suite("Ranking")
struct RankingTests {
  private struct Golden: Decodable {
    struct MetricResult: Decodable {
      let p: [Double]
      let significance: [Int]
      let ranks: [Int]
      let means: [Double]
      let averageRanks: [Double]
      let criticalDifference: Double
      let friedman: Double
    }
    struct Row: Decodable {
      let method: String
      let score: Score

      init(from decoder: any Decoder) throws {
        var fields = try decoder.unkeyedContainer()
        method = try fields.decode(String.self)
        let caseName = try fields.decode(String.self)
        let structure = try fields.decode(String.self)
        let metric = try #require(Metric(name: try fields.decode(String.self)))
        let value = try fields.decodeIfPresent(Double.self)
        let note = try fields.decode(String.self)
        score = Score(
          caseName: caseName,
          structure: structure,
          metric: metric,
          value: try value.map { .value($0) } ?? .undefined(#require(Undefined(rawValue: note)))
        )
      }
    }
    let methods: [String]
    let cases: [String]
    let structures: [String]
    let rows: [Row]
    let metrics: [String: MetricResult]
    let meanRanks: [Double]

    var tables: [ScoreTable] {
      methods.map { method in
        ScoreTable(method: method, scores: rows.filter { $0.method == method }.map(\.score))
      }
    }
  }

  /// A table of Dice and HD95 for cases of one structure.
  private func table(_ method: String, _ dice: [Double], _ far: [Double]) -> ScoreTable {
    let scores = zip(dice, far).enumerated().flatMap { place, values in
      [(Metric.dice, values.0), (Metric.hausdorff(percentile: 95), values.1)].map {
        Score(caseName: "case_\(place)", structure: "Parotid_L", metric: $0, value: .value($1))
      }
    }
    return ScoreTable(method: method, scores: scores)
  }

  @Test("Drawn scores with missing ones are ranked as SciPy and the challenge's rules rank them")
  func agreement() throws {
    let expected = try golden("ranking", as: Golden.self)
    let ranking = try Ranking(expected.tables, plan: RankingPlan())
    for metric in ranking.metrics {
      let wanted = try #require(expected.metrics[metric.metric.name])
      #expect(metric.measurements.count == 35)
      for (found, p) in zip(metric.comparisons, wanted.p) {
        #expect(abs(found.test.pValue - p) < 1e-12)
        #expect(abs(found.bonferroni - min(1, 6 * p)) < 1e-12)
        #expect(found.holm <= found.bonferroni)
      }
      #expect(metric.significanceScores == wanted.significance)
      #expect(metric.ranks == wanted.ranks)
      for (found, mean) in zip(metric.summaries, wanted.means) {
        #expect(abs(found.mean - mean) < 1e-12)
      }
      let difference = metric.criticalDifference
      for (found, rank) in zip(difference.averageRanks, wanted.averageRanks) {
        #expect(abs(found - rank) < 1e-12)
      }
      #expect(abs(difference.criticalDifference - wanted.criticalDifference) < 1e-8)
      #expect(abs(difference.friedmanStatistic - wanted.friedman) < 1e-9)
    }
    #expect(ranking.meanRanks == expected.meanRanks)
    // The first two share their metric ranks; the first has the better mean of both metrics.
    #expect(ranking.finalRanks == [1, 2, 3, 4])
    #expect(ranking.missingScores.count { $0.replacement != nil } == 6)
    #expect(ranking.missingScores.count { $0.replacement == nil } == 8)
    #expect(ranking.differences.isEmpty)
    #expect(ranking.metrics[0].criticalDifference.groups == [[0, 1]])
    #expect(ranking.metrics[1].criticalDifference.groups == [[1, 0, 2]])
  }

  @Test("Stability counts every resample once and does not depend on the number of threads")
  func stability() throws {
    let tables = try golden("ranking", as: Golden.self).tables
    var plan = RankingPlan()
    plan.resamples = 300
    let ranking = try Ranking(tables, plan: plan, threads: 1)
    #expect(try Ranking(tables, plan: plan, threads: 3) == ranking)
    let stability = try #require(ranking.stability)
    for counts in stability.frequencies { #expect(counts.reduce(0, +) == 300) }
    #expect(stability.frequencies[3][3] == 300)
    #expect(stability.meanRanks[3] == 4)
    #expect(stability.intervals[3] == 4...4)
    #expect(stability.frequencies[0][0] > 150)
    #expect(try #require(stability.meanKendallTau) > 0.8)
    plan.seed = 1
    #expect(try Ranking(tables, plan: plan).stability != stability)
    plan.resamples = 0
    let bare = try Ranking(tables, plan: plan)
    #expect(bare.stability == nil)
    #expect(bare.metrics[0].comparisons[0].meanDifference.interval == nil)
    #expect(bare.finalRanks == ranking.finalRanks)
  }

  @Test("Of two methods that tie, one goes ahead only with the better mean of every metric")
  func ties() throws {
    let steady = Array(repeating: 0.8, count: 6)
    let near = Array(repeating: 3.0, count: 6)
    func ranks(_ dice: Double, _ far: Double) throws -> [Int] {
      let other = table("b", steady.map { $0 + dice }, near.map { $0 + far })
      var plan = RankingPlan()
      plan.alpha = 0.001
      plan.resamples = 10
      return try Ranking([table("a", steady, near), other], plan: plan).finalRanks
    }
    #expect(try ranks(0.01, -0.5) == [2, 1])
    #expect(try ranks(-0.01, 0.5) == [1, 2])
    #expect(try ranks(0.01, 0.5) == [1, 1])
    #expect(try ranks(0, 0) == [1, 1])
  }

  @Test("One-sided tests have half the p-value and point to the better method")
  func oneSided() throws {
    let dice = (0..<20).map { 0.7 + Double($0) / 100 }
    let far = (0..<20).map { 2 + Double($0) / 10 }
    let better = table("b", dice.enumerated().map { $1 + Double($0) / 500 + 0.001 }, far)
    let tables = [table("a", dice, far), better]
    var plan = RankingPlan()
    plan.metrics = [.dice]
    let two = try Ranking(tables, plan: plan).metrics[0].comparisons[0]
    plan.alternative = .oneSided
    let one = try Ranking(tables, plan: plan).metrics[0].comparisons[0]
    #expect(two.winner == 1)
    #expect(one.winner == 1)
    #expect(one.test.alternative == .less)
    #expect(abs(two.test.pValue - 2 * one.test.pValue) < 1e-15)
  }

  @Test("What cannot be ranked is refused with the reason")
  func refusals() throws {
    let a = table("a", [0.8, 0.7], [2, 3])
    let b = table("b", [0.9, 0.6], [1, 4])
    var plan = RankingPlan()
    #expect(throws: RankingError.tooFewMethods(found: 1)) { try Ranking([a], plan: plan) }
    #expect(throws: RankingError.doubledMethod("a")) { try Ranking([a, a], plan: plan) }
    var other = b
    other.scores = other.scores.map { score in
      var score = score
      score.caseName = "x" + score.caseName
      return score
    }
    #expect(throws: RankingError.noCommonCase) { try Ranking([a, other], plan: plan) }
    other.scores = b.scores.map { score in
      var score = score
      score.structure = "Parotid_R"
      return score
    }
    #expect(throws: RankingError.noCommonStructure) { try Ranking([a, other], plan: plan) }
    other.scores = b.scores.filter { $0.metric == .dice }
    #expect(throws: RankingError.metricMissing(.hausdorff(percentile: 95), method: "b")) {
      try Ranking([a, other], plan: plan)
    }
    plan.metrics = [.referenceVolume]
    #expect(throws: RankingError.noBetterDirection(.referenceVolume)) {
      try Ranking([a, b], plan: plan)
    }
    plan.metrics = [.dice, .dice]
    #expect(throws: RankingError.doubledMetric(.dice)) { try Ranking([a, b], plan: plan) }
    plan.metrics = [.dice]
    plan.alpha = 1
    #expect(throws: RankingError.impossibleAlpha(1)) { try Ranking([a, b], plan: plan) }
    plan.alpha = 0.05
    plan.resamples = -1
    #expect(throws: RankingError.self) { try Ranking([a, b], plan: plan) }
    plan.resamples = 10
    other.scores = b.scores.map { score in
      Score(
        caseName: score.caseName,
        structure: score.structure,
        metric: score.metric,
        value: .undefined(.referenceMissing)
      )
    }
    #expect(throws: RankingError.noMeasurement(.dice, missing: .hanseg)) {
      try Ranking([a, other], plan: plan)
    }
  }

  @Test("Kendall's tau is SciPy's, and has no value where all tie")
  func kendall() throws {
    struct Golden: Decodable {
      struct Row: Decodable {
        let a: [Int]
        let b: [Int]
        let tau: Double

        init(from decoder: any Decoder) throws {
          var fields = try decoder.unkeyedContainer()
          a = try fields.decode([Int].self)
          b = try fields.decode([Int].self)
          tau = try fields.decode(Double.self)
        }
      }
      let kendall: [Row]
    }
    for row in try golden("statistics", as: Golden.self).kendall {
      #expect(abs(try #require(kendallTau(row.a, row.b)) - row.tau) < 1e-14)
    }
    #expect(kendallTau([1, 1, 1], [1, 2, 3]) == nil)
  }
}
