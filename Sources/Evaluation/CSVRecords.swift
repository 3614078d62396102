/// Why text is not a table of comma-separated values.
public enum CSVError: Error, Hashable {
  /// A quotation mark opens a field that the text never closes; the line is where it opens.
  case unclosedQuote(line: Int)
  /// A quotation mark stands within a field, or text follows the one that closes a field.
  case strayQuote(line: Int)
}

extension CSVError: CustomStringConvertible {
  /// One sentence: what, where, and what was expected.
  public var description: String {
    switch self {
    case .unclosedQuote(let line):
      "Line \(line): a quotation mark opens a field and none closes it."
    case .strayQuote(let line):
      "Line \(line): a quotation mark stands inside a field; it must be doubled in a quoted field."
    }
  }
}

/// The records of a text of comma-separated values.
///
/// Fields may be quoted, with commas, line ends and doubled quotation marks inside. Lines end with
/// LF, CRLF or CR; a byte order mark is skipped, and so are empty lines.
/// - SeeAlso: RFC 4180.
struct CSVRecords {
  /// One record: its fields, and the line where it begins, from 1.
  struct Record: Hashable {
    let line: Int
    let fields: [String]
  }

  /// The records in order.
  let records: [Record]

  /// Splits a text into records.
  /// - Complexity: O(bytes).
  init(_ text: String) throws(CSVError) {
    var reader = CSVReader(Array(text.utf8))
    records = try reader.records()
  }
}

/// A walk over the bytes of the text, a field at a time.
private struct CSVReader {
  private let bytes: [UInt8]
  private var position: Int
  private var line = 1

  private static let quote = UInt8(ascii: "\"")
  private static let comma = UInt8(ascii: ",")
  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  mutating func records() throws(CSVError) -> [CSVRecords.Record] {
    var records: [CSVRecords.Record] = []
    while position < bytes.count {
      guard !skipLineEnd() else { continue }
      let start = line
      var fields = [try field()]
      while position < bytes.count, bytes[position] == Self.comma {
        position += 1
        fields.append(try field())
      }
      _ = skipLineEnd()
      records.append(.init(line: start, fields: fields))
    }
    return records
  }

  /// Steps over one line end, where there is one.
  private mutating func skipLineEnd() -> Bool {
    guard position < bytes.count, isLineEnd(bytes[position]) else { return false }
    let isPair =
      bytes[position] == Self.carriageReturn && position + 1 < bytes.count
      && bytes[position + 1] == Self.lineFeed
    position += isPair ? 2 : 1
    line += 1
    return true
  }

  private func isLineEnd(_ byte: UInt8) -> Bool {
    byte == Self.lineFeed || byte == Self.carriageReturn
  }

  private mutating func field() throws(CSVError) -> String {
    guard position < bytes.count, bytes[position] == Self.quote else { return try plainField() }
    return try quotedField()
  }

  private mutating func plainField() throws(CSVError) -> String {
    let start = position
    while position < bytes.count, bytes[position] != Self.comma, !isLineEnd(bytes[position]) {
      guard bytes[position] != Self.quote else { throw .strayQuote(line: line) }
      position += 1
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func quotedField() throws(CSVError) -> String {
    let start = line
    var content: [UInt8] = []
    position += 1
    while position < bytes.count {
      let byte = bytes[position]
      guard byte == Self.quote else {
        // Of a CR and LF pair only the LF counts as a line.
        let isPair =
          byte == Self.carriageReturn && position + 1 < bytes.count
          && bytes[position + 1] == Self.lineFeed
        if isLineEnd(byte), !isPair { line += 1 }
        content.append(byte)
        position += 1
        continue
      }
      position += 1
      guard position < bytes.count, bytes[position] == Self.quote else {
        guard position == bytes.count || bytes[position] == Self.comma || isLineEnd(bytes[position])
        else { throw .strayQuote(line: line) }
        return String(decoding: content, as: UTF8.self)
      }
      content.append(Self.quote)
      position += 1
    }
    throw .unclosedQuote(line: start)
  }
}

/// A field as a table of comma-separated values holds it: quoted where it must be.
/// - SeeAlso: RFC 4180.
package func csvField(_ text: String) -> String {
  let isPlain = text.utf8.allSatisfy { byte in
    byte != UInt8(ascii: ",") && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\n")
      && byte != UInt8(ascii: "\r")
  }
  // Other programs keep spaces at the ends only in quotes.
  if isPlain, text.first != " ", text.last != " " { return text }
  return "\"" + text.replacing("\"", with: "\"\"") + "\""
}

/// A finite decimal number; `nil` for anything else, such as words, hexadecimals and infinities.
func decimalNumber(_ text: String) -> Double? {
  let characters = text.utf8
  let isDecimal = characters.allSatisfy { byte in
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: ".")
      || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "e")
      || byte == UInt8(ascii: "E")
  }
  guard isDecimal, let value = Double(text), value.isFinite else { return nil }
  return value
}
