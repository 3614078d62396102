internal import Anatomy
internal import ImageProcessing
internal import NeuralNetworks

// nnU-Net's `plans.json`: what its `PlansManager` and `ConfigurationManager` read.
extension ModelPlan {
  /// The plan of a U-Net in nnU-Net's words, with one configuration.
  ///
  /// What only planning and training ask for (batch size, medians of the data set) stands there as
  /// this plan implies it.
  func nnUNetPlans(of network: UNetPlan) -> JSONValue {
    let forward = preparation.transposeForward
    let backward = (0..<3).map { axis in forward.firstIndex(of: axis) ?? axis }
    return .members([
      ("dataset_name", .string(name)),
      ("plans_name", .string("nnUNetPlans")),
      ("original_median_spacing_after_transp", .array(preparation.spacing.map { .real($0) })),
      ("original_median_shape_after_transp", .integers(patchSize)),
      // Reads and writes every ending that nnU-Net knows, in the file's own axes.
      ("image_reader_writer", .string("SimpleITKIO")),
      ("transpose_forward", .integers(forward)),
      ("transpose_backward", .integers(backward)),
      ("configurations", .members([(configuration, nnUNetConfiguration(of: network))])),
      ("experiment_planner_used", .string("ExperimentPlanner")),
      ("label_manager", .string("LabelManager")),
      ("foreground_intensity_properties_per_channel", foregroundIntensities),
    ])
  }

  private func nnUNetConfiguration(of network: UNetPlan) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("data_identifier", .string("nnUNetPlans_\(configuration)")),
      ("preprocessor_name", .string("DefaultPreprocessor")),
      ("batch_size", .integer(2)),
      ("patch_size", .integers(patchSize)),
      ("median_image_size_in_voxels", .integers(patchSize)),
      ("spacing", .array(preparation.spacing.map { .real($0) })),
      (
        "normalization_schemes",
        .array(preparation.channels.map { .string($0.nnUNetScheme.rawValue) })
      ),
      ("use_mask_for_norm", .array(preparation.channels.map { .bool($0.usesNonzeroMask) })),
    ]
    for (key, rule, isLabels) in [
      ("resampling_fn_data", preparation.imageResampling, false),
      ("resampling_fn_seg", preparation.labelResampling, true),
      ("resampling_fn_probabilities", preparation.logitResampling, false),
    ] {
      members.append((key, .string(rule.nnUNetFunction)))
      members.append(("\(key)_kwargs", rule.nnUNetArguments(isLabels: isLabels)))
    }
    members.append(("architecture", network.nnUNetArchitecture))
    members.append(("batch_dice", .bool(false)))
    if let previousStage { members.append(("previous_stage", .string(previousStage))) }
    return .members(members)
  }

  /// Statistics of every channel: nnU-Net asks for them whatever the formula.
  private var foregroundIntensities: JSONValue {
    .members(
      preparation.channels.enumerated().map { index, channel in
        let statistics = channel.nnUNetIntensities
        return (
          "\(index)",
          .members([
            ("mean", .real(statistics.mean)), ("std", .real(statistics.standardDeviation)),
            ("percentile_00_5", .real(statistics.percentile005)),
            ("percentile_99_5", .real(statistics.percentile995)),
          ])
        )
      }
    )
  }
}

extension ChannelNormalization {
  /// nnU-Net's formula with the same values: a window is its CT formula with other statistics.
  fileprivate var nnUNetScheme: NormalizationScheme { scheme == .window ? .ct : scheme }

  /// The statistics that nnU-Net's formula is given.
  fileprivate var nnUNetIntensities: ForegroundIntensities {
    if scheme == .window, let window {
      return ForegroundIntensities(
        mean: window.lower,
        standardDeviation: window.upper - window.lower,
        percentile005: window.lower,
        percentile995: window.upper
      )
    }
    return foreground
      ?? ForegroundIntensities(
        mean: 0,
        standardDeviation: 1,
        percentile005: 0,
        percentile995: 1
      )
  }
}

extension ResamplingRule {
  fileprivate var nnUNetFunction: String {
    switch method {
    case .spline: "resample_data_or_seg_to_shape"
    case .linear: "resample_torch_fornnunet"
    case .identity: "no_resampling_hack"
    }
  }

  fileprivate func nnUNetArguments(isLabels: Bool) -> JSONValue {
    let separate = forceSeparateZ.map { JSONValue.bool($0) } ?? .null
    var members: [(String, JSONValue)] =
      switch method {
      case .spline:
        [
          ("is_seg", .bool(isLabels)), ("order", .integer(order)), ("order_z", .integer(orderZ)),
          ("force_separate_z", separate),
        ]
      case .linear:
        [
          ("is_seg", .bool(isLabels)), ("force_separate_z", separate),
          ("memefficient_seg_resampling", .bool(false)),
        ]
      case .identity: []
      }
    if method != .identity, anisotropyThreshold != 3 {
      members.append(("separate_z_anisotropy_threshold", .real(anisotropyThreshold)))
    }
    return .members(members)
  }
}

extension UNetPlan {
  /// The network's class and arguments.
  fileprivate var nnUNetArchitecture: JSONValue {
    var nonlinearity: [(String, JSONValue)] = [("inplace", .bool(true))]
    if leakySlope != 0.01 { nonlinearity.append(("negative_slope", .real(leakySlope))) }
    let isPlain = encoder == .plain
    let className = isPlain ? "PlainConvUNet" : "ResidualEncoderUNet"
    return .members([
      (
        "network_class_name",
        .string("dynamic_network_architectures.architectures.unet.\(className)")
      ),
      (
        "arch_kwargs",
        .members([
          ("n_stages", .integer(features.count)),
          ("features_per_stage", .integers(features)),
          ("conv_op", .string("torch.nn.modules.conv.Conv3d")),
          ("kernel_sizes", .array(kernels.map { .integers($0) })),
          ("strides", .array(strides.map { .integers($0) })),
          (isPlain ? "n_conv_per_stage" : "n_blocks_per_stage", .integers(encoderDepths)),
          ("n_conv_per_stage_decoder", .integers(decoderDepths)),
          ("conv_bias", .bool(convolutionBias)),
          ("norm_op", .string("torch.nn.modules.instancenorm.InstanceNorm3d")),
          (
            "norm_op_kwargs",
            .members([("eps", .real(normalizationEpsilon)), ("affine", .bool(true))])
          ),
          ("dropout_op", .null), ("dropout_op_kwargs", .null),
          ("nonlin", .string("torch.nn.LeakyReLU")),
          ("nonlin_kwargs", .members(nonlinearity)),
        ])
      ),
      (
        "_kw_requires_import",
        .array(["conv_op", "norm_op", "dropout_op", "nonlin"].map { .string($0) })
      ),
    ])
  }
}

extension JSONValue {
  /// An object with its members in this order.
  static func members(_ members: [(String, JSONValue)]) -> JSONValue {
    .object(members.map { Member(key: $0.0, value: $0.1) })
  }

  /// A list of whole numbers.
  static func integers(_ numbers: [Int]) -> JSONValue { .array(numbers.map { .integer($0) }) }
}
