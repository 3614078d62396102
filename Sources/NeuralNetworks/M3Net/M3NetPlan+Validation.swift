extension M3NetPlan {
  /// Checks that counts agree, that every number is one a network can have, and that the parts that
  /// are there have what they need.
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
    try PlanCheck.bounds(outputChannels, 2...256, "outputChannels")
    try PlanCheck.bounds(gateReduction, 1...1024, "gateReduction")
    try PlanCheck.bounds(normalizationEpsilon, "normalizationEpsilon")
    try PlanCheck.bounds(leakySlope, "leakySlope")
    try validateModalities()
    if let masks { try validate(masks) }
    if let registration { try validate(registration) }
    if let patchSize { try PlanCheck.patch(patchSize, strides: strides) }
  }

  private func validateModalities() throws(NetworkPlanError) {
    try PlanCheck.bounds(modalities.count, 1...2, "the number of modalities")
    for modality in modalities {
      try PlanCheck.bounds(modality.channels, 1...64, "a modality's channels")
      let isName =
        !modality.name.isEmpty
        && modality.name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) }
      guard isName, modality.name.utf8.count <= 32, !Self.takenNames.contains(modality.name) else {
        throw .outOfBounds(
          field: "a modality's name",
          value: "“\(modality.name)”",
          expected: "small letters and digits, and none of \(Self.takenNames.sorted())"
        )
      }
    }
    guard Set(modalities.map(\.name)).count == modalities.count else {
      throw .outOfBounds(field: "modalities", value: "two of one name", expected: "one each")
    }
    guard fusion == .input || modalities.count == 2 else {
      throw .outOfBounds(
        field: "fusion",
        value: fusion.rawValue,
        expected: "\(Fusion.input.rawValue) where there is one modality"
      )
    }
    guard fusion != .alignedGates || registration != nil else {
      throw .outOfBounds(
        field: "fusion",
        value: fusion.rawValue,
        expected: "\(Fusion.gates.rawValue) where nothing is registered"
      )
    }
  }

  private func validate(_ masks: MaskPlan) throws(NetworkPlanError) {
    let deepest = features.count - 2
    try PlanCheck.bounds(masks.globalStage, 0...deepest, "masks.globalStage")
    try PlanCheck.bounds(masks.regionalStage, 0...masks.globalStage, "masks.regionalStage")
    try PlanCheck.bounds(masks.featureDivisor, 1...64, "masks.featureDivisor")
    try PlanCheck.bounds(masks.regions.count, 0...255, "the number of regions")
    var seen: Set<Int> = []
    for region in masks.regions {
      try PlanCheck.bounds(region.classes.count, 1...256, "a region's classes")
      for label in region.classes {
        try PlanCheck.bounds(label, 1...(outputChannels - 1), "a region's class")
        guard seen.insert(label).inserted else {
          throw .outOfBounds(
            field: "a region's class",
            value: "\(label) twice",
            expected: "each class in one region at most"
          )
        }
      }
    }
  }

  private func validate(_ registration: RegistrationHeadPlan) throws(NetworkPlanError) {
    guard fusion != .input else {
      throw .outOfBounds(
        field: "registration",
        value: "there",
        expected: "none where the modalities share an encoder"
      )
    }
    try PlanCheck.bounds(registration.stage, 0...(features.count - 2), "registration.stage")
    try PlanCheck.bounds(registration.features, 1...1024, "registration.features")
    try PlanCheck.bounds(registration.squarings, 0...16, "registration.squarings")
    if let radius = registration.correlationRadius {
      try PlanCheck.bounds(radius, 0...4, "registration.correlationRadius")
    }
  }

  /// What other weights' names begin with.
  private static let takenNames: Set<String> = [
    "encoder", "fusion", "registration", "global", "regions", "organs", "input", "logits",
  ]
}
