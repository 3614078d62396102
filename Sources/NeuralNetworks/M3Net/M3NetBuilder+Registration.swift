extension M3NetBuilder {
  /// A decoder of its own from both encoders' features to a velocity; its field, and what the field
  /// makes of the second modality, leave the network.
  mutating func register(
    _ first: [Value],
    _ second: [Value],
    _ registration: RegistrationHeadPlan
  ) {
    let last = plan.features.count - 1
    var x = layers.block(
      "registration.bottleneck",
      of: [first[last], second[last]],
      kernel: plan.kernels[last],
      channels: registration.features
    )
    for stage in (registration.stage..<last).reversed() {
      let index = last - 1 - stage
      let larger = layers.upsampled(
        "registration.transpconvs.\(index)",
        of: x,
        stride: plan.strides[stage + 1],
        channels: registration.features
      )
      let likeness = correlation(first, second, stage: stage, registration)
      let joined = layers.plain(
        .joining,
        "registration.joined.\(index)",
        of: [larger, first[stage], second[stage]] + likeness
      )
      x = layers.block(
        "registration.stages.\(index)",
        of: [joined],
        kernel: plan.kernels[stage],
        channels: registration.features
      )
    }
    var velocity = layers.convolution(
      "registration.velocity",
      of: [x],
      kernel: [3, 3, 3],
      channels: 3
    )
    // Nothing moves where one of both is absent.
    for (index, presence) in presences.enumerated() {
      velocity = layers.plain(
        .product,
        "registration.present.\(index)",
        of: [velocity, presence]
      )
    }
    let field = layers.plain(
      .integration(steps: registration.squarings, scale: plan.scales[registration.stage]),
      "registration.field",
      of: [velocity]
    )
    fields[registration.stage] = field
    let finest = self.field(at: 0)
    var image = inputs[1]
    if plan.modalities[1].channels > 1 {
      image = layers.plain(.channels(0..<1), "registration.image", of: [image])
    }
    let registered = layers.plain(
      .warp(scale: [1, 1, 1]),
      "registration.registered",
      of: [image, finest]
    )
    layers.graph.outputs += [
      .init(role: .velocity, value: velocity), .init(role: .field, value: finest),
      .init(role: .registered, value: registered),
    ]
  }

  /// A cost volume of both modalities' features at a stage, each brought into one space by a
  /// convolution of its own: what a convolution over joined features would have to learn to multiply.
  private mutating func correlation(
    _ first: [Value],
    _ second: [Value],
    stage: Int,
    _ registration: RegistrationHeadPlan
  ) -> [Value] {
    guard let radius = registration.correlationRadius else { return [] }
    let index = plan.features.count - 2 - stage
    let sides = zip(["fixed", "moving"], [first[stage], second[stage]]).map { name, features in
      layers.convolution(
        "registration.\(name).\(index)",
        of: [features],
        kernel: [1, 1, 1],
        channels: registration.features
      )
    }
    return [
      layers.plain(.correlation(radius: radius), "registration.correlation.\(index)", of: sides)
    ]
  }

  /// The displacement field at a stage's resolution: the mean of its voxels, or between them.
  mutating func field(at stage: Int) -> Value {
    if let known = fields[stage] { return known }
    guard let own = plan.registration?.stage, let field = fields[own] else { return 0 }
    let name = "registration.displacement.\(stage)"
    let made =
      stage > own
      ? layers.graph.append(.averagePooling(stride: ratio(own, stage)), name, of: [field])
      : layers.plain(.enlarging(ratio(stage, own)), name, of: [field])
    fields[stage] = made
    return made
  }
}
