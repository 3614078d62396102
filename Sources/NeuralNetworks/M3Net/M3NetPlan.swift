/// The shape of M3-Net: two modalities, masks from coarse to fine, and a registration between them.
///
/// Every part can be left out, which is what its ablations are. Axes are the network's `[D, H, W]`;
/// stages count from full resolution down.
/// - SeeAlso: `Documentation/M3Net.md` for the modules, their formulas and their sources.
public struct M3NetPlan: Codable, Hashable, Sendable {
  /// How the modalities come together.
  public enum Fusion: String, Codable, Hashable, Sendable, CaseIterable {
    /// As channels of one encoder.
    case input
    /// An encoder each; their features are joined at every scale.
    case concatenation
    /// An encoder each; joined after gates over channels and over voxels.
    case gates
    /// An encoder each; the second one's features are first warped by the registration's field.
    case alignedGates = "aligned-gates"
  }

  /// One kind of scan.
  public struct Modality: Codable, Hashable, Sendable {
    /// What its weights' names begin with, as in `ct`.
    public var name: String
    /// How many of the network's input channels it has.
    public var channels: Int

    /// A modality from its parts.
    public init(name: String, channels: Int = 1) {
      self.name = name
      self.channels = channels
    }
  }

  /// One kind of scan each, in the order of the input's channels: one or two.
  ///
  /// The first one is where the contours lie; the second is brought onto it.
  public var modalities: [Modality]
  /// Output channels: classes with background.
  public var outputChannels: Int
  /// Features of each stage, from full resolution down.
  public var features: [Int]
  /// Kernel size of each stage; odd.
  public var kernels: [[Int]]
  /// Stride of each stage's first convolution.
  public var strides: [[Int]]
  /// Residual blocks of each encoder stage.
  public var encoderDepths: [Int]
  /// Convolutions of each decoder stage, from the bottleneck up; one fewer than encoder stages.
  public var decoderDepths: [Int]
  /// How the modalities come together.
  public var fusion: Fusion
  /// By how much fewer channels a channel gate has between its two layers.
  public var gateReduction: Int
  /// The coarse masks; `nil` for organs alone.
  public var masks: MaskPlan?
  /// The registration; `nil` for segmentation alone.
  public var registration: RegistrationHeadPlan?
  /// Whether convolutions before a normalization have a bias.
  public var convolutionBias: Bool
  /// Added to the variance under the root in instance normalization.
  public var normalizationEpsilon: Double
  /// The slope of the leaky ReLU below zero.
  public var leakySlope: Double

  /// A plan from its parts; by default with everything that makes M3-Net but regions.
  public init(
    modalities: [Modality] = [Modality(name: "ct"), Modality(name: "mr")],
    outputChannels: Int,
    features: [Int],
    kernels: [[Int]],
    strides: [[Int]],
    encoderDepths: [Int],
    decoderDepths: [Int],
    fusion: Fusion = .alignedGates,
    gateReduction: Int = 8,
    masks: MaskPlan? = MaskPlan(),
    registration: RegistrationHeadPlan? = RegistrationHeadPlan(),
    convolutionBias: Bool = true,
    normalizationEpsilon: Double = 1e-5,
    leakySlope: Double = 0.01
  ) {
    self.modalities = modalities
    self.outputChannels = outputChannels
    self.features = features
    self.kernels = kernels
    self.strides = strides
    self.encoderDepths = encoderDepths
    self.decoderDepths = decoderDepths
    self.fusion = fusion
    self.gateReduction = gateReduction
    self.masks = masks
    self.registration = registration
    self.convolutionBias = convolutionBias
    self.normalizationEpsilon = normalizationEpsilon
    self.leakySlope = leakySlope
  }

  /// Input channels of all modalities together.
  public var inputChannels: Int { modalities.reduce(0) { $0 + $1.channels } }

  /// The kind in words: what comes together how, and which parts are there.
  var title: String {
    let names = modalities.map { $0.name.uppercased() }.joined(separator: " + ")
    let parts =
      (modalities.count > 1 ? [fusion.rawValue] : [])
      + (masks.map { ["masks of \($0.regions.count) regions"] } ?? [])
      + (registration == nil ? [] : ["registration"])
    return (["M3-Net of \(names)"] + parts).joined(separator: ", ")
  }

  /// By how much the resolution of each stage is below the input's.
  package var scales: [[Int]] {
    var scale = [1, 1, 1]
    return strides.map { stride in
      scale = zip(scale, stride).map { $0 * $1 }
      return scale
    }
  }
}

/// The coarse masks of M3-Net: where there is any anatomy, and which region.
public struct MaskPlan: Codable, Hashable, Sendable {
  /// Classes that are looked for together.
  public struct Region: Codable, Hashable, Sendable {
    /// What it is called.
    public var name: String
    /// The place in the order of work: 1 comes first.
    public var priority: Int
    /// Its classes: indices of the network's output channels; each class in one region at most.
    public var classes: [Int]

    /// A region from its parts.
    public init(name: String, priority: Int, classes: [Int]) {
      self.name = name
      self.priority = priority
      self.classes = classes
    }
  }

  /// The regions; none leaves the regional pathway out.
  public var regions: [Region]
  /// The stage at which the global mask is found.
  public var globalStage: Int
  /// The stage at which the regions are found; not below the global one's resolution.
  public var regionalStage: Int
  /// By how much fewer features the coarse pathways have than the organs'.
  public var featureDivisor: Int

  /// Masks from their parts.
  public init(
    regions: [Region] = [],
    globalStage: Int = 2,
    regionalStage: Int = 1,
    featureDivisor: Int = 2
  ) {
    self.regions = regions
    self.globalStage = globalStage
    self.regionalStage = regionalStage
    self.featureDivisor = featureDivisor
  }

  /// For each class of the network the region's class: 0 for background and for what is in none.
  public func regionTable(classes: Int) -> [UInt8] {
    var table = [UInt8](repeating: 0, count: classes)
    for (number, region) in regions.enumerated() {
      for label in region.classes where table.indices.contains(label) {
        table[label] = UInt8(truncatingIfNeeded: number + 1)
      }
    }
    return table
  }
}

/// The registration of M3-Net: a stationary velocity field from both encoders' features.
public struct RegistrationHeadPlan: Codable, Hashable, Sendable {
  /// The stage at whose resolution the velocity is found.
  public var stage: Int
  /// Features of its decoder at every stage.
  public var features: Int
  /// Squarings of the integration.
  public var squarings: Int
  /// How far around each voxel both modalities' features are compared, in voxels of each stage; `nil`
  /// leaves the comparison to the convolutions.
  public var correlationRadius: Int?

  /// A registration from its parts; seven squarings as VoxelMorph's.
  public init(
    stage: Int = 1,
    features: Int = 16,
    squarings: Int = 7,
    correlationRadius: Int? = nil
  ) {
    self.stage = stage
    self.features = features
    self.squarings = squarings
    self.correlationRadius = correlationRadius
  }
}
