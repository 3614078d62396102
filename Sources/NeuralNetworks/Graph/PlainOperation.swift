import Torch

/// What a result that leaves a network is.
public enum NetworkRole: String, Hashable, Sendable, Codable, CaseIterable {
  /// Logits of the model's classes.
  case organs
  /// Logits of background and of each region.
  case regions
  /// Logits of background and anatomy.
  case global
  /// The stationary velocity field of a registration, at the resolution it is found at.
  case velocity
  /// The displacement field of a registration at full resolution, in voxels.
  case field
  /// The moving modality's first channel as the registration brings it onto the fixed one.
  case registered

  /// Whether the result is made of logits that labels are compared with.
  public var isLabeled: Bool { self == .organs || self == .regions || self == .global }
}

extension NetworkGraph {
  /// A layer without weights; it runs alike in training and inference.
  package enum PlainOperation: Hashable, Sendable {
    /// Some of the channels.
    case channels(Range<Int>)
    /// All inputs' channels, in order.
    case joining
    /// 1 for a sample in which some channel's voxels differ by more than a thousandth, else 0:
    /// `[N, 1, 1, 1, 1]`.
    case presence
    /// The mean of each channel: `[N, C, 1, 1, 1]`.
    case spatialMean
    /// The mean over the channels: `[N, 1, D, H, W]`.
    case channelMean
    /// The largest of the channels: `[N, 1, D, H, W]`.
    case channelMaximum
    /// The sum of each channel: `[N, C, 1, 1, 1]`.
    case spatialSum
    /// The mean of each channel, and its largest voxel beside it: `[N, C, 2, 1, 1]`.
    case pooledTwice
    /// The largest of each block of `stride` voxels.
    case blockMaxima(stride: [Int])
    /// The sum of both inputs.
    case sum
    /// Probabilities of the channels.
    case softmax
    /// Zero where an element is below.
    case rectification
    /// The first input times the second, which is broadcast.
    case product
    /// The first input times `base + sigmoid(second)`, which is broadcast.
    case gate(base: Double)
    /// Trilinear, so many times as many voxels.
    case enlarging([Int])
    /// The first input where the second, a displacement field, points; see ``Torch/Tensor``.
    case warp(scale: [Int])
    /// How alike places of both inputs are, a channel for each of the (2 · radius + 1)³ shifts.
    case correlation(radius: Int)
    /// The displacement field of a stationary velocity field.
    case integration(steps: Int, scale: [Int])

    /// The channels of the result.
    func channels(first: Int, all: Int) -> Int {
      switch self {
      case .channels(let range): range.count
      case .joining: all
      case .presence, .channelMean, .channelMaximum: 1
      case .correlation(let radius): (2 * radius + 1) * (2 * radius + 1) * (2 * radius + 1)
      case .spatialMean, .spatialSum, .pooledTwice, .blockMaxima, .sum, .softmax, .rectification,
        .product, .gate, .enlarging, .warp,
        .integration:
        first
      }
    }

    /// The result on these inputs, with its gradients.
    func callAsFunction(_ inputs: [Tensor]) throws(TorchError) -> Tensor {
      switch self {
      case .channels(let range): return try inputs[0].channels(range)
      case .joining: return try Tensor.joined(inputs)
      case .presence: return try inputs[0].presence()
      case .spatialMean: return try inputs[0].spatialMean()
      case .channelMean: return try inputs[0].channelMean()
      case .channelMaximum: return try inputs[0].channelMaximum()
      case .spatialSum: return try inputs[0].spatialSum()
      case .pooledTwice: return try inputs[0].pooledTwice()
      case .blockMaxima(let stride): return try inputs[0].blockMaxima(stride: stride)
      case .sum: return try inputs[0] + inputs[1]
      case .softmax: return try inputs[0].softmax()
      case .rectification: return try inputs[0].rectified()
      case .product: return try inputs[0] * inputs[1]
      case .gate(let base): return try inputs[0].gated(by: inputs[1], base: base)
      case .enlarging(let scale): return try inputs[0].enlarged(by: scale)
      case .warp(let scale): return try inputs[0].warped(by: inputs[1], scale: scale)
      case .correlation(let radius):
        return try inputs[0].correlation(with: inputs[1], radius: radius)
      case .integration(let steps, let scale):
        return try inputs[0].integrated(steps: steps, scale: scale)
      }
    }
  }
}
