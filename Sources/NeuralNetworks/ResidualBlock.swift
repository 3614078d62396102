import Torch

/// Two convolutions and a skip: `[N, Cin, D, H, W]` to `[N, Cout, D/s, H/s, W/s]`.
///
/// nnU-Net's `BasicBlockD` after ResNet-D (He et al., CVPR 2019): where the sizes change, the skip
/// is an average pooling; where the features change, it has a 1×1×1 convolution of its own.
struct ResidualBlock: Module {
  private let first: ConvolutionBlock
  private let second: ConvolutionBlock
  private let poolStride: [Int]?
  private let projection: ConvolutionBlock?

  init(
    _ name: String,
    from input: Int,
    to output: Int,
    kernel: [Int],
    stride: [Int],
    plan: UNetPlan,
    weights: some WeightSource,
    placement: Placement
  ) throws(NetworkError) {
    first = try ConvolutionBlock(
      "\(name).conv1",
      from: input,
      to: output,
      kernel: kernel,
      stride: stride,
      hasBias: plan.convolutionBias,
      slope: plan.leakySlope,
      plan: plan,
      weights: weights,
      placement: placement
    )
    // The second block's nonlinearity comes after the sum, so it is part of its own kernel.
    second = try ConvolutionBlock(
      "\(name).conv2",
      from: output,
      to: output,
      kernel: kernel,
      stride: [1, 1, 1],
      hasBias: plan.convolutionBias,
      slope: plan.leakySlope,
      plan: plan,
      weights: weights,
      placement: placement
    )
    let isStrided = stride.contains { $0 != 1 }
    poolStride = isStrided ? stride : nil
    projection =
      input == output
      ? nil
      : try ConvolutionBlock(
        "\(name).skip.\(isStrided ? 1 : 0)",
        from: input,
        to: output,
        kernel: [1, 1, 1],
        stride: [1, 1, 1],
        hasBias: false,
        slope: 1,
        plan: plan,
        weights: weights,
        placement: placement
      )
  }

  func callAsFunction(_ x: consuming Tensor) throws(TorchError) -> Tensor {
    var residual = copy x
    if let poolStride { residual = try residual.averagePooled(stride: poolStride) }
    if let projection { residual = try projection(residual) }
    return try second.apply(first(consume x), residual: residual)
  }
}
