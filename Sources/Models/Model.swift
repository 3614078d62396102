/// A trained model: its plan, the weights of its folds, and where they came from.
public struct Model: Hashable, Sendable {
  /// Everything but the weights.
  public var plan: ModelPlan
  /// The networks of the ensemble; one or more, all of the plan's shape.
  public var folds: [ModelFold]
  /// Where the model came from.
  public var provenance: ModelProvenance
  /// What is done to the finished label maps; `nil` where nothing was decided.
  public var postprocessing: Postprocessing?

  /// A model from its parts.
  public init(
    plan: ModelPlan,
    folds: [ModelFold],
    provenance: ModelProvenance,
    postprocessing: Postprocessing? = nil
  ) {
    self.plan = plan
    self.folds = folds
    self.provenance = provenance
    self.postprocessing = postprocessing
  }
}

/// One network of an ensemble.
public struct ModelFold: Hashable, Sendable {
  /// The name after `fold_`: a number, or `all`.
  public var name: String
  /// The weights by nnU-Net's names.
  public var weights: [String: WeightTensor]

  /// A fold from its parts.
  public init(name: String, weights: [String: WeightTensor]) {
    self.name = name
    self.weights = weights
  }
}

/// Where a model came from.
public struct ModelProvenance: Codable, Hashable, Sendable {
  /// A file that weights were read from.
  public struct Source: Codable, Hashable, Sendable {
    /// The fold it holds.
    public var fold: String
    /// Its name inside the model.
    public var file: String
    /// Its SHA-256, 64 hexadecimal digits.
    public var sha256: String

    /// A source from its parts.
    public init(fold: String, file: String, sha256: String) {
      self.fold = fold
      self.file = file
      self.sha256 = sha256
    }
  }

  /// What trained the model, as in `nnU-Net v2`.
  public var kind: String
  /// The trainer's name.
  public var trainer: String
  /// The files the weights were first read from.
  public var sources: [Source]
  /// The day of the import, ISO 8601, where it is known.
  public var importDate: String?

  /// A provenance from its parts.
  public init(kind: String, trainer: String, sources: [Source], importDate: String? = nil) {
    self.kind = kind
    self.trainer = trainer
    self.sources = sources
    self.importDate = importDate
  }
}

/// What there is to know of a model without reading its weights.
public struct ModelDescription: Hashable, Sendable {
  /// What kind of folder or archive it is.
  public enum Format: String, Hashable, Sendable {
    /// A trained-model folder or zip export of nnU-Net v2.
    case nnUNet = "nnU-Net v2"
    /// A folder of our own.
    case delineate = "Delineate"
  }
  /// What kind of folder or archive it is.
  public var format: Format
  /// Everything but the weights.
  public var plan: ModelPlan
  /// The folds that are there.
  public var folds: [String]
  /// How many numbers one fold's network has.
  public var parameterCount: Int
  /// What is done to the finished label maps; `nil` where nothing was decided.
  public var postprocessing: Postprocessing?
}
