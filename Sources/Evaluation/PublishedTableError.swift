/// Why text is not a table of published means; lines count from 1.
public enum PublishedTableError: Error, Hashable {
  /// The text is not one of comma-separated values.
  case csv(CSVError)
  /// There is no line of numbers.
  case empty
  /// A column is there twice.
  case doubledColumn(line: Int, name: String)
  /// No column is a method's.
  case noMethod(line: Int)
  /// A line has another number of fields than the line of names.
  case wrongFieldCount(line: Int, found: Int, expected: Int)
  /// A line names no structure.
  case noName(line: Int)
  /// A mean or standard deviation that is not a finite decimal number.
  case notANumber(line: Int, text: String)
  /// Nothing tells which metric the means are of.
  case unknownMetric
  /// Two lines stand for one structure.
  case doubledStructure(line: Int, name: String, firstLine: Int)
}

extension PublishedTableError: CustomStringConvertible {
  /// One sentence: what, where, and what was expected.
  public var description: String {
    switch self {
    case .csv(let error):
      error.description
    case .empty:
      "The published table holds no line of numbers."
    case .doubledColumn(let line, let name):
      "Line \(line): the column \(name) is there twice."
    case .noMethod(let line):
      "Line \(line): no column is named METHOD_mean; each method needs one."
    case .wrongFieldCount(let line, let found, let expected):
      "Line \(line): \(found) fields where the line of names has \(expected)."
    case .noName(let line):
      "Line \(line): the structure has no name."
    case .notANumber(let line, let text):
      "Line \(line): “\(text.prefix(40))” is not a finite decimal number."
    case .unknownMetric:
      "Nothing tells what the means are of; write METRIC=FILE, such as dice=FILE."
    case .doubledStructure(let line, let name, let firstLine):
      "Line \(line): “\(name.prefix(40))” stands for the same structure as line \(firstLine)."
    }
  }
}
