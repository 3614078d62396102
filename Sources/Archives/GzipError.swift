/// Why a compressed stream could not be read; offsets count compressed bytes from the file's start.
package enum GzipError: Error, Hashable {
  /// The file cannot be opened or read; the system's words.
  case unreadable(reason: String)
  /// The stream does not follow the format near this offset.
  case damaged(offset: Int)
  /// The stream ends before its end mark.
  case truncated(offset: Int)
}

extension GzipError: CustomStringConvertible {
  /// One phrase: what, and where.
  package var description: String {
    switch self {
    case .unreadable(let reason): "cannot be read (\(reason))"
    case .damaged(let offset): "the compressed data is damaged near byte \(offset)"
    case .truncated(let offset): "the compressed data ends early, after byte \(offset)"
    }
  }
}
