import Foundation

/// The scan files of a folder that a challenge's container is given.
enum ChallengeFiles {
  /// Files of a folder, hidden ones and folders left out, in natural order: numbers inside names
  /// count as numbers.
  /// - Returns: None where the folder is not there.
  static func scans(in folder: URL) -> [URL] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { !$0.hasPrefix(".") }
      .map { folder.appending(path: $0) }
      .filter { url in
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
          && !isFolder.boolValue
      }
      .sorted { isInNaturalOrder($0.lastPathComponent, $1.lastPathComponent) }
  }

  /// Whether one name comes before another where runs of digits are compared as numbers.
  static func isInNaturalOrder(_ a: String, _ b: String) -> Bool {
    let (first, second) = (parts(of: a), parts(of: b))
    for (one, other) in zip(first, second) where one != other {
      if let x = number(one), let y = number(other), x != y {
        return (x.count, x) < (y.count, y)
      }
      return one < other
    }
    return first.count < second.count
  }

  /// A run of digits without its leading zeros: longer ones are larger.
  private static func number(_ part: String) -> String? {
    guard part.first?.isNumber == true else { return nil }
    return String(part.drop { $0 == "0" })
  }

  private static func parts(of name: String) -> [String] {
    var parts: [String] = []
    for character in name {
      let isDigit = character.isASCII && character.isNumber
      if let last = parts.last?.last, (last.isASCII && last.isNumber) == isDigit {
        parts[parts.count - 1].append(character)
      } else {
        parts.append(String(character))
      }
    }
    return parts
  }
}

/// A sentence of what a container's run met, for its standard error.
public typealias ChallengeReport = @Sendable (String) -> Void
