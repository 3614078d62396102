/// Which results a graph of a network has.
package enum NetworkHeads: Hashable, Sendable {
  /// The classes' logits at full resolution: what inference needs.
  case last
  /// All that training compares or regularizes: the classes' logits after each decoder stage, from
  /// the lowest resolution up, and before them masks and registration where there are any.
  case all
  /// The coarse masks, global and regional; nothing of a network without.
  case masks
  /// The displacement field and the registered scan; nothing of a network without.
  case registration
  /// The displacement field, and last the classes' logits at full resolution; of a network without a
  /// registration the logits alone.
  case organsAndField
}

extension UNetPlan {
  /// The layers of the U-Net: encoder stages down, transposed convolutions and skips up.
  ///
  /// The plan must be valid (``validate(patchSize:)``).
  /// - SeeAlso: Ronneberger et al., MICCAI 2015; Isensee et al., *Nature Methods* 18 (2021), 203–211;
  ///   `dynamic_network_architectures` 0.4 for the names.
  package func graph(heads: NetworkHeads = .last) -> NetworkGraph {
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
  private var layers: GraphLayers
  private var attention: MaskAttention?

  init(plan: UNetPlan) {
    self.plan = plan
    attention = plan.maskAttention.map { MaskAttention(plan: $0) }
    layers = GraphLayers(
      graph: NetworkGraph(inputChannels: plan.inputChannels),
      hasBias: plan.convolutionBias,
      epsilon: plan.normalizationEpsilon,
      slope: plan.leakySlope
    )
  }

  mutating func build(_ heads: NetworkHeads) -> NetworkGraph {
    guard heads != .masks, heads != .registration else { return layers.graph }
    var skips = plan.encoder == .residual ? residualStages() : plainStages()
    var x = skips.removeLast()
    for index in plan.decoderDepths.indices {
      let stage = plan.features.count - 2 - index
      x = layers.upsampled(
        "decoder.transpconvs.\(index)",
        of: x,
        stride: plan.strides[stage + 1],
        channels: plan.features[stage]
      )
      var inputs = [x, skips.removeLast()]
      for step in 0..<plan.decoderDepths[index] {
        x = block("decoder.stages.\(index).convs.\(step)", of: inputs, stage: stage)
        inputs = [x]
      }
      if heads == .all || index == plan.decoderDepths.count - 1 {
        let head = layers.convolution(
          "decoder.seg_layers.\(index)",
          of: [x],
          channels: plan.outputChannels
        )
        layers.graph.outputs.append(.init(role: .organs, value: head))
      }
    }
    return layers.graph
  }

  private mutating func residualStages() -> [NetworkGraph.Value] {
    var attention = attention
    let plan = plan
    return layers.residualEncoder(
      "encoder",
      of: 0,
      features: plan.features,
      kernels: plan.kernels,
      strides: plan.strides,
      depths: plan.encoderDepths
    ) { layers, value, stage in
      attention?.applied(to: value, stage: stage, of: plan, in: &layers) ?? value
    }
  }

  private mutating func plainStages() -> [NetworkGraph.Value] {
    var x = 0
    var results: [NetworkGraph.Value] = []
    for stage in plan.features.indices {
      for index in 0..<plan.encoderDepths[stage] {
        x = block(
          "encoder.stages.\(stage).0.convs.\(index)",
          of: [x],
          stage: stage,
          stride: index == 0 ? plan.strides[stage] : [1, 1, 1]
        )
      }
      x = attention?.applied(to: x, stage: stage, of: plan, in: &layers) ?? x
      results.append(x)
    }
    return results
  }

  private mutating func block(
    _ name: String,
    of inputs: [NetworkGraph.Value],
    stage: Int,
    stride: [Int] = [1, 1, 1]
  ) -> NetworkGraph.Value {
    layers.block(
      name,
      of: inputs,
      kernel: plan.kernels[stage],
      channels: plan.features[stage],
      stride: stride
    )
  }
}
