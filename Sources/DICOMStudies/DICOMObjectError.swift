/// Why a DICOM object could not be read or made.
///
/// Files are named by their last path component; no patient is.
public enum DICOMObjectError: Error, Hashable {
  /// The file or folder cannot be opened; the system's words.
  case unreadable(file: String, reason: String)
  /// The file is larger than is read; bytes.
  case tooLarge(file: String, size: Int, limit: Int)
  /// The library refuses the file; its words.
  case damaged(file: String, reason: String)
  /// Reading the file crashed a process, or asked for too much memory or time.
  case harmful(file: String)
  /// Sequences lie deeper in each other than is read.
  case tooDeep(file: String, limit: Int)
  /// The file is another object than expected.
  case wrongObject(file: String, found: String, expected: String)
  /// An attribute that is needed is missing or not as the standard demands.
  case badAttribute(file: String, name: String, tag: Tag)
  /// The object cannot be pseudonymized, or not be restored.
  case notPseudonymized(file: String, reason: String)
  /// The object could not be encoded; the library's words.
  case notEncoded(reason: String)
  /// A folder holds no series as asked for.
  case noSeries(folder: String, wanted: String, found: [String])
  /// A series' slices are not parallel images of one size.
  case notAStack(series: String, reason: String)
}

extension DICOMObjectError: CustomStringConvertible {
  /// One sentence: what, where, and what was expected.
  public var description: String {
    switch self {
    case .unreadable(let file, let reason):
      "\(file) cannot be read: \(reason)."
    case .tooLarge(let file, let size, let limit):
      "\(file) has \(size >> 20) MiB; files of up to \(limit >> 20) MiB are read."
    case .damaged(let file, let reason):
      "\(file) is not a sound DICOM file: \(reason)."
    case .harmful(let file):
      "\(file) is damaged: reading it crashed, or asked for too much memory or time."
    case .tooDeep(let file, let limit):
      "\(file): sequences lie more than \(limit) deep in each other."
    case .wrongObject(let file, let found, let expected):
      "\(file) is \(found); \(expected) is expected."
    case .badAttribute(let file, let name, let tag):
      "\(file): the attribute \(name) \(tag) is missing or not as DICOM demands."
    case .notPseudonymized(let file, let reason):
      "\(file) was left out: \(reason.hasSuffix(".") ? String(reason.dropLast()) : reason)."
    case .notEncoded(let reason):
      "The DICOM object could not be encoded: \(reason)."
    case .noSeries(let folder, let wanted, let found):
      found.isEmpty
        ? "\(folder) holds no \(wanted)."
        : "\(folder) holds no \(wanted); there are: \(found.joined(separator: ", "))."
    case .notAStack(let series, let reason):
      "Series \(series): \(reason)."
    }
  }
}
