import SegmentationMetrics

/// The structures of cases with a score between observers and one of the method.
struct ObserverPairs {
  struct Pair {
    let measurement: Measurement
    let observers: Double
    let method: Double
  }

  let pairs: [Pair]
  /// What only one side has a score of.
  let leftOut: [Measurement]
  /// The cases, numbered in order of first appearance.
  let cases: [String: Int]

  init(
    method: [ScoreTable],
    observers: [ScoreTable],
    metric: Metric,
    _ missing: MissingScores
  ) {
    let methodRows = method.map { $0.rows(of: metric) }
    let observerRows = observers.map { $0.rows(of: metric) }
    let standIns = StandIns(missing, metric: metric, rows: methodRows + observerRows)
    let all = distinct(
      (observers + method).flatMap { $0.scores(of: metric) }
        .map { Measurement(caseName: $0.caseName, structure: $0.structure) }
    )
    var pairs: [Pair] = []
    var leftOut: [Measurement] = []
    for measurement in all {
      let between = observerRows.compactMap { $0[measurement]?.value }
      let against = methodRows.compactMap { row -> Double? in
        guard let score = row[measurement] else { return nil }
        if score.isWithoutReference { return nil }
        return score.value ?? standIns.value(for: measurement.structure)
      }
      if between.isEmpty || against.isEmpty {
        if !between.isEmpty || !against.isEmpty { leftOut.append(measurement) }
        continue
      }
      pairs.append(
        Pair(measurement: measurement, observers: mean(between), method: mean(against))
      )
    }
    self.pairs = pairs
    self.leftOut = leftOut
    cases = Dictionary(
      distinct(pairs.map(\.measurement.caseName)).enumerated().map { ($1, $0) },
      uniquingKeysWith: { first, _ in first }
    )
  }
}

/// When a difference is a verdict.
struct VerdictRule {
  let isHigherBetter: Bool
  let alpha: Double

  func verdict(_ test: WilcoxonTest, correctedPValue: Double) -> ObserverComparison.Verdict {
    // Of n differences with one sign, the two-sided p-value is 2^(1 − n): no smaller one exists.
    let smallest = 2 / Double(sign: .plus, exponent: min(test.count, 1000), significand: 1)
    guard smallest < alpha else { return .tooFewCases }
    guard correctedPValue < alpha, test.positiveRankSum != test.negativeRankSum else {
      return .notDistinguishable
    }
    let isLarger = test.positiveRankSum > test.negativeRankSum
    return isLarger == isHigherBetter ? .above : .below
  }
}

/// A row before the correction for the number of structures.
struct RowDraft {
  let test: WilcoxonTest
  private let structure: String?
  private let observers: Summary
  private let method: Summary
  private let difference: MeanDifference
  private let leftOut: Int

  /// - Returns: `nil` where the structure has nothing to compare.
  init?(_ pairs: ObserverPairs, structure: String?, resamples: Int, seed: UInt64) {
    func counts(_ measurement: Measurement) -> Bool {
      structure == nil || measurement.structure == structure
    }
    let own = pairs.pairs.filter { counts($0.measurement) }
    guard let observers = Summary(own.map(\.observers)), let method = Summary(own.map(\.method))
    else { return nil }
    let differences = own.map { $0.method - $0.observers }
    self.structure = structure
    self.observers = observers
    self.method = method
    test = WilcoxonTest(differences: differences)
    difference = MeanDifference(
      differences,
      cases: own.map { pairs.cases[$0.measurement.caseName, default: 0] },
      caseCount: pairs.cases.count,
      resamples: resamples,
      seed: seed
    )
    leftOut = pairs.leftOut.count(where: counts)
  }

  func row(correctedPValue: Double, _ rule: VerdictRule) -> ObserverComparison.Row {
    ObserverComparison.Row(
      structure: structure,
      observers: observers,
      method: method,
      difference: difference,
      test: test,
      correctedPValue: correctedPValue,
      verdict: rule.verdict(test, correctedPValue: correctedPValue),
      leftOut: leftOut
    )
  }
}

extension ScoreTable {
  /// The scores of one metric by structure and case.
  func rows(of metric: Metric) -> [Measurement: MetricValue] {
    Dictionary(
      scores(of: metric).map {
        (Measurement(caseName: $0.caseName, structure: $0.structure), $0.value)
      },
      uniquingKeysWith: { first, _ in first }
    )
  }
}

/// The mean of some values.
private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
