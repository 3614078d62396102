import Foundation
import SegmentationMetrics

extension ScoreTable {
  private static let columns = [
    "case", "structure", "metric", "value", "unit", "definition", "note",
  ]

  /// The table as comma-separated values, a line for each score under a line of column names.
  ///
  /// `case,structure,metric,value,unit,definition,note`: the metric by its name, the value as the
  /// shortest decimal that reads back exactly, empty where there is none; the note then says why.
  /// - SeeAlso: RFC 4180, but for the line ends, which are LF.
  public func csv() -> String {
    var text = Self.columns.joined(separator: ",") + "\n"
    let texts = Dictionary(
      metrics.map { ($0, [csvField($0.unit), csvField($0.definition)].joined(separator: ",")) },
      uniquingKeysWith: { first, _ in first }
    )
    let names = Dictionary(
      metrics.map { ($0, csvField($0.name)) },
      uniquingKeysWith: { first, _ in first }
    )
    for score in scores {
      let (value, note) =
        switch score.value {
        case .value(let value): (value.description, "")
        case .undefined(let reason): ("", reason.rawValue)
        }
      text += "\(csvField(score.caseName)),\(csvField(score.structure)),"
      text += "\(names[score.metric, default: ""]),\(value),"
      text += "\(texts[score.metric, default: ","]),\(note)\n"
    }
    return text
  }

  /// A table from comma-separated values, as ``csv()`` writes them and other programs can.
  ///
  /// The first line names the columns, in any order: `case`, `structure`, `metric` and `value` are
  /// needed, `unit` and `note` are heeded, others ignored. An empty value needs a note with the
  /// reason (``Undefined``); a unit, where given, must be the metric's. Every case, structure and
  /// metric may occur once.
  /// - Throws: ``ScoreTableError`` with the line.
  public init(csv text: String, method: String) throws(ScoreTableError) {
    let records: [CSVRecords.Record]
    do { records = try CSVRecords(text).records } catch { throw .csv(error) }
    guard let header = records.first else { throw .empty }
    let columns = try ScoreColumns(header)
    var firstLines: [Key: Int] = [:]
    var scores: [Score] = []
    scores.reserveCapacity(records.count - 1)
    for record in records.dropFirst() {
      let score = try columns.score(record)
      let key = Key(score)
      if let first = firstLines.updateValue(record.line, forKey: key) {
        throw .doubled(line: record.line, firstLine: first)
      }
      scores.append(score)
    }
    guard !scores.isEmpty else { throw .noScores }
    self.init(method: method, scores: scores)
  }

  /// What occurs once in a table.
  struct Key: Hashable {
    let measurement: Measurement
    let metric: Metric

    init(_ measurement: Measurement, _ metric: Metric) {
      self.measurement = measurement
      self.metric = metric
    }

    init(_ score: Score) {
      self.init(Measurement(caseName: score.caseName, structure: score.structure), score.metric)
    }
  }
}

/// Where the columns of a table of scores are.
private struct ScoreColumns {
  private let count: Int
  private let caseName: Int
  private let structure: Int
  private let metric: Int
  private let value: Int
  private let unit: Int?
  private let note: Int?

  init(_ header: CSVRecords.Record) throws(ScoreTableError) {
    let names = header.fields.map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
    func place(_ name: String) throws(ScoreTableError) -> Int? {
      guard let first = names.firstIndex(of: name) else { return nil }
      guard names.lastIndex(of: name) == first else { throw .doubledColumn(name) }
      return first
    }
    func needed(_ name: String) throws(ScoreTableError) -> Int {
      guard let place = try place(name) else { throw .missingColumn(name) }
      return place
    }
    count = names.count
    caseName = try needed("case")
    structure = try needed("structure")
    metric = try needed("metric")
    value = try needed("value")
    unit = try place("unit")
    note = try place("note")
  }

  func score(_ record: CSVRecords.Record) throws(ScoreTableError) -> Score {
    let line = record.line
    guard record.fields.count == count else {
      throw .wrongFieldCount(line: line, found: record.fields.count, expected: count)
    }
    func text(_ column: Int) -> String {
      record.fields[column].trimmingCharacters(in: .whitespaces)
    }
    for (column, name) in [(caseName, "case"), (structure, "structure"), (metric, "metric")]
    where text(column).isEmpty {
      throw .emptyName(line: line, column: name)
    }
    guard let metric = Metric(name: text(metric)) else {
      throw .unknownMetric(line: line, name: text(metric))
    }
    let unit = unit.map(text) ?? ""
    guard unit.isEmpty || unit == metric.unit else {
      throw .otherUnit(line: line, metric: metric.name, found: unit, expected: metric.unit)
    }
    return Score(
      caseName: record.fields[caseName],
      structure: record.fields[structure],
      metric: metric,
      value: try metricValue(text(value), note: note.map(text) ?? "", line: line)
    )
  }

  private func metricValue(
    _ text: String,
    note: String,
    line: Int
  ) throws(ScoreTableError) -> MetricValue {
    guard text.isEmpty else {
      guard let value = decimalNumber(text) else { throw .notANumber(line: line, text: text) }
      return .value(value)
    }
    guard let reason = Undefined(rawValue: note) else {
      throw .unexplained(line: line, note: note)
    }
    return .undefined(reason)
  }
}
