/// Which cases train and which validate, for each fold: nnU-Net's `splits_final.json`.
public struct CrossValidationSplits: Hashable, Sendable {
  /// One division of the cases.
  public struct Fold: Codable, Hashable, Sendable {
    /// The names of the cases that train.
    public var training: [String]
    /// The names of the cases that validate.
    public var validation: [String]

    /// A fold from its parts.
    public init(training: [String], validation: [String]) {
      self.training = training
      self.validation = validation
    }

    private enum CodingKeys: String, CodingKey {
      case training = "train"
      case validation = "val"
    }
  }

  /// The folds, numbered from 0.
  public var folds: [Fold]

  /// Splits from their folds.
  public init(folds: [Fold]) { self.folds = folds }
}

extension CrossValidationSplits: Codable {
  /// Reads a list of `{"train": […], "val": […]}`.
  public init(from decoder: any Decoder) throws {
    folds = try decoder.singleValueContainer().decode([Fold].self)
  }

  /// Writes a list of `{"train": […], "val": […]}`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(folds)
  }
}
