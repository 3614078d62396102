/// The groups of layers that networks are built of, appended to a graph.
struct GraphLayers {
  typealias Value = NetworkGraph.Value

  var graph: NetworkGraph
  /// Whether convolutions have a bias.
  let hasBias: Bool
  /// Added to the variance under the root.
  let epsilon: Double
  /// The slope of the leaky ReLU below zero.
  let slope: Double

  /// A residual encoder: a stem, then stages of blocks.
  ///
  /// A stage's result becomes what `recalibrated` makes of it before anything reads it.
  /// - Returns: The result of each stage, from full resolution down.
  mutating func residualEncoder(
    _ name: String,
    of input: Value,
    features: [Int],
    kernels: [[Int]],
    strides: [[Int]],
    depths: [Int],
    recalibrated: (inout GraphLayers, Value, _ stage: Int) -> Value = { _, value, _ in value }
  ) -> [Value] {
    var x = block("\(name).stem.convs.0", of: [input], kernel: kernels[0], channels: features[0])
    var results: [Value] = []
    for stage in features.indices {
      for index in 0..<depths[stage] {
        x = residual(
          "\(name).stages.\(stage).blocks.\(index)",
          of: x,
          kernel: kernels[stage],
          channels: features[stage],
          stride: index == 0 ? strides[stage] : [1, 1, 1]
        )
      }
      x = recalibrated(&self, x, stage)
      results.append(x)
    }
    return results
  }

  /// Convolution, instance norm, leaky ReLU: nnU-Net's `ConvDropoutNormReLU` without dropout.
  mutating func block(
    _ name: String,
    of inputs: [Value],
    kernel: [Int],
    channels: Int,
    stride: [Int] = [1, 1, 1]
  ) -> Value {
    let y = graph.append(
      .convolution(kernel: kernel, stride: stride, hasBias: hasBias),
      "\(name).conv",
      of: inputs,
      channels: channels
    )
    return normalized("\(name).norm", [y], slope: slope)
  }

  /// nnU-Net's `BasicBlockD` after ResNet-D (He et al., CVPR 2019): where the sizes change, the skip
  /// is an average pooling; where the features change, it has a 1×1×1 convolution of its own.
  mutating func residual(
    _ name: String,
    of x: Value,
    kernel: [Int],
    channels: Int,
    stride: [Int]
  ) -> Value {
    var skip = x
    let pools = stride != [1, 1, 1]
    if pools {
      skip = graph.append(.averagePooling(stride: stride), "\(name).skip.pool", of: [skip])
    }
    if graph.channels(of: x) != channels {
      // The pooling, where there is one, is the skip's first layer, so the projection is its second.
      let projection = "\(name).skip.\(pools ? 1 : 0)"
      skip = graph.append(
        .convolution(kernel: [1, 1, 1], stride: [1, 1, 1], hasBias: false),
        "\(projection).conv",
        of: [skip],
        channels: channels
      )
      skip = normalized("\(projection).norm", [skip], slope: 1)
    }
    let first = block("\(name).conv1", of: [x], kernel: kernel, channels: channels, stride: stride)
    let second = graph.append(
      .convolution(kernel: kernel, stride: [1, 1, 1], hasBias: hasBias),
      "\(name).conv2.conv",
      of: [first]
    )
    return normalized("\(name).conv2.norm", [second, skip], slope: slope)
  }

  /// A transposed convolution whose kernel is its stride.
  mutating func upsampled(
    _ name: String,
    of x: Value,
    stride: [Int],
    channels: Int
  ) -> Value {
    graph.append(.upsampling(stride: stride, hasBias: hasBias), name, of: [x], channels: channels)
  }

  /// A convolution of its own, with a bias.
  mutating func convolution(
    _ name: String,
    of inputs: [Value],
    kernel: [Int] = [1, 1, 1],
    channels: Int
  ) -> Value {
    graph.append(
      .convolution(kernel: kernel, stride: [1, 1, 1], hasBias: true),
      name,
      of: inputs,
      channels: channels
    )
  }

  /// An operation without weights.
  mutating func plain(
    _ operation: NetworkGraph.PlainOperation,
    _ name: String,
    of inputs: [Value]
  ) -> Value {
    graph.append(.plain(operation), name, of: inputs)
  }

  private mutating func normalized(_ name: String, _ inputs: [Value], slope: Double) -> Value {
    graph.append(.normalization(epsilon: epsilon, slope: slope), name, of: inputs)
  }
}
