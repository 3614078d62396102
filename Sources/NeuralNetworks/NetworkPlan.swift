/// A network of stages, each at a lower resolution than the one before.
public protocol StagedNetworkPlan: Sendable {
  /// Input channels.
  var inputChannels: Int { get }
  /// Output channels.
  var outputChannels: Int { get }
  /// Features of each stage, from full resolution down.
  var features: [Int] { get }
  /// Kernel size of each stage.
  var kernels: [[Int]] { get }
  /// Stride of each stage's first convolution.
  var strides: [[Int]] { get }
  /// Convolutions or blocks of each encoder stage.
  var encoderDepths: [Int] { get }
  /// Convolutions of each decoder stage, from the bottleneck up.
  var decoderDepths: [Int] { get }
}

extension UNetPlan: StagedNetworkPlan {}
extension M3NetPlan: StagedNetworkPlan {}

/// The shape of a network, of any of the kinds there are.
///
/// As JSON a U-Net is its plan's own members, as it was before there were other kinds; M3-Net's
/// members stand beside `"kind": "m3net"`.
public enum NetworkPlan: Hashable, Sendable {
  /// nnU-Net's.
  case unet(UNetPlan)
  /// Two modalities, masks and a registration.
  case m3(M3NetPlan)

  /// What networks of all kinds have.
  public var stages: any StagedNetworkPlan {
    switch self {
    case .unet(let plan): plan
    case .m3(let plan): plan
    }
  }

  /// Input channels.
  public var inputChannels: Int { stages.inputChannels }

  /// Output channels: classes with background, or regions without.
  public var outputChannels: Int { stages.outputChannels }

  /// Features of each stage, from full resolution down.
  public var features: [Int] { stages.features }

  /// The kind in words, as in `residual U-Net`.
  public var title: String {
    switch self {
    case .unet(let plan):
      "\(plan.encoder.rawValue) U-Net"
        + (plan.maskAttention == nil ? "" : " with attention to masks")
    case .m3(let plan): plan.title
    }
  }

  /// The plan of a U-Net; `nil` for another kind, and setting `nil` changes nothing.
  public var unet: UNetPlan? {
    get { if case .unet(let plan) = self { plan } else { nil } }
    set { if let newValue { self = .unet(newValue) } }
  }

  /// The plan of an M3-Net; `nil` for another kind, and setting `nil` changes nothing.
  public var m3: M3NetPlan? {
    get { if case .m3(let plan) = self { plan } else { nil } }
    set { if let newValue { self = .m3(newValue) } }
  }

  /// The layers with the results that `heads` asks for.
  ///
  /// The plan must be valid (``validate(patchSize:)``).
  package func graph(heads: NetworkHeads = .last) -> NetworkGraph {
    switch self {
    case .unet(let plan): plan.graph(heads: heads)
    case .m3(let plan): plan.graph(heads: heads)
    }
  }

  /// The layers to train: without deep supervision a U-Net has its last head alone.
  package func trainingGraph(hasDeepSupervision: Bool) -> NetworkGraph {
    graph(heads: hasDeepSupervision || m3 != nil ? .all : .last)
  }

  /// The name and shape of every weight of a trained network, in the order the layers run.
  package var expectedWeights: [(name: String, shape: [Int])] {
    switch self {
    case .unet(let plan): plan.expectedWeights
    case .m3(let plan): plan.expectedWeights
    }
  }

  /// Checks that counts agree and that every number is one a network can have.
  /// - Parameter patchSize: where given, `[D, H, W]` must be divisible by the strides' products.
  /// - Throws: ``NetworkPlanError`` for the first that does not.
  package func validate(patchSize: [Int]? = nil) throws(NetworkPlanError) {
    switch self {
    case .unet(let plan): try plan.validate(patchSize: patchSize)
    case .m3(let plan): try plan.validate(patchSize: patchSize)
    }
  }
}

extension NetworkPlan: Codable {
  private enum Kind: String, Codable {
    case m3net
  }
  private enum CodingKeys: CodingKey {
    case kind
  }

  /// Reads the members of a plan of the kind that is named, or else of a U-Net.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    switch try container.decodeIfPresent(Kind.self, forKey: .kind) {
    case .m3net: self = .m3(try M3NetPlan(from: decoder))
    case nil: self = .unet(try UNetPlan(from: decoder))
    }
  }

  /// Writes the plan's members, and its kind where it is no U-Net.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .unet(let plan):
      try plan.encode(to: encoder)
    case .m3(let plan):
      try plan.encode(to: encoder)
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(Kind.m3net, forKey: .kind)
    }
  }
}
