internal import NeuralNetworks

extension UNetPlan {
  /// The network's operators in the order they run, from `input` to `logits`.
  ///
  /// Weights are inputs by the names of ``UNetPlan/expectedWeights``.
  func onnxNodes() -> [ONNXNode] {
    var graph = ONNXGraphBuilder(plan: self)
    return graph.build()
  }
}

private struct ONNXGraphBuilder {
  let plan: UNetPlan
  private var nodes: [ONNXNode] = []

  init(plan: UNetPlan) { self.plan = plan }

  mutating func build() -> [ONNXNode] {
    var x = "input"
    var skips: [String] = []
    if plan.encoder == .residual {
      x = block("encoder.stem.convs.0", of: x, kernel: plan.kernels[0])
    }
    var channels = plan.encoder == .residual ? plan.features[0] : plan.inputChannels
    for stage in plan.features.indices {
      for index in 0..<plan.encoderDepths[stage] {
        let stride = index == 0 ? plan.strides[stage] : [1, 1, 1]
        let kernel = plan.kernels[stage]
        switch plan.encoder {
        case .plain:
          x = block(
            "encoder.stages.\(stage).0.convs.\(index)",
            of: x,
            kernel: kernel,
            stride: stride
          )
        case .residual:
          x = residual(
            "encoder.stages.\(stage).blocks.\(index)",
            of: x,
            kernel: kernel,
            stride: stride,
            projects: channels != plan.features[stage]
          )
        }
        channels = plan.features[stage]
      }
      skips.append(x)
    }
    skips.removeLast()  // the bottleneck is x itself
    for index in plan.decoderDepths.indices {
      let below = plan.features.count - 1 - index
      let upsampled = upsample("decoder.transpconvs.\(index)", of: x, by: plan.strides[below])
      x = add(
        "Concat",
        [upsampled, skips.removeLast()],
        "decoder.stages.\(index).concat",
        [("axis", .integer(1))]
      )
      for step in 0..<plan.decoderDepths[index] {
        x = block(
          "decoder.stages.\(index).convs.\(step)",
          of: x,
          kernel: plan.kernels[below - 1]
        )
      }
    }
    _ = convolution(
      "decoder.seg_layers.\(plan.decoderDepths.count - 1)",
      of: x,
      kernel: [1, 1, 1],
      bias: true,
      output: "logits"
    )
    return nodes
  }

  private mutating func add(
    _ type: String,
    _ inputs: [String],
    _ output: String,
    _ attributes: [(String, ONNXNode.Attribute)] = []
  ) -> String {
    nodes.append(ONNXNode(type: type, inputs: inputs, output: output, attributes: attributes))
    return output
  }

  private mutating func convolution(
    _ name: String,
    of x: String,
    kernel: [Int],
    stride: [Int] = [1, 1, 1],
    bias: Bool,
    output: String? = nil
  ) -> String {
    let padding = kernel.map { ($0 - 1) / 2 }
    return add(
      "Conv",
      [x, "\(name).weight"] + (bias ? ["\(name).bias"] : []),
      output ?? name,
      [
        ("kernel_shape", .integers(kernel)), ("strides", .integers(stride)),
        ("pads", .integers(padding + padding)),
      ]
    )
  }

  private mutating func upsample(_ name: String, of x: String, by stride: [Int]) -> String {
    add(
      "ConvTranspose",
      [x, "\(name).weight"] + (plan.convolutionBias ? ["\(name).bias"] : []),
      name,
      [("kernel_shape", .integers(stride)), ("strides", .integers(stride))]
    )
  }

  private mutating func normalized(_ x: String, _ name: String) -> String {
    add(
      "InstanceNormalization",
      [x, "\(name).norm.weight", "\(name).norm.bias"],
      "\(name).norm",
      [("epsilon", .float(plan.normalizationEpsilon))]
    )
  }

  private mutating func leaky(_ x: String, _ name: String) -> String {
    add("LeakyRelu", [x], name, [("alpha", .float(plan.leakySlope))])
  }

  /// Convolution, instance normalization, leaky ReLU.
  private mutating func block(
    _ name: String,
    of x: String,
    kernel: [Int],
    stride: [Int] = [1, 1, 1]
  ) -> String {
    let convolved = convolution(
      "\(name).conv",
      of: x,
      kernel: kernel,
      stride: stride,
      bias: plan.convolutionBias
    )
    return leaky(normalized(convolved, name), "\(name).nonlin")
  }

  /// A residual block with a skip after ResNet-D: average pooling, then a 1×1×1 projection.
  private mutating func residual(
    _ name: String,
    of x: String,
    kernel: [Int],
    stride: [Int],
    projects: Bool
  ) -> String {
    let first = block("\(name).conv1", of: x, kernel: kernel, stride: stride)
    let second = normalized(
      convolution("\(name).conv2.conv", of: first, kernel: kernel, bias: plan.convolutionBias),
      "\(name).conv2"
    )
    var skip = x
    let pools = stride != [1, 1, 1]
    if pools {
      skip = add(
        "AveragePool",
        [skip],
        "\(name).skip.pool",
        [("kernel_shape", .integers(stride)), ("strides", .integers(stride))]
      )
    }
    if projects {
      let projection = "\(name).skip.\(pools ? 1 : 0)"
      skip = normalized(
        convolution("\(projection).conv", of: skip, kernel: [1, 1, 1], bias: false),
        projection
      )
    }
    return leaky(add("Add", [second, skip], "\(name).sum"), "\(name).nonlin2")
  }
}
