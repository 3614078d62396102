/// The shape of a 3D U-Net: everything that decides its layers and its weights' names.
///
/// nnU-Net v2's `arch_kwargs`, typed. Axes are the network's `[D, H, W]`.
public struct UNetPlan: Codable, Hashable, Sendable {
  /// Which encoder.
  public enum Encoder: String, Codable, Hashable, Sendable {
    /// Stacked convolutions (`PlainConvUNet`).
    case plain
    /// Residual blocks (`ResidualEncoderUNet`, ResNet-D skips).
    case residual
  }
  /// Which encoder.
  public var encoder: Encoder
  /// Input channels: modalities, and a previous stage's one-hot labels in a cascade.
  public var inputChannels: Int
  /// Output channels: classes with background, or regions without.
  public var outputChannels: Int
  /// Features of each stage, from full resolution down.
  public var features: [Int]
  /// Kernel size `[D, H, W]` of each stage; odd.
  public var kernels: [[Int]]
  /// Stride `[D, H, W]` of each stage's first convolution.
  public var strides: [[Int]]
  /// Convolutions (plain) or blocks (residual) of each encoder stage.
  public var encoderDepths: [Int]
  /// Convolutions of each decoder stage, from the bottleneck up; one fewer than encoder stages.
  public var decoderDepths: [Int]
  /// Whether convolutions have a bias.
  public var convolutionBias: Bool
  /// Added to the variance under the root in instance normalization.
  public var normalizationEpsilon: Double
  /// The slope of the leaky ReLU below zero.
  public var leakySlope: Double
  /// Attention to masks among the input; `nil` for nnU-Net's own network.
  public var maskAttention: MaskAttentionPlan?

  /// A plan from its parts; the defaults are nnU-Net's.
  public init(
    encoder: Encoder,
    inputChannels: Int,
    outputChannels: Int,
    features: [Int],
    kernels: [[Int]],
    strides: [[Int]],
    encoderDepths: [Int],
    decoderDepths: [Int],
    convolutionBias: Bool = true,
    normalizationEpsilon: Double = 1e-5,
    leakySlope: Double = 0.01,
    maskAttention: MaskAttentionPlan? = nil
  ) {
    self.encoder = encoder
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.features = features
    self.kernels = kernels
    self.strides = strides
    self.encoderDepths = encoderDepths
    self.decoderDepths = decoderDepths
    self.convolutionBias = convolutionBias
    self.normalizationEpsilon = normalizationEpsilon
    self.leakySlope = leakySlope
    self.maskAttention = maskAttention
  }
}
