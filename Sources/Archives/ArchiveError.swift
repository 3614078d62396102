/// Why an archive, or a file inside one, could not be read.
public enum ArchiveError: Error, Hashable {
  /// The file could not be opened or read.
  case unreadable(file: String, reason: String)
  /// The file could not be written.
  case unwritable(file: String, reason: String)
  /// The file has no end-of-central-directory record: it is not a zip archive, or it is cut short.
  case notAnArchive(file: String)
  /// A record lies outside the file or does not hold what it should.
  case malformed(file: String, what: String)
  /// The archive uses something that is not read: encryption, several disks, another compression.
  case unsupported(file: String, what: String)
  /// Two entries have one name.
  case duplicateEntry(file: String, entry: String)
  /// An entry's name leads out of the archive's folder.
  case unsafeName(file: String, entry: String)
  /// The archive has no such entry.
  case missingEntry(file: String, entry: String)
  /// An entry is larger than its reader accepts; bytes.
  case tooLarge(entry: String, size: UInt64, limit: UInt64)
  /// An entry declares more than deflate can hold in its compressed bytes (1032 to 1).
  case impossibleRatio(entry: String, size: UInt64, compressed: UInt64)
  /// An entry's compressed bytes are damaged.
  case damaged(entry: String)
  /// An entry inflates to another size than it declares; bytes.
  case wrongSize(entry: String, expected: UInt64, found: UInt64)
  /// An entry's bytes do not have the checksum it declares.
  case wrongChecksum(entry: String, expected: UInt32, found: UInt32)
}

extension ArchiveError: CustomStringConvertible {
  /// One sentence: what, where, and what was expected.
  public var description: String {
    switch self {
    case .unreadable(let file, let reason): "\(file): cannot be read (\(reason))."
    case .unwritable(let file, let reason): "\(file): cannot be written (\(reason))."
    case .notAnArchive(let file):
      "\(file): not a zip archive, or cut short (no end-of-central-directory record)."
    case .malformed(let file, let what): "\(file): the zip archive is damaged: \(what)."
    case .unsupported(let file, let what): "\(file): zip archives with \(what) are not read."
    case .duplicateEntry(let file, let entry):
      "\(file): the zip archive holds two entries named “\(entry)”."
    case .unsafeName(let file, let entry):
      "\(file): the zip entry “\(entry)” leads out of the archive's folder."
    case .missingEntry(let file, let entry): "\(file): the zip archive has no entry “\(entry)”."
    case .tooLarge(let entry, let size, let limit):
      "Zip entry “\(entry)”: \(size) bytes; at most \(limit) are read."
    case .impossibleRatio(let entry, let size, let compressed):
      "Zip entry “\(entry)”: \(size) bytes cannot come from \(compressed) compressed bytes (deflate holds at most 1032 to 1)."
    case .damaged(let entry): "Zip entry “\(entry)”: the compressed bytes are damaged."
    case .wrongSize(let entry, let expected, let found):
      "Zip entry “\(entry)”: \(expected) bytes are declared, \(found) were found."
    case .wrongChecksum(let entry, let expected, let found):
      "Zip entry “\(entry)”: checksum \(String(found, radix: 16)), expected \(String(expected, radix: 16))."
    }
  }
}
