public import Foundation

extension StructureVocabulary {
  /// The vocabulary with the spellings of a clinic's own table on top.
  ///
  /// Either lines of `spelling,name` (the first may be that heading; cells may stand in double
  /// quotes), or one JSON object `{"spelling": "name"}`; in UTF-8.
  /// - Throws: ``VocabularyError``.
  public func adding(table: Data) throws(VocabularyError) -> StructureVocabulary {
    let text = String(decoding: table, as: UTF8.self)
    if text.drop(while: \.isWhitespace).first == "{" {
      guard let names = try? JSONDecoder().decode([String: String].self, from: table) else {
        throw .notAnObject
      }
      return try adding(names.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }
    var mapping: [(spelling: String, name: String)] = []
    for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      if trimmed(String(line)).isEmpty || line.hasPrefix("#") { continue }
      guard let cells = Self.cells(line), cells.count == 2 else {
        throw .notATable(line: number + 1)
      }
      let isHeading = number == 0 && cells.map { $0.lowercased() } == ["spelling", "name"]
      if !isHeading { mapping.append((cells[0], cells[1])) }
    }
    return try adding(mapping)
  }

  /// The cells of one line; `nil` where a quote does not end.
  private static func cells(_ line: some StringProtocol) -> [String]? {
    var cells = [""]
    var isQuoted = false
    for character in line {
      if character == "\"" {
        isQuoted.toggle()
      } else if character == "," && !isQuoted {
        cells.append("")
      } else {
        cells[cells.count - 1].append(character)
      }
    }
    return isQuoted ? nil : cells.map(trimmed)
  }
}
