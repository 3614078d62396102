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
    if let patchSize { try PlanCheck.patch(patchSize, strides: strides) }
  }
}
