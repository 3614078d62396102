extension UNetPlan {
  /// Checks that counts agree and that every number is one a network can have.
  /// - Parameter patchSize: where given, `[D, H, W]` must be divisible by the strides' products.
  /// - Throws: ``NetworkPlanError`` for the first that does not.
  package func validate(patchSize: [Int]? = nil) throws(NetworkPlanError) {
    try PlanCheck.stages(
      features: features,
      kernels: kernels,
      strides: strides,
      encoderDepths: encoderDepths,
      decoderDepths: decoderDepths
    )
    try PlanCheck.bounds(inputChannels, 1...1024, "inputChannels")
    try PlanCheck.bounds(outputChannels, 1...1024, "outputChannels")
    try PlanCheck.bounds(normalizationEpsilon, "normalizationEpsilon")
    try PlanCheck.bounds(leakySlope, "leakySlope")
    if let maskAttention { try validate(maskAttention) }
    if let patchSize { try PlanCheck.patch(patchSize, strides: strides) }
  }

  private func validate(_ attention: MaskAttentionPlan) throws(NetworkPlanError) {
    try PlanCheck.bounds(attention.channels.count, 1...inputChannels, "maskAttention.channels")
    for channel in attention.channels {
      try PlanCheck.bounds(channel, 0...(inputChannels - 1), "maskAttention.channels")
    }
    guard Set(attention.channels).count == attention.channels.count else {
      throw .outOfBounds(
        field: "maskAttention.channels",
        value: "\(attention.channels)",
        expected: "each channel once"
      )
    }
    try PlanCheck.bounds(attention.reduction, 1...1024, "maskAttention.reduction")
    guard (1...31).contains(attention.kernel), attention.kernel % 2 == 1 else {
      throw .outOfBounds(
        field: "maskAttention.kernel",
        value: "\(attention.kernel)",
        expected: "odd, 1 to 31"
      )
    }
  }
}
