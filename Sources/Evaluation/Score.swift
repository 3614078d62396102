public import SegmentationMetrics

/// One metric of one structure of one case.
public struct Score: Hashable, Sendable {
  /// The case's name.
  public var caseName: String
  /// The structure's name, as ``StructureVocabulary`` writes it.
  public var structure: String
  /// What was measured.
  public var metric: Metric
  /// The value in the metric's unit, or why there is none.
  public var value: MetricValue

  /// A score from its parts.
  public init(caseName: String, structure: String, metric: Metric, value: MetricValue) {
    self.caseName = caseName
    self.structure = structure
    self.metric = metric
    self.value = value
  }
}

/// The scores of one method, or of one observer against another.
public struct ScoreTable: Hashable, Sendable {
  /// The method's name: the folder's or the file's.
  public var method: String
  /// The scores, ordered by case, then structure, then metric.
  public var scores: [Score]

  /// A table from its scores.
  public init(method: String, scores: [Score]) {
    self.method = method
    self.scores = scores
  }

  /// The cases, in order of first appearance.
  public var cases: [String] { distinct(scores.map(\.caseName)) }
  /// The structures, in order of first appearance.
  public var structures: [String] { distinct(scores.map(\.structure)) }
  /// The metrics, in order of first appearance.
  public var metrics: [Metric] { distinct(scores.map(\.metric)) }

  /// The scores of one metric, of one structure or of all.
  public func scores(of metric: Metric, structure: String? = nil) -> [Score] {
    scores.filter { $0.metric == metric && (structure == nil || $0.structure == structure) }
  }
}

/// The elements in order of their first appearance, each once.
package func distinct<Element: Hashable>(_ elements: [Element]) -> [Element] {
  var seen: Set<Element> = []
  return elements.filter { seen.insert($0).inserted }
}
