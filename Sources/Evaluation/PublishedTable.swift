import Anatomy
public import SegmentationMetrics

/// Means that a paper printed, by structure and method, to set beside one's own.
public struct PublishedTable: Hashable, Sendable {
  /// Where the numbers are from: the file's comment lines, as one.
  public let source: String
  /// What was measured.
  public let metric: Metric
  /// The methods, in the order of the columns.
  public let methods: [String]
  /// The structures, in the order of the lines.
  public let rows: [Row]
  /// Whether the file gave percents, which are divided by 100 here.
  public let isFromPercent: Bool

  /// One structure's line.
  public struct Row: Hashable, Sendable {
    /// The structure's name: the vocabulary's where it knows the printed one.
    public let structure: String
    /// The name as it was printed.
    public let printedName: String
    /// Each method's mean; `nil` where the cell is empty.
    public let means: [Double?]
    /// Each method's standard deviation; `nil` where there is none.
    public let standardDeviations: [Double?]
  }

  /// The mean of a method's means over the structures, each counting once; `nil` without any.
  public func mean(ofMethod method: Int) -> Double? {
    let means = rows.compactMap { $0.means[method] }
    return means.isEmpty ? nil : means.reduce(0, +) / Double(means.count)
  }

  /// The line of a structure, by any spelling of its name.
  public func row(of structure: String) -> Row? {
    let name = StructureVocabulary.standard.identity(of: structure)
    return rows.first { StructureVocabulary.standard.identity(of: $0.structure) == name }
  }

  /// Reads a table of comma-separated values.
  ///
  /// Lines that begin with `#` say where it is from. The first other line names the columns: the
  /// structure, then for each method `NAME_mean` and, where known, `NAME_sd`. A structure's name may
  /// hold commas without quotes, since all else is numbers. A share, such as Dice, may be given in
  /// percent: it is where a mean lies above 1.
  /// - Throws: ``PublishedTableError`` with the line.
  public init(csv text: String, metric: Metric) throws(PublishedTableError) {
    let (comment, table) = split(text)
    let records: [CSVRecords.Record]
    do { records = try CSVRecords(table).records } catch { throw .csv(error) }
    guard let header = records.first else { throw .empty }
    let columns = try PublishedColumns(header)
    var rows: [Row] = []
    var lines: [String: Int] = [:]
    for record in records.dropFirst() {
      let row = try columns.row(record)
      if let first = lines.updateValue(record.line, forKey: row.structure) {
        throw .doubledStructure(line: record.line, name: row.printedName, firstLine: first)
      }
      rows.append(row)
    }
    guard !rows.isEmpty else { throw .empty }
    let isShare = metric.unit.isEmpty && metric.isHigherBetter == true
    let isFromPercent = isShare && rows.contains { $0.means.contains { ($0 ?? 0) > 1 } }
    source = comment
    self.metric = metric
    methods = columns.methods
    self.isFromPercent = isFromPercent
    self.rows = isFromPercent ? rows.map { $0.scaled(by: 100) } : rows
  }
}

extension PublishedTable.Row {
  fileprivate func scaled(by divisor: Double) -> Self {
    Self(
      structure: structure,
      printedName: printedName,
      means: means.map { $0.map { $0 / divisor } },
      standardDeviations: standardDeviations.map { $0.map { $0 / divisor } }
    )
  }
}

/// The comment of the lines that begin with `#`, and the text with those lines empty, so that the
/// others keep their numbers.
private func split(_ text: String) -> (comment: String, table: String) {
  var comment: [String] = []
  let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }.map { line in
    let words = line.first == "\u{FEFF}" ? line.dropFirst() : line
    guard words.first == "#" else { return String(words) }
    comment.append(String(words.drop { $0 == "#" || $0 == " " }))
    return ""
  }
  return (comment.joined(separator: " "), lines.joined(separator: "\n"))
}

/// Where the methods' columns are.
private struct PublishedColumns {
  let methods: [String]
  private let count: Int
  private let means: [Int]
  private let deviations: [Int?]

  init(_ header: CSVRecords.Record) throws(PublishedTableError) {
    let names = header.fields
    var places: [String: Int] = [:]
    for (place, name) in names.enumerated() {
      guard places.updateValue(place, forKey: name) == nil else {
        throw .doubledColumn(line: header.line, name: name)
      }
    }
    let suffix = "_mean"
    let methods = names.dropFirst().filter { $0.hasSuffix(suffix) && $0.count > suffix.count }
      .map { String($0.dropLast(suffix.count)) }
    guard !methods.isEmpty else { throw .noMethod(line: header.line) }
    self.methods = methods
    count = names.count
    means = methods.compactMap { places[$0 + suffix] }
    deviations = methods.map { places[$0 + "_sd"] }
  }

  func row(_ record: CSVRecords.Record) throws(PublishedTableError) -> PublishedTable.Row {
    let surplus = record.fields.count - count
    guard surplus >= 0 else {
      throw .wrongFieldCount(line: record.line, found: record.fields.count, expected: count)
    }
    // Only a name can hold commas: fields too many are parts of one that should have been quoted.
    let printed = record.fields[...surplus].joined(separator: ",")
    let fields = [printed] + record.fields[(surplus + 1)...]
    func number(_ column: Int?) throws(PublishedTableError) -> Double? {
      guard let column, !fields[column].isEmpty else { return nil }
      guard let value = decimalNumber(fields[column]) else {
        throw .notANumber(line: record.line, text: fields[column])
      }
      return value
    }
    guard !printed.isEmpty else { throw .noName(line: record.line) }
    var means: [Double?] = []
    var deviations: [Double?] = []
    for (mean, deviation) in zip(self.means, self.deviations) {
      means.append(try number(mean))
      deviations.append(try number(deviation))
    }
    return PublishedTable.Row(
      structure: StructureVocabulary.standard.canonicalName(of: printed),
      printedName: printed,
      means: means,
      standardDeviations: deviations
    )
  }
}
