import Torch

/// The affine part of an instance normalization.
struct InstanceNorm {
  let scale: [Float]
  let shift: [Float]
  let epsilon: Double

  init(
    _ name: String,
    channels: Int,
    epsilon: Double,
    from weights: some WeightSource
  ) throws(NetworkError) {
    scale = try weights.values(named: "\(name).weight", shape: [channels])
    shift = try weights.values(named: "\(name).bias", shape: [channels])
    self.epsilon = epsilon
  }
}

/// Convolution, instance norm, leaky ReLU: `[N, Cin, D, H, W]` to `[N, Cout, D/s, H/s, W/s]`.
///
/// nnU-Net's `ConvDropoutNormReLU`; dropout does nothing at inference. The residual, if any, is
/// added between normalization and nonlinearity.
struct ConvolutionBlock: Module {
  private let convolution: Convolution
  private let norm: InstanceNorm
  private let slope: Double

  /// A block from its weights; a slope of 1 ends it with the normalization.
  init(
    _ name: String,
    from input: Int,
    to output: Int,
    kernel: [Int],
    stride: [Int],
    hasBias: Bool,
    slope: Double,
    plan: UNetPlan,
    weights: some WeightSource,
    placement: Placement
  ) throws(NetworkError) {
    let shape = [output, input] + kernel
    let weight = try weights.values(named: "\(name).conv.weight", shape: shape)
    var bias: [Float]?
    if hasBias { bias = try weights.values(named: "\(name).conv.bias", shape: [output]) }
    convolution = try building {
      () throws(TorchError) in
      try Convolution(
        weight: weight,
        shape: shape,
        bias: bias,
        stride: stride,
        type: placement.type,
        on: placement.device
      )
    }
    norm = try InstanceNorm(
      "\(name).norm",
      channels: output,
      epsilon: plan.normalizationEpsilon,
      from: weights
    )
    self.slope = slope
  }

  func callAsFunction(_ x: consuming Tensor) throws(TorchError) -> Tensor {
    try apply(consume x)
  }

  /// The block on `x`'s channels followed by `skip`'s; `residual` is added before the nonlinearity.
  func apply(
    _ x: consuming Tensor,
    skip: consuming Tensor? = nil,
    residual: Tensor? = nil
  ) throws(TorchError) -> Tensor {
    let y = try convolution(consume x, skip: consume skip)
    try y.normalizeAndActivate(
      scale: norm.scale,
      shift: norm.shift,
      epsilon: norm.epsilon,
      residual: residual,
      slope: slope
    )
    return y
  }
}

/// Turns libtorch's errors while a network is built into the network's.
func building<Result>(
  _ body: () throws(TorchError) -> Result
) throws(NetworkError) -> Result {
  do { return try body() } catch { throw .torch(error) }
}
