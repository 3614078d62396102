import Evaluation
import SegmentationMetrics
import Testing

@Suite("Missing scores")
struct MissingScoresTests {
  private static let far = Metric.hausdorff(percentile: 95)

  private func table(
    _ method: String,
    _ metric: Metric,
    _ values: [(String, String, MetricValue)]
  ) -> ScoreTable {
    ScoreTable(
      method: method,
      scores: values.map { Score(caseName: $0, structure: $1, metric: metric, value: $2) }
    )
  }

  /// Two methods; the second missed the lips of case 2 and has no row for case 3's chiasm, and the
  /// reference has no glottis in case 1.
  private func tables(_ metric: Metric) -> [ScoreTable] {
    [
      table(
        "a",
        metric,
        [
          ("1", "Lips", .value(0.5)), ("2", "Lips", .value(0.25)), ("3", "Lips", .value(0.75)),
          ("3", "OpticChiasm", .value(0.125)), ("1", "Glottis", .undefined(.bothEmpty)),
        ]
      ),
      table(
        "b",
        metric,
        [
          ("1", "Lips", .value(0.625)), ("2", "Lips", .undefined(.predictionEmpty)),
          ("3", "Lips", .value(0.875)), ("1", "Glottis", .value(0.9)),
        ]
      ),
    ]
  }

  @Test("The challenge's rule: Dice 0, and the largest distance of the structure")
  func hanseg() {
    let dice = MissingScores.hanseg.complete(tables(.dice), metric: .dice)
    #expect(dice.values == [[0.5, 0.25, 0.75, 0.125], [0.625, 0, 0.875, 0]])
    let far = MissingScores.hanseg.complete(tables(Self.far), metric: Self.far)
    #expect(far.values == [[0.5, 0.25, 0.75, 0.125], [0.625, 0.875, 0.875, 0.125]])
    for result in [dice, far] {
      #expect(result.replacedCount == 2)
      #expect(result.excluded == [Measurement(caseName: "1", structure: "Glottis")])
      #expect(result.missing.map(\.method) == ["b", "b", "a"])
      #expect(result.missing.map(\.reason) == [.predictionEmpty, nil, .bothEmpty])
    }
  }

  @Test("Left out means left out for all methods")
  func exclude() {
    let result = MissingScores.exclude.complete(tables(.dice), metric: .dice)
    #expect(result.values == [[0.5, 0.75], [0.625, 0.875]])
    #expect(result.measurements.map(\.caseName) == ["1", "3"])
    #expect(result.replacedCount == 0)
    #expect(result.excluded.count == 3)
  }

  @Test("The worst value is over all structures, in the metric's direction")
  func worst() {
    let dice = MissingScores.worst.complete(tables(.dice), metric: .dice)
    #expect(dice.values[1] == [0.625, 0.125, 0.875, 0.125])
    let far = MissingScores.worst.complete(tables(Self.far), metric: Self.far)
    #expect(far.values[1] == [0.625, 0.9, 0.875, 0.9])
  }

  @Test("A structure that every method misses has no largest distance and is left out")
  func missedByAll() {
    let missed = ["a", "b"].map { method in
      table(
        method,
        Self.far,
        [("1", "Lips", .value(2)), ("1", "Glottis", .undefined(.predictionMissing))]
      )
    }
    let result = MissingScores.hanseg.complete(missed, metric: Self.far)
    #expect(result.measurements == [Measurement(caseName: "1", structure: "Lips")])
    #expect(result.excluded == [Measurement(caseName: "1", structure: "Glottis")])
    #expect(result.missing.allSatisfy { $0.replacement == nil })
  }
}
