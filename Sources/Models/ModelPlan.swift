public import Anatomy
public import ImageProcessing
public import NeuralNetworks

/// Everything that decides what a trained model does with a scan, apart from its weights.
public struct ModelPlan: Codable, Hashable, Sendable {
  /// What the network's output channels stand for.
  public enum Outputs: Codable, Hashable, Sendable {
    /// One channel per class, background among them: the highest logit wins, and the label at its
    /// place is written.
    case classes([UInt16])
    /// One channel per region, each by itself: where a logit is above 0 the value at its place is
    /// written, later ones over earlier ones.
    case regions([UInt16])

    /// How many output channels there are.
    public var count: Int {
      switch self {
      case .classes(let labels), .regions(let labels): labels.count
      }
    }
  }

  /// The data set's name, as in `Dataset501_OpenKBP`.
  public var name: String
  /// The configuration, as in `3d_fullres`.
  public var configuration: String
  /// The name of the trainer.
  public var trainer: String
  /// The names of the scans the network sees, in order.
  public var channelNames: [String]
  /// The structures of the label map.
  public var labels: LabelScheme
  /// What the network's output channels stand for.
  public var outputs: Outputs
  /// How scans are prepared, and the answer brought back.
  public var preparation: PreparationPlan
  /// The network.
  public var architecture: NetworkPlan
  /// The size of a window in voxels, in the network's axis order.
  public var patchSize: [Int]
  /// The network's axes along which test-time mirroring is allowed; empty where it is not.
  public var mirroringAxes: [Int]
  /// The configuration whose labels this one takes as further input channels, in a cascade.
  public var previousStage: String?
  /// The labels of the previous stage, one input channel each, in order; empty without one.
  public var previousStageLabels: [UInt16]
  /// The file ending of the training images, as in `.nii.gz`.
  public var fileEnding: String
  /// How classes that stand for both sides are told apart by their place; `nil` where none does.
  public var mergedSides: MergedSides?
  /// The scans, by their channels' names, that the network was also trained without; `nil` where it
  /// needs all.
  public var optionalChannels: [String]?

  /// The structures of a finished label map: sides that the network sees as one are two.
  public var finishedLabels: LabelScheme { mergedSides?.labels ?? labels }

  /// A plan from its parts.
  public init(
    name: String,
    configuration: String,
    trainer: String,
    channelNames: [String],
    labels: LabelScheme,
    outputs: Outputs,
    preparation: PreparationPlan,
    architecture: NetworkPlan,
    patchSize: [Int],
    mirroringAxes: [Int],
    previousStage: String? = nil,
    previousStageLabels: [UInt16] = [],
    fileEnding: String = ".nii.gz",
    mergedSides: MergedSides? = nil,
    optionalChannels: [String]? = nil
  ) {
    self.name = name
    self.configuration = configuration
    self.trainer = trainer
    self.channelNames = channelNames
    self.labels = labels
    self.outputs = outputs
    self.preparation = preparation
    self.architecture = architecture
    self.patchSize = patchSize
    self.mirroringAxes = mirroringAxes
    self.previousStage = previousStage
    self.previousStageLabels = previousStageLabels
    self.fileEnding = fileEnding
    self.mergedSides = mergedSides
    self.optionalChannels = optionalChannels
  }
}

extension ModelPlan.Outputs {
  private enum Kind: String, Codable {
    case classes, regions
  }
  private enum CodingKeys: CodingKey {
    case kind, labels
  }

  /// Reads `{"kind": "classes", "labels": [0, 1, …]}`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let labels = try container.decode([UInt16].self, forKey: .labels)
    switch try container.decode(Kind.self, forKey: .kind) {
    case .classes: self = .classes(labels)
    case .regions: self = .regions(labels)
    }
  }

  /// Writes `{"kind": "classes", "labels": [0, 1, …]}`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .classes(let labels):
      try container.encode(Kind.classes, forKey: .kind)
      try container.encode(labels, forKey: .labels)
    case .regions(let labels):
      try container.encode(Kind.regions, forKey: .kind)
      try container.encode(labels, forKey: .labels)
    }
  }
}
