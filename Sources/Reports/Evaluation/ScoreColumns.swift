import Evaluation
import SegmentationMetrics

/// A table's scores by structure and metric, found once for all tables and figures.
struct ScoreColumns: Sendable {
  struct Key: Hashable {
    let structure: String
    let metric: Metric
  }
  /// The scores of one metric of one structure.
  struct Column: Sendable {
    /// Each case with a value, in the table's order.
    var values: [(name: String, value: Double)] = []
    /// Each case without one, and why.
    var missing: [(name: String, reason: Undefined)] = []

    var summary: Summary? { Summary(values.map(\.value), missing: missing.count) }
  }

  private let columns: [Key: Column]

  init(_ table: ScoreTable) {
    var columns: [Key: Column] = [:]
    for score in table.scores {
      let key = Key(structure: score.structure, metric: score.metric)
      switch score.value {
      case .value(let value):
        guard value.isFinite else { continue }
        columns[key, default: Column()].values.append((score.caseName, value))
      case .undefined(let reason):
        columns[key, default: Column()].missing.append((score.caseName, reason))
      }
    }
    self.columns = columns
  }

  /// The scores of one metric of one structure; empty where it was not measured.
  subscript(structure: String, metric: Metric) -> Column {
    columns[Key(structure: structure, metric: metric)] ?? Column()
  }

  /// The scores of one metric of several structures together, each named by case and structure.
  func pooled(_ structures: [String], _ metric: Metric) -> Column {
    var result = Column()
    for structure in structures {
      let column = self[structure, metric]
      result.values += column.values.map { ("\($0.name), \(structure)", $0.value) }
      result.missing += column.missing.map { ("\($0.name), \(structure)", $0.reason) }
    }
    return result
  }
}

extension Metric {
  /// The heading with the unit: "HD95, mm".
  var heading: String { unit.isEmpty ? title : "\(title), \(unit)" }

  /// A value as tables show it.
  func text(_ value: Double) -> String { signed(value, digits: decimals) }

  /// A value with its unit.
  func textWithUnit(_ value: Double) -> String { text(value) + (unit.isEmpty ? "" : " \(unit)") }

  /// What an axis of the metric must not leave.
  var limits: ClosedRange<Double> {
    switch self {
    case .dice, .jaccard, .surfaceDice: 0...1
    case .volumeDifference, .relativeVolumeDifference: -1e12...1e12
    default: 0...1e12
    }
  }

  /// The four that a paper's first table shows, of those measured, in their order.
  static func main(of metrics: [Metric]) -> [Metric] {
    Array(metrics.filter { $0.isHigherBetter != nil }.prefix(4))
  }

  /// An arrow to the better side.
  var arrow: String {
    switch isHigherBetter {
    case true?: " \u{2191}"
    case false?: " \u{2193}"
    case nil: ""
    }
  }
}
