internal import NeuralNetworks

/// Reads a configuration's network: `architecture` of nnU-Net 2.3 and later, or the fields before.
///
/// - SeeAlso: nnU-Net 2.8, `plans_handler.py`; `dynamic_network_architectures` 0.4, `unet.py`.
struct NNUNetArchitecture {
  let configuration: JSONNode

  /// The network's plan.
  /// - Parameters:
  ///   - inputs: its input channels.
  ///   - outputs: its output channels.
  /// - Returns: the plan, not yet validated.
  /// - Throws: ``ModelError`` where a field is missing or asks for another network.
  func plan(inputs: Int, outputs: Int) throws(ModelError) -> UNetPlan {
    guard let node = try configuration.optional("architecture") else {
      return try olderPlan(inputs: inputs, outputs: outputs)
    }
    let name = try node.required("network_class_name").string
    let encoder = try encoder(className: name)
    let arguments = try node.required("arch_kwargs")
    try refuseUnsupported(arguments)

    let stages = try arguments.required("n_stages").integer
    guard (2...16).contains(stages) else {
      throw try arguments.required("n_stages").expected("2 to 16 stages")
    }
    let depths = encoder == .plain ? "n_conv_per_stage" : "n_blocks_per_stage"
    let normalization = try arguments.optional("norm_op_kwargs")
    guard let normalization, try normalization.optional("affine")?.bool == true else {
      throw .unsupported(
        what: "normalization",
        value: "InstanceNorm without weights",
        expected: "affine"
      )
    }
    return UNetPlan(
      encoder: encoder,
      inputChannels: inputs,
      outputChannels: outputs,
      features: try perStage("features_per_stage", of: arguments, count: stages),
      kernels: try sizes("kernel_sizes", of: arguments, count: stages),
      strides: try sizes("strides", of: arguments, count: stages),
      encoderDepths: try perStage(depths, of: arguments, count: stages),
      decoderDepths: try perStage(
        "n_conv_per_stage_decoder",
        of: arguments,
        count: stages - 1
      ),
      convolutionBias: try arguments.optional("conv_bias")?.bool ?? false,
      normalizationEpsilon: try normalization.optional("eps")?.real ?? 1e-5,
      leakySlope: try arguments.optional("nonlin_kwargs")?.optional("negative_slope")?.real ?? 0.01
    )
  }

  /// The fields of plans before nnU-Net 2.3, with what they left unsaid.
  private func olderPlan(inputs: Int, outputs: Int) throws(ModelError) -> UNetPlan {
    let encoder = try encoder(className: configuration.required("UNet_class_name").string)
    let depths = try configuration.required("n_conv_per_stage_encoder").integers
    guard (2...16).contains(depths.count) else {
      throw try configuration.required("n_conv_per_stage_encoder").expected("2 to 16 stages")
    }
    let base = try configuration.required("UNet_base_num_features").integer
    let most = try configuration.required("unet_max_num_features").integer
    guard (1...4096).contains(base), (1...4096).contains(most) else {
      throw .invalidPlan("plans.json: \(base) to \(most) features, expected 1 to 4096")
    }
    try requireThreeDimensions(configuration.required("patch_size").items.count)
    return UNetPlan(
      encoder: encoder,
      inputChannels: inputs,
      outputChannels: outputs,
      features: depths.indices.map { min(base << $0, most) },
      kernels: try sizes("conv_kernel_sizes", of: configuration, count: depths.count),
      strides: try sizes("pool_op_kernel_sizes", of: configuration, count: depths.count),
      encoderDepths: depths,
      decoderDepths: try perStage(
        "n_conv_per_stage_decoder",
        of: configuration,
        count: depths.count - 1
      )
    )
  }

  private func encoder(className: String) throws(ModelError) -> UNetPlan.Encoder {
    switch className.split(separator: ".").last {
    case "PlainConvUNet": return .plain
    case "ResidualEncoderUNet": return .residual
    default:
      throw .unsupported(
        what: "network",
        value: className,
        expected: "PlainConvUNet or ResidualEncoderUNet"
      )
    }
  }

  private func requireThreeDimensions(_ count: Int) throws(ModelError) {
    guard count == 3 else {
      throw .unsupported(
        what: "network",
        value: "\(count)D",
        expected: "3D configurations only"
      )
    }
  }

  /// Refuses every argument that would make another network.
  ///
  /// Dropout and stochastic depth act in training only, deep supervision adds heads that inference
  /// leaves out.
  private func refuseUnsupported(_ arguments: JSONNode) throws(ModelError) {
    let understood: Set<String> = [
      "n_stages", "features_per_stage", "kernel_sizes", "strides", "n_conv_per_stage",
      "n_blocks_per_stage", "n_conv_per_stage_decoder", "conv_bias", "norm_op_kwargs",
      "nonlin_kwargs", "dropout_op", "dropout_op_kwargs", "deep_supervision", "stochastic_depth_p",
      "squeeze_excitation_reduction_ratio",
    ]
    for (key, node) in try arguments.members where !understood.contains(key) {
      let expected: String
      switch (key, node.value) {
      case (_, .null), (_, .bool(false)): continue
      case ("conv_op", .string(let name)):
        if name.hasSuffix(".Conv3d") { continue }
        expected = "torch.nn.modules.conv.Conv3d (3D configurations only)"
      case ("norm_op", .string(let name)):
        if name.hasSuffix(".InstanceNorm3d") { continue }
        expected = "InstanceNorm3d"
      case ("nonlin", .string(let name)):
        if name.hasSuffix(".LeakyReLU") { continue }
        expected = "LeakyReLU"
      case ("block", .string(let name)):
        if name.hasSuffix("BasicBlockD") { continue }
        expected = "BasicBlockD"
      case ("stem_channels", .integer(let channels)):
        if try arguments.required("features_per_stage").items.first?.integer == channels {
          continue
        }
        expected = "the first stage's features"
      default: expected = "none"
      }
      let value = if case .string(let text) = node.value { text } else { node.value.kind }
      throw .unsupported(what: "network argument \(key)", value: value, expected: expected)
    }
    for key in ["conv_op", "norm_op", "nonlin"] {
      _ = try arguments.required(key).string
    }
  }

  /// One number per stage; a single number stands for all.
  private func perStage(
    _ key: String,
    of node: JSONNode,
    count: Int
  ) throws(ModelError) -> [Int] {
    let value = try node.required(key)
    guard value.isList else { return Array(repeating: try value.integer, count: count) }
    let numbers = try value.integers
    guard numbers.count == count else { throw value.expected("a list of \(count) integers") }
    return numbers
  }

  /// One `[D, H, W]` per stage; a single number stands for all axes, or for all stages.
  private func sizes(
    _ key: String,
    of node: JSONNode,
    count: Int
  ) throws(ModelError) -> [[Int]] {
    let value = try node.required(key)
    guard value.isList else {
      return Array(repeating: Array(repeating: try value.integer, count: 3), count: count)
    }
    let items = try value.items
    guard items.count == count else { throw value.expected("a list of \(count) sizes") }
    var sizes: [[Int]] = []
    for item in items {
      let size = item.isList ? try item.integers : Array(repeating: try item.integer, count: 3)
      try requireThreeDimensions(size.count)
      sizes.append(size)
    }
    return sizes
  }
}
