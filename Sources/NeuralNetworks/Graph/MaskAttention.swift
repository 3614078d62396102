/// Appends attention to masks to the stages of an encoder, from full resolution down.
///
/// The masks follow the stages down, as the largest and as the mean of each block of voxels: the first
/// keeps a small tumor alive at low resolution, the second says how much of a voxel is tumor.
/// - SeeAlso: Woo et al., ECCV 2018 (CBAM); Tie et al., HNTS-MRG 2024 (UW LAIR).
struct MaskAttention {
  typealias Value = NetworkGraph.Value

  let plan: MaskAttentionPlan
  /// The masks at the last stage's resolution: block maxima, and block means.
  private var largest: Value?
  private var means: Value?

  init(plan: MaskAttentionPlan) { self.plan = plan }

  /// `x + x · channel gate · voxel gate`.
  mutating func applied(
    to x: Value,
    stage: Int,
    of network: UNetPlan,
    in layers: inout GraphLayers
  ) -> Value {
    let name = "encoder.attention.\(stage)"
    let masks = masks(at: stage, stride: network.strides[stage], name, in: &layers)
    let channels = network.features[stage]
    let pooled = layers.plain(.pooledTwice, "\(name).pooled", of: [x])
    let hidden = layers.convolution(
      "\(name).excite.0",
      of: [pooled],
      channels: max(1, channels / plan.reduction)
    )
    let active = layers.plain(.rectification, "\(name).excite.relu", of: [hidden])
    // Mean and maximum went through the same two layers; their results are added.
    let excited = layers.convolution("\(name).excite.1", of: [active], channels: channels)
    let gate = layers.plain(.spatialSum, "\(name).excite.sum", of: [excited])
    let recalibrated = layers.plain(.gate(base: 0), "\(name).channels", of: [x, gate])
    let maps = [
      layers.plain(.channelMaximum, "\(name).maxima", of: [recalibrated]),
      layers.plain(.channelMean, "\(name).means", of: [recalibrated]),
    ]
    let attend = layers.convolution(
      "\(name).attend",
      of: [layers.plain(.joining, "\(name).maps", of: maps + masks)],
      kernel: network.kernels[stage].map { $0 == 1 ? 1 : plan.kernel },
      channels: 1
    )
    let gated = layers.plain(.gate(base: 0), "\(name).voxels", of: [recalibrated, attend])
    return layers.plain(.sum, "\(name).sum", of: [x, gated])
  }

  /// The masks at a stage's resolution: maxima, then means, each in the order of the plan; at full
  /// resolution both are the masks themselves.
  private mutating func masks(
    at stage: Int,
    stride: [Int],
    _ name: String,
    in layers: inout GraphLayers
  ) -> [Value] {
    guard let largest, let means else {
      let parts = plan.channels.map {
        layers.plain(.channels($0..<$0 + 1), "\(name).mask.\($0)", of: [0])
      }
      let all =
        parts.count == 1 ? parts[0] : layers.plain(.joining, "\(name).masks", of: parts)
      (self.largest, self.means) = (all, all)
      return [all, all]
    }
    guard stride != [1, 1, 1] else { return [largest, means] }
    let coarse = (
      layers.plain(.blockMaxima(stride: stride), "\(name).largest", of: [largest]),
      layers.graph.append(.averagePooling(stride: stride), "\(name).shares", of: [means])
    )
    (self.largest, self.means) = coarse
    return [coarse.0, coarse.1]
  }
}
