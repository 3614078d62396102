public import SegmentationMetrics

/// Why tables of scores could not be ranked.
public enum RankingError: Error, Hashable {
  /// A ranking compares two methods or more.
  case tooFewMethods(found: Int)
  /// Two tables have one method's name.
  case doubledMethod(String)
  /// No case occurs in the tables of all methods.
  case noCommonCase
  /// No structure occurs in the tables of all methods.
  case noCommonStructure
  /// A method's table has no row of a metric.
  case metricMissing(Metric, method: String)
  /// No measurement is left of a metric after the missing ones were left out.
  case noMeasurement(Metric, missing: MissingScores)
  /// Of the metric neither more nor less is better.
  case noBetterDirection(Metric)
  /// A metric is asked for twice.
  case doubledMetric(Metric)
  /// No metric is asked for.
  case noMetric
  /// The level of significance is not between 0 and 1.
  case impossibleAlpha(Double)
  /// The number of resamples is negative or too large.
  case impossibleResamples(Int, most: Int)
}

extension RankingError: CustomStringConvertible {
  /// One sentence: what, where, and what was expected.
  public var description: String {
    switch self {
    case .tooFewMethods(let found):
      "A ranking compares at least two methods; \(found == 1 ? "one is" : "\(found) are") given."
    case .doubledMethod(let name):
      "\(name): two methods have this name; write NAME=PATH to tell them apart."
    case .noCommonCase:
      "The methods have no case in common; the same cases must be scored for all of them."
    case .noCommonStructure:
      "The methods have no structure in common; the same structures must be scored for all of them."
    case .metricMissing(let metric, let method):
      "\(method): its scores have no row of the metric \(metric.name)."
    case .noMeasurement(let metric, let missing):
      "\(metric.name): no measurement is left to compare (missing scores: \(missing.rawValue))."
    case .noBetterDirection(let metric):
      "\(metric.name): of this metric neither more nor less is better, so it cannot be ranked."
    case .doubledMetric(let metric):
      "\(metric.name): this metric is asked for twice."
    case .noMetric:
      "No metric to rank by is given."
    case .impossibleAlpha(let alpha):
      "The level of significance is \(alpha); it must be between 0 and 1."
    case .impossibleResamples(let count, let most):
      "The number of resamples is \(count); it must be between 0 and \(most)."
    }
  }
}
