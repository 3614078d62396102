import Foundation

/// A path with a name before it: `NAME=PATH`.
enum NamedPath {
  /// Takes an argument apart; one that is itself a path keeps its equals signs.
  static func split(_ argument: String) -> (name: String?, path: String) {
    guard !FileManager.default.fileExists(atPath: argument),
      let mark = argument.firstIndex(of: "="), mark > argument.startIndex
    else { return (nil, argument) }
    return (String(argument[..<mark]), String(argument[argument.index(after: mark)...]))
  }
}
