import Evaluation
import SegmentationMetrics
import TestSupport
import Testing

@Suite("A method beside the observers")
struct ObserverComparisonTests {
  /// A table with a score for each case and structure, by a rule.
  private func table(
    _ name: String,
    metric: Metric = .dice,
    cases: Int = 12,
    _ value: (_ caseIndex: Int, _ structure: String) -> Double?
  ) -> ScoreTable {
    ScoreTable(
      method: name,
      scores: (0..<cases).flatMap { place in
        ["Parotid_L", "OpticChiasm"].map { structure in
          Score(
            caseName: "case_\(place)",
            structure: structure,
            metric: metric,
            value: value(place, structure).map { .value($0) } ?? .undefined(.predictionEmpty)
          )
        }
      }
    )
  }

  private func base(_ place: Int, _ structure: String) -> Double {
    (structure == "Parotid_L" ? 0.85 : 0.55) + Double(place * 7 % 5) / 100
  }

  @Test("A method that agrees less is below, one that agrees more above, in the metric's direction")
  func verdicts() throws {
    for (metric, sign) in [(Metric.dice, 1.0), (.hausdorff(percentile: 95), -1.0)] {
      let observers = table("A and B", metric: metric) { base($0, $1) }
      let method = table("method and A", metric: metric) { place, structure in
        let step = 0.02 + Double(place) / 1000
        return base(place, structure) + sign * (structure == "Parotid_L" ? step : -step)
      }
      let result = try ObserverComparison(method: [method], observers: [observers], metric: metric)
      #expect(result.structures.map(\.structure) == ["Parotid_L", "OpticChiasm"])
      #expect(result.structures.map(\.verdict) == [.above, .below])
      #expect(result.overall.verdict == .notDistinguishable)
      let first = result.structures[0]
      #expect(first.test.count == 12)
      #expect(abs(first.difference.mean - sign * 0.0255) < 1e-12)
      let interval = try #require(first.difference.interval)
      #expect(interval.low < first.difference.mean && first.difference.mean < interval.high)
      // Holm: the smaller of two p-values twice, 2 · 2 / 2¹².
      #expect(abs(first.test.pValue - 2 / 4096.0) < 1e-15)
      #expect(abs(first.correctedPValue - 4 / 4096.0) < 1e-15)
      #expect(result.overall.correctedPValue == result.overall.test.pValue)
    }
  }

  @Test("Scores are means over the pairs of observers and over the observers")
  func means() throws {
    let result = try ObserverComparison(
      method: [table("A") { _, _ in 0.5 }, table("B") { _, _ in 0.75 }],
      observers: [
        table("AB") { _, _ in 0.5 }, table("AC") { _, _ in 0.625 }, table("BC") { _, _ in 0.75 },
      ],
      metric: .dice
    )
    #expect(result.overall.method.mean == 0.625)
    #expect(result.overall.observers.mean == 0.625)
    #expect(result.overall.verdict == .notDistinguishable)
    #expect(result.overall.test.pValue == 1)
  }

  @Test("With too few cases nothing is said, whatever the difference")
  func fewCases() throws {
    for (cases, verdict) in [
      (5, ObserverComparison.Verdict.tooFewCases), (8, .below),
    ] {
      let result = try ObserverComparison(
        method: [table("m", cases: cases) { base($0, $1) - 0.2 - Double($0) / 1000 }],
        observers: [table("o", cases: cases) { base($0, $1) }],
        metric: .dice,
        resamples: 0
      )
      #expect(result.structures.map(\.verdict) == [verdict, verdict])
      #expect(result.overall.verdict == .below)
      #expect(result.overall.difference.interval == nil)
    }
  }

  @Test("A contour that the method misses counts as the rule says; what one side lacks is counted")
  func missing() throws {
    let method = table("m") { $0 == 0 && $1 == "OpticChiasm" ? nil : base($0, $1) }
    let observers = table("o") { $0 == 1 && $1 == "OpticChiasm" ? nil : base($0, $1) }
    let hanseg = try ObserverComparison(method: [method], observers: [observers], metric: .dice)
    #expect(hanseg.structures[1].method.minimum == 0)
    #expect(hanseg.structures[1].leftOut == 1)
    #expect(hanseg.structures[0].leftOut == 0)
    #expect(hanseg.overall.leftOut == 1)
    let excluded = try ObserverComparison(
      method: [method],
      observers: [observers],
      metric: .dice,
      missing: .exclude
    )
    #expect(excluded.structures[1].method.minimum > 0.5)
    #expect(excluded.structures[1].leftOut == 2)
  }

  @Test("What gives no comparison is refused")
  func refusals() throws {
    let some = table("m") { base($0, $1) }
    var other = some
    other.scores = other.scores.map { score in
      var score = score
      score.caseName += "x"
      return score
    }
    #expect(throws: ObserverComparisonError.nothingInCommon(.dice)) {
      try ObserverComparison(method: [some], observers: [other], metric: .dice)
    }
    #expect(throws: ObserverComparisonError.nothingInCommon(.dice)) {
      try ObserverComparison(method: [], observers: [some], metric: .dice)
    }
    #expect(throws: ObserverComparisonError.noBetterDirection(.volumeDifference)) {
      try ObserverComparison(method: [some], observers: [some], metric: .volumeDifference)
    }
    #expect(throws: ObserverComparisonError.impossibleAlpha(0)) {
      try ObserverComparison(method: [some], observers: [some], metric: .dice, alpha: 0)
    }
  }
}
