/// Why an archive was not unpacked.
package enum UnpackingError: Error, Hashable {
  /// The file, or the compressed stream that it is, cannot be read; the reason in words.
  case unreadable(file: String, reason: String)
  /// A header of the tar archive is none.
  case damaged(file: String)
  /// The tar archive ends within a file.
  case truncated(file: String)
  /// The zip archive is refused.
  case zip(ArchiveError)
  /// Its files would take more bytes than are unpacked.
  case tooLarge(file: String, limit: Int)
  /// It holds more files than are unpacked.
  case tooMany(file: String, limit: Int)
  /// It holds no file.
  case empty(file: String)
  /// The disk takes no more.
  case unwritable(file: String)
}

extension UnpackingError: CustomStringConvertible {
  /// One sentence: what, where, and what was expected.
  package var description: String {
    switch self {
    case .unreadable(let file, let reason): "\(file): \(reason)."
    case .damaged(let file):
      "\(file) is no tar archive, or is damaged: a header's checksum is wrong."
    case .truncated(let file): "\(file) ends within one of its files."
    case .zip(let error): "\(error)"
    case .tooLarge(let file, let limit):
      "\(file) holds more than the \(limit >> 30) GiB of files that are unpacked."
    case .tooMany(let file, let limit):
      "\(file) holds more than the \(limit) files that are unpacked."
    case .empty(let file): "\(file) holds no files."
    case .unwritable(let file):
      "\(file) cannot be unpacked: the disk for temporary files takes no more."
    }
  }
}
