extension M3NetPlan {
  /// The layers of M3-Net with the results that `heads` asks for, and nothing that they do not need.
  ///
  /// The plan must be valid (``validate(patchSize:)``). A modality whose channels are constant over
  /// the window is absent: its features are 0 whatever the constant is.
  package func graph(heads: NetworkHeads = .last) -> NetworkGraph {
    var builder = M3NetBuilder(plan: self)
    builder.build()
    let whole = builder.layers.graph
    let kept =
      switch heads {
      case .all: whole.outputs
      case .last: Array(whole.outputs.suffix(1))
      case .masks: whole.outputs.filter { $0.role == .global || $0.role == .regions }
      case .registration: whole.outputs.filter { $0.role == .field || $0.role == .registered }
      case .organsAndField:
        whole.outputs.filter { $0.role == .field } + whole.outputs.suffix(1)
      }
    return whole.pruned(to: kept)
  }

  /// The name and shape of every weight of a trained network, in the order the layers run: all but
  /// the heads that serve deep supervision alone.
  package var expectedWeights: [(name: String, shape: [Int])] {
    let whole = graph(heads: .all)
    let last = whole.outputs.suffix(1)
    return whole.pruned(to: whole.outputs.filter { $0.role != .organs } + last).weights
  }
}

/// Appends the modules of M3-Net to a graph, one after the other.
struct M3NetBuilder {
  typealias Value = NetworkGraph.Value

  let plan: M3NetPlan
  var layers: GraphLayers
  /// For each modality its channels with nothing in them where it is absent, and whether it is there.
  var inputs: [Value] = []
  var presences: [Value] = []
  /// The displacement field at each stage it was asked for.
  var fields: [Int: Value] = [:]
  /// The fused features of each stage.
  var fused: [Value] = []

  init(plan: M3NetPlan) {
    self.plan = plan
    layers = GraphLayers(
      graph: NetworkGraph(inputChannels: plan.inputChannels),
      hasBias: plan.convolutionBias,
      epsilon: plan.normalizationEpsilon,
      slope: plan.leakySlope
    )
  }

  mutating func build() {
    separateModalities()
    if plan.fusion == .input {
      let all = inputs.count == 1 ? inputs[0] : layers.plain(.joining, "encoder.input", of: inputs)
      fused = encoder("encoder", of: all)
    } else {
      let first = encoder("\(plan.modalities[0].name).encoder", of: inputs[0])
      let second = encoder("\(plan.modalities[1].name).encoder", of: inputs[1])
      if let registration = plan.registration { register(first, second, registration) }
      fused = plan.features.indices.map { fuse(first[$0], second[$0], stage: $0) }
    }
    let masks = plan.masks.map { findMasks($0) } ?? []
    findOrgans(gatedBy: masks)
  }

  private mutating func separateModalities() {
    var first = 0
    for modality in plan.modalities {
      let range = first..<first + modality.channels
      first = range.upperBound
      let own =
        plan.modalities.count == 1
        ? 0 : layers.plain(.channels(range), "\(modality.name).channels", of: [0])
      let presence = layers.plain(.presence, "\(modality.name).presence", of: [own])
      presences.append(presence)
      inputs.append(layers.plain(.product, "\(modality.name).input", of: [own, presence]))
    }
  }

  private mutating func encoder(_ name: String, of input: Value) -> [Value] {
    layers.residualEncoder(
      name,
      of: input,
      features: plan.features,
      kernels: plan.kernels,
      strides: plan.strides,
      depths: plan.encoderDepths
    )
  }

  func features(of stage: Int, divisor: Int) -> Int {
    divisor == 1 ? plan.features[stage] : max(4, plan.features[stage] / divisor)
  }

  /// From one stage up to the next finer one: a transposed convolution, joined with the fused
  /// features there, and convolutions.
  mutating func decoded(
    _ name: String,
    _ x: Value,
    to stage: Int,
    divisor: Int
  ) -> Value {
    let index = plan.features.count - 2 - stage
    let channels = features(of: stage, divisor: divisor)
    var y = layers.upsampled(
      "\(name).transpconvs.\(index)",
      of: x,
      stride: plan.strides[stage + 1],
      channels: channels
    )
    var inputs = [y, fused[stage]]
    for step in 0..<plan.decoderDepths[index] {
      y = layers.block(
        "\(name).stages.\(index).convs.\(step)",
        of: inputs,
        kernel: plan.kernels[stage],
        channels: channels
      )
      inputs = [y]
    }
    return y
  }

  /// How many times the resolution of one stage is that of a coarser one.
  func ratio(_ fine: Int, _ coarse: Int) -> [Int] {
    zip(plan.scales[coarse], plan.scales[fine]).map { $0 / $1 }
  }
}
