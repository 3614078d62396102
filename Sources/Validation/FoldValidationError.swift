/// Why folds could not be validated, beyond what the stages say themselves.
public enum FoldValidationError: Error, Hashable {
  /// The folder holds no trained fold, or not the one asked for.
  case notTrained(folder: String, fold: String)
  /// A fold lacks the weights that were asked for.
  case missingWeights(fold: String, weights: String)
  /// The network's outputs are regions, whose rules are not decided here.
  case hasRegions
  /// Nothing was contoured in any of the validation cases.
  case nothingContoured
  /// The folder holds no decision of a validation.
  case notValidated(folder: String)
  /// The weights are no longer those that were validated.
  case otherWeights(fold: String)
  /// A decision cannot be read.
  case unreadableDecision(file: String)
  /// A file of the validation could not be written.
  case unwritable(file: String, reason: String)
}

extension FoldValidationError: CustomStringConvertible {
  /// One sentence: what, where, and what was expected.
  public var description: String {
    switch self {
    case .notTrained(let folder, let fold):
      "\(folder)/\(fold): no trained fold is here; delineate train makes one."
    case .missingWeights(let fold, let weights):
      "Fold \(fold) has no weights “\(weights)”: the training kept none."
    case .hasRegions:
      "The network writes regions that overlap; validation decides for structures that do not."
    case .nothingContoured:
      "No validation case has a contoured structure; nothing can be scored."
    case .notValidated(let folder):
      "\(folder): nothing was validated here yet; delineate validate does."
    case .otherWeights(let fold):
      "Fold \(fold) was trained on after it was validated; validate it again, or name --weights."
    case .unreadableDecision(let file):
      "\(file): it is not as delineate validate writes it; validate again."
    case .unwritable(let file, let reason):
      "\(file) cannot be written (\(reason))."
    }
  }
}
