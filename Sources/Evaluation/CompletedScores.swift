public import SegmentationMetrics

/// One score that was missing, and what was done about it.
public struct MissingScore: Hashable, Sendable {
  /// The method whose score it is.
  public let method: String
  /// The structure and case.
  public let measurement: Measurement
  /// The metric.
  public let metric: Metric
  /// Why there is none; `nil` where the method's table has no such row.
  public let reason: Undefined?
  /// What stands in for it; `nil` where the measurement was left out for all methods.
  public let replacement: Double?
}

/// The scores of several methods by one metric, complete: every method has every measurement.
public struct CompletedScores: Hashable, Sendable {
  /// The metric.
  public let metric: Metric
  /// The measurements, in order of first appearance over the tables.
  public let measurements: [Measurement]
  /// The scores, `[method][measurement]`.
  public let values: [[Double]]
  /// What was missing: replaced or left out.
  public let missing: [MissingScore]

  /// The number of scores that a stand-in replaces.
  public var replacedCount: Int { missing.count { $0.replacement != nil } }
  /// The measurements that were left out, each once.
  public var excluded: [Measurement] {
    distinct(missing.filter { $0.replacement == nil }.map(\.measurement))
  }
}

extension MissingScores {
  /// Completes the scores of several methods by this rule.
  ///
  /// The measurements are the structures of cases that any table has for the metric; one that a
  /// method's table lacks counts as a prediction that lacks the structure.
  /// - Complexity: O(scores).
  public func complete(_ tables: [ScoreTable], metric: Metric) -> CompletedScores {
    let rows = tables.map { $0.rows(of: metric) }
    let all = distinct(
      tables.flatMap { $0.scores(of: metric) }
        .map { Measurement(caseName: $0.caseName, structure: $0.structure) }
    )
    let standIns = StandIns(self, metric: metric, rows: rows)
    var measurements: [Measurement] = []
    var values = tables.map { _ in [Double]() }
    var missing: [MissingScore] = []
    for measurement in all {
      let scores = rows.map { $0[measurement] }
      let isWithoutReference = scores.contains { $0?.isWithoutReference ?? false }
      let standIn = isWithoutReference ? nil : standIns.value(for: measurement.structure)
      for (table, score) in zip(tables, scores) where score?.value == nil {
        var reason: Undefined?
        if case .undefined(let known) = score { reason = known }
        missing.append(
          MissingScore(
            method: table.method,
            measurement: measurement,
            metric: metric,
            reason: reason,
            replacement: standIn
          )
        )
      }
      let completed = scores.compactMap { $0?.value ?? standIn }
      guard completed.count == tables.count else { continue }
      measurements.append(measurement)
      for (method, value) in completed.enumerated() { values[method].append(value) }
    }
    return CompletedScores(
      metric: metric,
      measurements: measurements,
      values: values,
      missing: missing
    )
  }
}

/// The values that stand in for missing ones.
struct StandIns {
  private let byStructure: [String: Double]
  private let everywhere: Double?

  init(_ rule: MissingScores, metric: Metric, rows: [[Measurement: MetricValue]]) {
    guard let isHigherBetter = metric.isHigherBetter, rule != .exclude else {
      (byStructure, everywhere) = ([:], nil)
      return
    }
    if rule == .hanseg && isHigherBetter {
      (byStructure, everywhere) = ([:], 0)
      return
    }
    let worse: (Double, Double) -> Double = isHigherBetter ? { min($0, $1) } : { max($0, $1) }
    var worst: [String: Double] = [:]
    for row in rows {
      for (measurement, score) in row {
        guard let value = score.value else { continue }
        worst[measurement.structure] =
          worst[measurement.structure].map { worse($0, value) } ?? value
      }
    }
    guard rule == .worst else {
      (byStructure, everywhere) = (worst, nil)
      return
    }
    let all = worst.values.reduce(nil as Double?) { known, value in
      known.map { worse($0, value) } ?? value
    }
    (byStructure, everywhere) = ([:], all)
  }

  func value(for structure: String) -> Double? { everywhere ?? byStructure[structure] }
}

extension MetricValue {
  /// Whether there is no value because there is nothing to compare with.
  var isWithoutReference: Bool {
    guard case .undefined(let reason) = self else { return false }
    switch reason {
    case .bothEmpty, .referenceEmpty, .referenceMissing: return true
    case .predictionEmpty, .predictionMissing: return false
    }
  }
}
