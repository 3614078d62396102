import Archives
import Foundation

/// Files of a folder that a run before this one may have left, each whole or made again.
///
/// `kept.json` says what the files were made from, as one text, and the SHA-256 of each; it is
/// written after every file, so that a run may be killed at any moment.
struct KeptFiles {
  private struct Record: Codable {
    var madeFrom: String
    var files: [String: String]
  }

  /// Where the files are.
  let folder: URL
  private var record: Record

  /// The files of a folder that were made from this; others count as missing.
  init(in folder: URL, madeFrom source: String) throws(FoldValidationError) {
    self.folder = folder
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw .unwritable(file: folder.lastPathComponent, reason: error.localizedDescription)
    }
    let found = (try? Data(contentsOf: folder.appending(path: Self.name)))
      .flatMap { try? JSONDecoder().decode(Record.self, from: $0) }
    record = Record(madeFrom: source, files: [:])
    if let found, found.madeFrom == source { record = found }
  }

  /// Where a file is, whether or not it is there.
  func url(_ name: String) -> URL { folder.appending(path: name) }

  /// Whether a file is there as it was written.
  func isWhole(_ name: String) -> Bool {
    guard let expected = record.files[name] else { return false }
    return (try? SHA256.hexDigest(ofFile: url(name))) == expected
  }

  /// Remembers a file that was just written.
  mutating func keep(_ name: String) throws(FoldValidationError) {
    do {
      record.files[name] = try SHA256.hexDigest(ofFile: url(name))
      try validationJSON(record).write(to: url(Self.name), options: .atomic)
    } catch {
      throw .unwritable(file: Self.name, reason: "\(error)")
    }
  }

  private static let name = "kept.json"
}

/// Readable JSON: sorted keys, a member a line.
func validationJSON(_ value: some Encodable) throws -> Data {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  return try encoder.encode(value) + [UInt8(ascii: "\n")]
}
