internal import Foundation

/// The parameters of elastix: lines of a key and its values in parentheses.
///
/// `(Key 1 2 3)` or `(Key "text" "text")`; what follows `//` is a comment.
struct ElastixParameters: Hashable, Sendable {
  /// One key with its values as they are written, without quotation marks.
  struct Entry: Hashable, Sendable {
    var key: String
    var values: [String]
    var isText: Bool
  }

  private(set) var entries: [Entry] = []

  init() {}

  /// Sets numbers.
  mutating func set(_ key: String, _ values: [Double]) {
    // Whole numbers without a point: elastix reads some keys as integers.
    let words = values.map { value in
      value == value.rounded() && value.magnitude < 1e15 ? String(Int(value)) : "\(value)"
    }
    put(Entry(key: key, values: words, isText: false))
  }

  /// Sets words.
  mutating func set(_ key: String, _ values: String...) {
    put(Entry(key: key, values: values, isText: true))
  }

  /// Sets a switch.
  mutating func set(_ key: String, _ value: Bool) { set(key, value ? "true" : "false") }

  private mutating func put(_ entry: Entry) {
    if let index = entries.firstIndex(where: { $0.key == entry.key }) {
      entries[index] = entry
    } else {
      entries.append(entry)
    }
  }

  /// The numbers of a key.
  func numbers(_ key: String) -> [Double]? {
    guard let entry = entries.first(where: { $0.key == key }) else { return nil }
    let numbers = entry.values.compactMap { TransformText.number($0[...]) }
    return numbers.count == entry.values.count ? numbers : nil
  }

  /// The one word of a key.
  func word(_ key: String) -> String? {
    guard let entry = entries.first(where: { $0.key == key }), entry.values.count == 1 else {
      return nil
    }
    return entry.values[0]
  }

  /// The file's text.
  var text: String {
    entries.map { entry in
      let values = entry.isText ? entry.values.map { "\"\($0)\"" } : entry.values
      return "(\(entry.key) \(values.joined(separator: " ")))\n"
    }.joined()
  }

  /// Reads a file's text.
  init(_ text: Substring, file: String) throws(TransformFileError) {
    for line in text.split(whereSeparator: \.isNewline) {
      var line = line[...]
      if !line.contains("\""), let comment = line.range(of: "//") {
        line = line[..<comment.lowerBound]
      }
      let trimmed = line.trimmingCharacters(in: .whitespaces)
      guard !trimmed.isEmpty, !trimmed.hasPrefix("//") else { continue }
      guard trimmed.hasPrefix("("), let end = trimmed.lastIndex(of: ")") else {
        throw .badText(
          file: file,
          reason: "the line \"\(trimmed.prefix(30))\" is not in parentheses"
        )
      }
      let inner = trimmed[trimmed.index(after: trimmed.startIndex)..<end]
      let key = inner.prefix { !$0.isWhitespace }
      guard !key.isEmpty, key.utf8.count <= 100, entries.count < 1000 else {
        throw .badText(file: file, reason: "a line has no key, or there are more than 1000")
      }
      let rest = inner.dropFirst(key.count)
      let isText = rest.contains("\"")
      let values =
        isText
        ? rest.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
          .filter { $0.offset % 2 == 1 }.map { String($0.element) }
        : rest.split(whereSeparator: \.isWhitespace).map(String.init)
      put(Entry(key: String(key), values: values, isText: isText))
    }
  }
}
