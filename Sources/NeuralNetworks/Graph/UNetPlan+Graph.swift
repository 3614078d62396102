extension UNetPlan {
  /// Which of the decoder's heads a graph has.
  package enum Heads: Hashable, Sendable {
    /// The one at full resolution.
    case last
    /// One after each decoder stage, from the lowest resolution up: deep supervision in training.
    case all
  }

  /// The layers of the U-Net: encoder stages down, transposed convolutions and skips up.
  ///
  /// The plan must be valid (``validate(patchSize:)``).
  /// - SeeAlso: Ronneberger et al., MICCAI 2015; Isensee et al., *Nature Methods* 18 (2021), 203–211;
  ///   `dynamic_network_architectures` 0.4 for the names.
  package func graph(heads: Heads = .last) -> NetworkGraph {
    var builder = UNetBuilder(plan: self)
    return builder.build(heads)
  }

  /// The name and shape of every weight that inference needs, in the order the layers run.
  ///
  /// The names are nnU-Net's. Of the decoder's segmentation heads only the last, at full
  /// resolution, is among them; the others serve deep supervision in training.
  package var expectedWeights: [(name: String, shape: [Int])] { graph().weights }
}

private struct UNetBuilder {
  let plan: UNetPlan
  private var graph: NetworkGraph

  init(plan: UNetPlan) {
    self.plan = plan
    graph = NetworkGraph(inputChannels: plan.inputChannels)
  }

  mutating func build(_ heads: UNetPlan.Heads) -> NetworkGraph {
    var x = 0
    var skips: [NetworkGraph.Value] = []
    if plan.encoder == .residual {
      x = block("encoder.stem.convs.0", of: [x], stage: 0, stride: [1, 1, 1])
    }
    for stage in plan.features.indices {
      for index in 0..<plan.encoderDepths[stage] {
        let stride = index == 0 ? plan.strides[stage] : [1, 1, 1]
        switch plan.encoder {
        case .plain:
          x = block(
            "encoder.stages.\(stage).0.convs.\(index)",
            of: [x],
            stage: stage,
            stride: stride
          )
        case .residual:
          x = residual(
            "encoder.stages.\(stage).blocks.\(index)",
            of: x,
            stage: stage,
            stride: stride
          )
        }
      }
      skips.append(x)
    }
    skips.removeLast()  // the bottleneck is x itself
    for index in plan.decoderDepths.indices {
      let stage = plan.features.count - 2 - index
      let stride = plan.strides[stage + 1]
      x = graph.append(
        .upsampling(stride: stride, hasBias: plan.convolutionBias),
        "decoder.transpconvs.\(index)",
        of: [x],
        channels: plan.features[stage]
      )
      var inputs = [x, skips.removeLast()]
      for step in 0..<plan.decoderDepths[index] {
        x = block("decoder.stages.\(index).convs.\(step)", of: inputs, stage: stage)
        inputs = [x]
      }
      if heads == .all || index == plan.decoderDepths.count - 1 {
        graph.outputs.append(head("decoder.seg_layers.\(index)", of: x))
      }
    }
    return graph
  }

  private mutating func head(
    _ name: String,
    of x: NetworkGraph.Value
  ) -> NetworkGraph.Value {
    graph.append(
      .convolution(kernel: [1, 1, 1], stride: [1, 1, 1], hasBias: true),
      name,
      of: [x],
      channels: plan.outputChannels
    )
  }

  /// Convolution, instance norm, leaky ReLU: nnU-Net's `ConvDropoutNormReLU` without dropout.
  private mutating func block(
    _ name: String,
    of inputs: [NetworkGraph.Value],
    stage: Int,
    stride: [Int] = [1, 1, 1]
  ) -> NetworkGraph.Value {
    let y = graph.append(
      .convolution(kernel: plan.kernels[stage], stride: stride, hasBias: plan.convolutionBias),
      "\(name).conv",
      of: inputs,
      channels: plan.features[stage]
    )
    return normalized("\(name).norm", [y], slope: plan.leakySlope)
  }

  /// nnU-Net's `BasicBlockD` after ResNet-D (He et al., CVPR 2019): where the sizes change, the skip
  /// is an average pooling; where the features change, it has a 1×1×1 convolution of its own.
  private mutating func residual(
    _ name: String,
    of x: NetworkGraph.Value,
    stage: Int,
    stride: [Int]
  ) -> NetworkGraph.Value {
    var skip = x
    let pools = stride != [1, 1, 1]
    if pools {
      skip = graph.append(.averagePooling(stride: stride), "\(name).skip.pool", of: [skip])
    }
    if graph.channels(of: x) != plan.features[stage] {
      // The pooling, where there is one, is the skip's first layer, so the projection is its second.
      let projection = "\(name).skip.\(pools ? 1 : 0)"
      skip = graph.append(
        .convolution(kernel: [1, 1, 1], stride: [1, 1, 1], hasBias: false),
        "\(projection).conv",
        of: [skip],
        channels: plan.features[stage]
      )
      skip = normalized("\(projection).norm", [skip], slope: 1)
    }
    let first = block("\(name).conv1", of: [x], stage: stage, stride: stride)
    let second = graph.append(
      .convolution(kernel: plan.kernels[stage], stride: [1, 1, 1], hasBias: plan.convolutionBias),
      "\(name).conv2.conv",
      of: [first]
    )
    return normalized("\(name).conv2.norm", [second, skip], slope: plan.leakySlope)
  }

  private mutating func normalized(
    _ name: String,
    _ inputs: [NetworkGraph.Value],
    slope: Double
  ) -> NetworkGraph.Value {
    graph.append(
      .normalization(epsilon: plan.normalizationEpsilon, slope: slope),
      name,
      of: inputs
    )
  }
}
