public import Torch

/// A 3D U-Net as nnU-Net v2 builds it: `[N, Cin, D, H, W]` to logits `[N, Cout, D, H, W]`.
///
/// Encoder stages down, transposed convolutions and skips up, a 1×1×1 head at full resolution;
/// the heads of deep supervision are left out. Ronneberger et al., MICCAI 2015; Isensee et al.,
/// *Nature Methods* 18 (2021). Sizes must be divisible by the product of the strides.
public struct UNet: Module {
  private let stem: ConvolutionBlock?
  private let encoder: [[any Module]]
  private let decoder: [DecoderStage]
  private let head: Convolution
  private let type: TensorType
  /// The number of channels of a window.
  public let inputChannels: Int

  /// A network from its plan and weights, laid out for a device.
  /// - Throws: ``NetworkError`` where a weight is missing or has another shape.
  public init(
    _ plan: UNetPlan,
    weights: some WeightSource,
    placement: Placement = Placement()
  ) throws(NetworkError) {
    type = placement.type
    inputChannels = plan.inputChannels
    let site = Site(plan: plan, weights: weights, placement: placement)
    stem =
      plan.encoder == .plain
      ? nil
      : try site.block(
        "encoder.stem.convs.0",
        from: plan.inputChannels,
        to: plan.features[0],
        stage: 0,
        stride: [1, 1, 1]
      )
    var encoder: [[any Module]] = []
    for stage in plan.features.indices {
      let input =
        stage > 0
        ? plan.features[stage - 1]
        : plan.encoder == .plain ? plan.inputChannels : plan.features[0]
      encoder.append(try site.encoderStage(stage, from: input))
    }
    self.encoder = encoder
    var decoder: [DecoderStage] = []
    for index in plan.decoderDepths.indices {
      decoder.append(try site.decoderStage(index))
    }
    self.decoder = decoder
    let headName = "decoder.seg_layers.\(plan.decoderDepths.count - 1)"
    let shape = [plan.outputChannels, plan.features[0], 1, 1, 1]
    let weight = try weights.values(named: "\(headName).weight", shape: shape)
    let bias = try weights.values(named: "\(headName).bias", shape: [plan.outputChannels])
    head = try building { () throws(TorchError) in
      try Convolution(
        weight: weight,
        shape: shape,
        bias: bias,
        stride: [1, 1, 1],
        type: placement.type,
        on: placement.device
      )
    }
  }

  /// The logits of a batch of windows, in single precision.
  public func callAsFunction(_ x: consuming Tensor) throws(TorchError) -> Tensor {
    var x = try x.converted(to: type)
    // `consume`: what a layer has read is freed before the next one allocates.
    if let stem { x = try stem(consume x) }
    var skips: [Tensor] = []
    for stage in encoder {
      for block in stage { x = try block(consume x) }
      skips.append(x)
    }
    skips.removeLast()  // the bottleneck is x itself
    for stage in decoder {
      x = try stage.apply(consume x, skip: skips.removeLast())
    }
    return try head(consume x).converted(to: .float32)
  }
}

/// Upsampling, then convolutions; the first takes the upsampled channels followed by the skip's.
struct DecoderStage {
  let upsampling: Convolution
  let blocks: [ConvolutionBlock]

  func apply(_ x: consuming Tensor, skip: consuming Tensor) throws(TorchError) -> Tensor {
    let up = try upsampling(consume x)
    guard let first = blocks.first else { return up }
    var y = try first.apply(consume up, skip: consume skip)
    for block in blocks.dropFirst() { y = try block(consume y) }
    return y
  }
}

/// Where a network is being built: what every layer's initializer needs.
private struct Site<Weights: WeightSource> {
  let plan: UNetPlan
  let weights: Weights
  let placement: Placement

  func block(
    _ name: String,
    from input: Int,
    to output: Int,
    stage: Int,
    stride: [Int]
  ) throws(NetworkError) -> ConvolutionBlock {
    try ConvolutionBlock(
      name,
      from: input,
      to: output,
      kernel: plan.kernels[stage],
      stride: stride,
      hasBias: plan.convolutionBias,
      slope: plan.leakySlope,
      plan: plan,
      weights: weights,
      placement: placement
    )
  }

  func encoderStage(_ stage: Int, from input: Int) throws(NetworkError) -> [any Module] {
    var blocks: [any Module] = []
    for index in 0..<plan.encoderDepths[stage] {
      let from = index == 0 ? input : plan.features[stage]
      let stride = index == 0 ? plan.strides[stage] : [1, 1, 1]
      switch plan.encoder {
      case .plain:
        blocks.append(
          try block(
            "encoder.stages.\(stage).0.convs.\(index)",
            from: from,
            to: plan.features[stage],
            stage: stage,
            stride: stride
          )
        )
      case .residual:
        blocks.append(
          try ResidualBlock(
            "encoder.stages.\(stage).blocks.\(index)",
            from: from,
            to: plan.features[stage],
            kernel: plan.kernels[stage],
            stride: stride,
            plan: plan,
            weights: weights,
            placement: placement
          )
        )
      }
    }
    return blocks
  }

  func decoderStage(_ index: Int) throws(NetworkError) -> DecoderStage {
    let below = plan.features.count - 1 - index
    let stage = below - 1
    let features = plan.features[stage]
    let shape = [plan.features[below], features] + plan.strides[below]
    let name = "decoder.transpconvs.\(index)"
    let weight = try weights.values(named: "\(name).weight", shape: shape)
    var bias: [Float]?
    if plan.convolutionBias { bias = try weights.values(named: "\(name).bias", shape: [features]) }
    let upsampling = try building { () throws(TorchError) in
      try Convolution(
        transposedWeight: weight,
        shape: shape,
        bias: bias,
        type: placement.type,
        on: placement.device
      )
    }
    var blocks: [ConvolutionBlock] = []
    for convolution in 0..<plan.decoderDepths[index] {
      blocks.append(
        try block(
          "decoder.stages.\(index).convs.\(convolution)",
          from: convolution == 0 ? 2 * features : features,
          to: features,
          stage: stage,
          stride: [1, 1, 1]
        )
      )
    }
    return DecoderStage(upsampling: upsampling, blocks: blocks)
  }
}
