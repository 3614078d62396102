import NeuralNetworks

extension UNetPlan {
  /// How many numbers the network's convolutions put out for one patch: nnU-Net's measure of memory.
  ///
  /// Counts the final output once (no deep supervision), as nnU-Net does.
  /// - SeeAlso: `dynamic_network_architectures`, `compute_conv_feature_map_size`.
  func featureMapSize(patch: [Int]) -> Double {
    var sizes: [Double] = []
    var size = patch
    for stride in strides {
      size = zip(size, stride).map { $0 / $1 }
      sizes.append(size.reduce(1) { $0 * Double($1) })
    }
    var total = 0.0
    var previous = features[0]
    if encoder == .residual { total += Double(features[0]) * sizes[0] }
    for (stage, count) in features.enumerated() {
      let map = Double(count) * sizes[stage]
      switch encoder {
      case .plain:
        total += map * Double(encoderDepths[stage])
      case .residual:
        let hasProjection = previous != count || strides[stage].contains { $0 > 1 }
        total += map * Double(2 * encoderDepths[stage] + (hasProjection ? 1 : 0))
      }
      // Gated by channel, by voxel, and the sum.
      if maskAttention != nil { total += 3 * map }
      previous = count
    }
    for stage in 0..<(features.count - 1) {
      // The convolutions of this resolution, and the transposed one that leads to it.
      let depth = decoderDepths[features.count - 2 - stage]
      total += Double(features[stage]) * sizes[stage] * Double(depth + 1)
    }
    return total + Double(outputChannels) * sizes[0]
  }
}
