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

  /// What tells paths apart: their names, or the lowest folders above them that all differ; the
  /// whole paths where none do.
  static func distinguishing(_ paths: [String]) -> [String] {
    let parts = paths.map { URL(filePath: $0).standardizedFileURL.pathComponents.reversed() }
      .map(Array.init)
    for level in 0..<(parts.map(\.count).min() ?? 0) {
      let names = parts.map { $0[level] }
      if Set(names).count == names.count { return names }
    }
    return paths
  }
}
