/// A mask that gates finer features.
struct CoarseMask {
  /// The probabilities of its channels.
  let probabilities: NetworkGraph.Value
  /// The stage at which they were found.
  let stage: Int
  let name: String
}

extension M3NetBuilder {
  /// The global and the regional pathway, each a decoder that stops at its stage.
  /// - Returns: The masks, the coarser first.
  mutating func findMasks(_ masks: MaskPlan) -> [CoarseMask] {
    var found: [CoarseMask] = []
    func pathway(
      _ role: NetworkRole,
      _ builder: inout M3NetBuilder,
      to stage: Int,
      channels: Int
    ) {
      let name = role.rawValue
      let bottom = builder.plan.features.count - 1
      var x = builder.fused[bottom]
      for next in (stage..<bottom).reversed() {
        x = builder.decoded(name, x, to: next, divisor: masks.featureDivisor)
        x = builder.gated(x, at: next, by: found, name)
      }
      let logits = builder.layers.convolution("\(name).head", of: [x], channels: channels)
      builder.layers.graph.outputs.append(.init(role: role, value: logits))
      let mask = builder.layers.plain(.softmax, "\(name).probabilities", of: [logits])
      found.append(CoarseMask(probabilities: mask, stage: stage, name: name))
    }
    pathway(.global, &self, to: masks.globalStage, channels: 2)
    if !masks.regions.isEmpty {
      pathway(.regions, &self, to: masks.regionalStage, channels: masks.regions.count + 1)
    }
    return found
  }

  /// The organs' pathway: a decoder to full resolution with a head at each stage.
  mutating func findOrgans(gatedBy masks: [CoarseMask]) {
    let bottom = plan.features.count - 1
    var x = fused[bottom]
    for stage in (0..<bottom).reversed() {
      x = decoded("organs", x, to: stage, divisor: 1)
      x = gated(x, at: stage, by: masks, "organs")
      let head = layers.convolution(
        "organs.seg_layers.\(bottom - 1 - stage)",
        of: [x],
        channels: plan.outputChannels
      )
      layers.graph.outputs.append(.init(role: .organs, value: head))
    }
  }

  /// Features times `1 + sigmoid(w · p + b)` of the finest mask that is known at their stage: between
  /// once and twice, so that a mask that errs dims an organ but never deletes it.
  mutating func gated(
    _ x: Value,
    at stage: Int,
    by masks: [CoarseMask],
    _ pathway: String
  ) -> Value {
    guard let mask = masks.last(where: { $0.stage >= stage }) else { return x }
    let name = "\(pathway).gates.\(plan.features.count - 2 - stage)"
    var probabilities = mask.probabilities
    if mask.stage > stage {
      probabilities = layers.plain(
        .enlarging(ratio(stage, mask.stage)),
        "\(name).\(mask.name)",
        of: [probabilities]
      )
    }
    let gate = layers.convolution(
      name,
      of: [probabilities],
      channels: layers.graph.channels(of: x)
    )
    return layers.plain(.gate(base: 1), "\(name).gated", of: [x, gate])
  }
}
