/// Why a transform file could not be read or written.
///
/// Files are named by their last path component only: folders of clinics carry patients' names.
public enum TransformFileError: Error, Hashable {
  /// The file cannot be opened.
  case unreadable(file: String, reason: String)
  /// The file is longer than any transform's; bytes.
  case tooLarge(file: String, bytes: Int, limit: Int)
  /// The name's ending is not one of a transform's.
  case unknownEnding(file: String)
  /// The text is not as its format demands.
  case badText(file: String, reason: String)
  /// The file is sound but holds a transform that is not read.
  case unsupported(file: String, transform: String)
  /// The file cannot be written.
  case unwritable(file: String, reason: String)
}

extension TransformFileError: CustomStringConvertible {
  /// One sentence: what, where, and what was expected.
  public var description: String {
    switch self {
    case .unreadable(let file, let reason):
      "\(file) cannot be read: \(reason)."
    case .tooLarge(let file, let bytes, let limit):
      "\(file) has \(bytes) bytes; a transform of at most \(limit) bytes is expected."
    case .unknownEnding(let file):
      """
      \(file): a transform's name ends in .tfm (ITK), .txt (ITK or elastix), .nii.gz, .nii, .mha or \
      .mhd (displacement field).
      """
    case .badText(let file, let reason):
      "\(file) is not a transform: \(reason)."
    case .unsupported(let file, let transform):
      """
      \(file) holds a transform that is not read (\(transform)); rigid, affine, cubic B-spline and \
      composite transforms and displacement fields are.
      """
    case .unwritable(let file, let reason):
      "\(file) cannot be written: \(reason)."
    }
  }
}
