public import Foundation
import SegmentationMetrics

extension ScoreTable: Encodable {
  private enum CodingKeys: CodingKey { case method, metrics, scores }

  private struct MetricText: Encodable {
    let title: String
    let unit: String
    let definition: String
  }

  private struct Row: Encodable {
    let score: Score

    private enum CodingKeys: String, CodingKey {
      case caseName = "case"
      case structure, metric, value, note
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(score.caseName, forKey: .caseName)
      try container.encode(score.structure, forKey: .structure)
      try container.encode(score.metric.name, forKey: .metric)
      switch score.value {
      case .value(let value):
        try container.encode(value, forKey: .value)
      case .undefined(let reason):
        try container.encodeNil(forKey: .value)
        try container.encode(reason, forKey: .note)
      }
    }
  }

  /// The method, each metric's title, unit and definition by name, and the scores.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(method, forKey: .method)
    let texts = metrics.map {
      ($0.name, MetricText(title: $0.title, unit: $0.unit, definition: $0.definition))
    }
    try container.encode(
      Dictionary(texts, uniquingKeysWith: { first, _ in first }),
      forKey: .metrics
    )
    try container.encode(scores.map(Row.init), forKey: .scores)
  }

  /// The table as JSON with sorted keys: `method`, `metrics` (title, unit and definition by name),
  /// `scores` (case, structure, metric, value; `null` and a note where there is none).
  public func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    return try encoder.encode(self)
  }
}
