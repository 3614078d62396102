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
    fileEnding: String = ".nii.gz"
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

extension ModelPlan {
  /// Checks that the parts fit one another, whatever file they came from.
  func validate() throws(ModelError) {
    do { try architecture.validate(patchSize: patchSize) } catch {
      throw .invalidPlan(error.description.sentenceEnd)
    }
    guard outputs.count == architecture.outputChannels else {
      throw .invalidPlan(
        "\(outputs.count) outputs have labels, the network has \(architecture.outputChannels)"
      )
    }
    if case .classes(let classes) = outputs,
      classes.first != 0 || Set(classes).count < classes.count
    {
      throw .invalidPlan("the first class is not background, or a label is there twice")
    }
    let written: [UInt16] =
      switch outputs {
      case .classes(let labels), .regions(let labels): labels
      }
    for entry in labels.entries where entry.label == 0 || !written.contains(entry.label) {
      throw .invalidPlan("no output writes the label \(entry.label)")
    }
    let inputs = channelNames.count + previousStageLabels.count
    guard !channelNames.isEmpty, inputs == architecture.inputChannels else {
      throw .invalidPlan(
        "\(inputs) input channels are named, the network has \(architecture.inputChannels)"
      )
    }
    guard (previousStage == nil) == previousStageLabels.isEmpty else {
      throw .invalidPlan("a previous stage and its labels come together")
    }
    guard mirroringAxes.allSatisfy((0..<3).contains),
      Set(mirroringAxes).count == mirroringAxes.count
    else { throw .invalidPlan("mirroring axes are \(mirroringAxes), expected axes from 0 to 2") }
    try validatePreparation()
  }

  private func validatePreparation() throws(ModelError) {
    guard preparation.transposeForward.sorted() == [0, 1, 2] else {
      throw .invalidPlan("transposeForward is \(preparation.transposeForward)")
    }
    guard preparation.spacing.count == 3,
      preparation.spacing.allSatisfy({ $0.isFinite && (1e-3...1e3).contains($0) })
    else {
      throw .invalidPlan("the spacing is \(preparation.spacing) mm, expected 0.001 to 1000 thrice")
    }
    guard preparation.channels.count == channelNames.count else {
      throw .invalidPlan(
        "\(preparation.channels.count) normalizations for \(channelNames.count) channels"
      )
    }
    for channel in preparation.channels where channel.scheme == .ct {
      guard let foreground = channel.foreground,
        foreground.mean.isFinite, foreground.standardDeviation.isFinite,
        foreground.percentile005.isFinite, foreground.percentile995.isFinite,
        foreground.standardDeviation >= 0, foreground.percentile005 <= foreground.percentile995
      else { throw .invalidPlan("a CT channel lacks its foreground's statistics") }
    }
    for rule in [
      preparation.imageResampling, preparation.labelResampling, preparation.logitResampling,
    ] {
      guard [0, 1, 3].contains(rule.order), [0, 1, 3].contains(rule.orderZ),
        rule.anisotropyThreshold.isFinite
      else { throw .invalidPlan("a resampling rule's orders are not 0, 1 or 3") }
    }
  }
}

extension String {
  /// The sentence without its final dot, to go on inside another.
  fileprivate var sentenceEnd: String { hasSuffix(".") ? String(dropLast()) : self }
}
