extension M3NetBuilder {
  /// The features of both modalities at one stage as one: align, recalibrate, merge.
  mutating func fuse(_ first: Value, _ second: Value, stage: Int) -> Value {
    let name = "fusion.\(stage)"
    var parts = [first, second]
    if plan.fusion == .alignedGates {
      let field = field(at: stage)
      parts[1] = layers.plain(
        .warp(scale: plan.scales[stage]),
        "\(name).aligned",
        of: [parts[1], field]
      )
    }
    // Biases give an absent modality features; they are taken away before anything looks at them.
    for index in parts.indices {
      parts[index] = layers.plain(
        .product,
        "\(name).present.\(index)",
        of: [parts[index], presences[index]]
      )
    }
    if plan.fusion != .concatenation {
      parts = channelGated(parts, name, stage)
      parts = voxelGated(parts, name, stage)
    }
    return layers.block(
      "\(name).merge",
      of: parts,
      kernel: [1, 1, 1],
      channels: plan.features[stage]
    )
  }

  /// Squeeze and excitation over both modalities: each channel's gate knows the means of all, and
  /// which modalities are there.
  private mutating func channelGated(_ parts: [Value], _ name: String, _ stage: Int) -> [Value] {
    let count = plan.features[stage]
    let means = parts.enumerated().map {
      layers.plain(.spatialMean, "\(name).mean.\($0.offset)", of: [$0.element])
    }
    let squeezed = layers.plain(.joining, "\(name).squeeze", of: means + presences)
    let hidden = layers.convolution(
      "\(name).excite.0",
      of: [squeezed],
      channels: max(4, 2 * count / plan.gateReduction)
    )
    let active = layers.plain(.rectification, "\(name).excite.relu", of: [hidden])
    let gates = layers.convolution("\(name).excite.1", of: [active], channels: 2 * count)
    return gated(parts, by: gates, channels: count, "\(name).channels")
  }

  /// A gate over voxels from the mean and the maximum of each modality's channels.
  private mutating func voxelGated(_ parts: [Value], _ name: String, _ stage: Int) -> [Value] {
    var maps: [Value] = []
    for (index, part) in parts.enumerated() {
      maps.append(layers.plain(.channelMean, "\(name).means.\(index)", of: [part]))
      maps.append(layers.plain(.channelMaximum, "\(name).maxima.\(index)", of: [part]))
    }
    let joined = layers.plain(.joining, "\(name).maps", of: maps)
    let gates = layers.convolution(
      "\(name).attend",
      of: [joined],
      kernel: plan.kernels[stage],
      channels: 2
    )
    return gated(parts, by: gates, channels: 1, "\(name).voxels")
  }

  private mutating func gated(
    _ parts: [Value],
    by gates: Value,
    channels count: Int,
    _ name: String
  ) -> [Value] {
    var result: [Value] = []
    for (index, part) in parts.enumerated() {
      let range = index * count..<(index + 1) * count
      let gate = layers.plain(.channels(range), "\(name).gate.\(index)", of: [gates])
      result.append(layers.plain(.gate(base: 0), "\(name).gated.\(index)", of: [part, gate]))
    }
    return result
  }
}
