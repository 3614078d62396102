internal import Foundation

extension JSONValue {
  /// The value as JSON text, members in their order, nested by two spaces.
  ///
  /// Lists of numbers stand on one line. Numbers that are not finite are written as Python does.
  var text: String { text(indent: "") + "\n" }

  private func text(indent: String) -> String {
    let inner = indent + "  "
    switch self {
    case .null: return "null"
    case .bool(let bool): return bool ? "true" : "false"
    case .integer(let integer): return "\(integer)"
    case .real(let real):
      if real.isNaN { return "NaN" }
      if real.isInfinite { return real < 0 ? "-Infinity" : "Infinity" }
      return "\(real)"
    case .string(let string): return quoted(string)
    case .array(let items) where items.allSatisfy(\.isShort):
      return "[\(items.map { $0.text(indent: inner) }.joined(separator: ", "))]"
    case .array(let items):
      let lines = items.map { inner + $0.text(indent: inner) }.joined(separator: ",\n")
      return "[\n\(lines)\n\(indent)]"
    case .object(let members) where members.isEmpty: return "{}"
    case .object(let members):
      let lines = members.map { inner + quoted($0.key) + ": " + $0.value.text(indent: inner) }
      return "{\n\(lines.joined(separator: ",\n"))\n\(indent)}"
    }
  }

  /// Whether the value is a number, a word, or a few of them.
  private var isShort: Bool {
    switch self {
    case .object: false
    case .array(let items):
      items.allSatisfy { item in
        switch item {
        case .object, .array: false
        default: true
        }
      }
    default: true
    }
  }
}
