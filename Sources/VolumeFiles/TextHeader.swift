internal import Foundation

/// The lines of a text header, and where the bytes after it begin.
struct TextHeader {
  /// The lines without their ends.
  var lines: [String]
  /// Bytes from the file's start to the first byte after the header.
  var end: Int

  /// The longest header that is read; label maps of hundreds of segments stay far below.
  static let largest = 1 << 22

  /// Reads lines of Latin-1 or UTF-8 text until `isLast` says so of a line, or the bytes end.
  /// - Returns: `nil` where a line holds a zero byte or is longer than `longestLine`.
  init?(_ bytes: [UInt8], longestLine: Int, isLast: (String) -> Bool) {
    lines = []
    end = 0
    while end < bytes.count {
      let stop = bytes[end...].firstIndex(of: 0x0A) ?? bytes.endIndex
      var line = bytes[end..<stop]
      if line.last == 0x0D { line.removeLast() }
      guard line.count <= longestLine, !line.contains(0) else { return nil }
      let text = String(decoding: line, as: UTF8.self)
      lines.append(text)
      end = min(stop + 1, bytes.count)
      if isLast(text) { return }
    }
  }
}

/// Numbers separated by blanks.
/// - Returns: `nil` where one is not a finite number or there are more than `limit`.
func finiteNumbers(_ text: some StringProtocol, limit: Int) -> [Double]? {
  let words = text.split(whereSeparator: { $0 == " " || $0 == "\t" })
  guard words.count <= limit else { return nil }
  var numbers: [Double] = []
  for word in words {
    guard let number = plainNumber(word) else { return nil }
    numbers.append(number)
  }
  return numbers
}

/// A finite number in decimal notation, below 10⁹ in size: no length of a patient is longer.
func plainNumber(_ word: some StringProtocol) -> Double? {
  guard word.utf8.allSatisfy({ "+-.eE0123456789".utf8.contains($0) }), word.utf8.count <= 64,
    let number = Double(word), number.magnitude < 1e9
  else { return nil }
  return number
}

/// A whole number in decimal notation.
func plainInteger(_ word: some StringProtocol) -> Int? {
  guard word.utf8.count <= 18 else { return nil }
  return Int(word)
}

/// The file beside a header that holds its voxels.
/// - Returns: `nil` where the name leads out of the header's folder.
func voxelFile(named name: String, beside header: URL) -> URL? {
  let parts = name.split(separator: "/", omittingEmptySubsequences: false)
  guard !name.isEmpty, !parts.contains(".."), !name.hasPrefix("/"), name.utf8.count < 256 else {
    return nil
  }
  return header.deletingLastPathComponent().appending(path: name)
}

extension String {
  /// Without blanks at both ends.
  var trimmed: String { trimmingCharacters(in: CharacterSet(charactersIn: " \t")) }
}
