import SegmentationMetrics

/// Why text is not a table of scores; lines count from 1.
public enum ScoreTableError: Error, Hashable {
  /// The text is not one of comma-separated values.
  case csv(CSVError)
  /// The text has no line.
  case empty
  /// The first line lacks a column.
  case missingColumn(String)
  /// The first line names a column twice.
  case doubledColumn(String)
  /// A line has another number of fields than the first.
  case wrongFieldCount(line: Int, found: Int, expected: Int)
  /// A case, structure or metric has no name.
  case emptyName(line: Int, column: String)
  /// A metric that is not known by this name.
  case unknownMetric(line: Int, name: String)
  /// A value that is not a finite decimal number.
  case notANumber(line: Int, text: String)
  /// An empty value whose note is not one of the reasons for having none.
  case unexplained(line: Int, note: String)
  /// A unit that is not the metric's.
  case otherUnit(line: Int, metric: String, found: String, expected: String)
  /// A metric of a structure of a case that an earlier line has already.
  case doubled(line: Int, firstLine: Int)
  /// The first line is all there is.
  case noScores
}

extension ScoreTableError: CustomStringConvertible {
  /// One sentence: what, where, and what was expected.
  public var description: String {
    switch self {
    case .csv(let error):
      error.description
    case .empty:
      "The table of scores is empty; its first line must name the columns."
    case .missingColumn(let name):
      "Line 1: there is no column \(name); case, structure, metric and value are needed."
    case .doubledColumn(let name):
      "Line 1: the column \(name) is there twice."
    case .wrongFieldCount(let line, let found, let expected):
      "Line \(line): \(found) fields where the first line has \(expected)."
    case .emptyName(let line, let column):
      "Line \(line): the \(column) has no name."
    case .unknownMetric(let line, let name):
      "Line \(line): “\(name.prefix(40))” is not the name of a metric, such as dice or hd95."
    case .notANumber(let line, let text):
      """
      Line \(line): the value “\(text.prefix(40))” is not a finite decimal number; a missing value \
      is left empty, with a note.
      """
    case .unexplained(let line, let note):
      """
      Line \(line): the value is empty and its note is “\(note.prefix(40))”, where one of \
      \(Undefined.allCases.map(\.rawValue).joined(separator: ", ")) is expected.
      """
    case .otherUnit(let line, let metric, let found, let expected):
      """
      Line \(line): \(metric) is given in “\(found.prefix(40))”, it must be \
      \(expected.isEmpty ? "without a unit" : "in \(expected)").
      """
    case .doubled(let line, let firstLine):
      "Line \(line): the same case, structure and metric as on line \(firstLine)."
    case .noScores:
      "The table holds no score."
    }
  }
}
