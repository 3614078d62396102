public import Datasets
public import Preprocessing

/// Why cases could not be prepared for training, or prepared cases not be used.
public enum PreparedCaseError: Error, Hashable {
  /// The case could not be read.
  case dataset(TrainingDatasetError)
  /// The scan could not be prepared.
  case preparation(case: String, PreparationError)
  /// The case's files are not there.
  case missing(case: String)
  /// The case's files cannot be read.
  case unreadable(case: String, reason: String)
  /// The case's files do not hold what they should.
  case damaged(case: String, reason: String)
  /// The case was prepared by another plan, or from other files.
  case stale(case: String)
  /// A file could not be written.
  case unwritable(case: String, reason: String)
  /// A name cannot be a file's.
  case impossibleName(String)
  /// There is no case to draw patches from; `set` says of which.
  case noCases(set: String)
}

extension PreparedCaseError: CustomStringConvertible {
  /// One sentence: what, where, and what was expected.
  public var description: String {
    switch self {
    case .dataset(let error): error.description
    case .preparation(let name, let error): "Case \(name): \(error)"
    case .missing(let name):
      "Case \(name): it is not prepared; run delineate preprocess."
    case .unreadable(let name, let reason):
      "Case \(name): the prepared case cannot be read: \(reason)."
    case .damaged(let name, let reason):
      "Case \(name): the prepared case is damaged (\(reason)); run delineate preprocess again."
    case .stale(let name):
      "Case \(name): it was prepared by another plan or from other files; run delineate preprocess "
        + "again."
    case .unwritable(let name, let reason):
      "Case \(name): the prepared case cannot be written: \(reason)."
    case .impossibleName(let name):
      "\(name.debugDescription): a case's name becomes a file's name, without slashes, control "
        + "characters or a dot in front."
    case .noCases(let set):
      "The fold has no \(set) case; at least one is expected."
    }
  }
}
