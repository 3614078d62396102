internal import Foundation
internal import ImageProcessing
internal import NeuralNetworks

/// nnU-Net v2's `plans.json`: how a data set's scans are prepared and which networks are trained.
///
/// - SeeAlso: nnU-Net 2.8, `plans_handler.py`.
struct NNUNetPlans {
  private let root: JSONNode

  /// The data set's name, as in `Dataset501_OpenKBP`.
  let datasetName: String

  init(_ data: Data) throws(ModelError) {
    root = try JSONNode(parsing: data, file: "plans.json")
    datasetName = try root.required("dataset_name").string
    try require("label_manager", oneOf: ["LabelManager"])
    // Readers that reorient would hand the network other axes than the file's.
    try require(
      "image_reader_writer",
      oneOf: ["SimpleITKIO", "NibabelIO"]
    )
  }

  private func require(_ key: String, oneOf names: [String]) throws(ModelError) {
    guard let value = try root.optional(key)?.string, !names.contains(value) else { return }
    throw .unsupported(
      what: "plans.json \(key)",
      value: value,
      expected: names.joined(separator: " or ")
    )
  }

  /// A configuration with everything it inherits.
  func configuration(_ name: String) throws(ModelError) -> JSONNode {
    let all = try root.required("configurations")
    var merged: [JSONValue.Member] = []
    var keys: Set<String> = []
    var visited: [String] = []
    var next: String? = name
    while let current = next {
      guard !visited.contains(current) else {
        throw .invalidPlan(
          "configurations inherit in a circle: \((visited + [current]).joined(separator: " → "))"
        )
      }
      visited.append(current)
      guard let node = try all.member(current) else {
        let names = try all.members.map { $0.key }
        throw .unsupported(
          what: "configuration",
          value: current,
          expected: "plans.json has \(names.joined(separator: ", "))"
        )
      }
      guard case .object(let members) = node.value else { throw node.expected("an object") }
      // What a configuration says itself wins over what it inherits.
      for member in members where keys.insert(member.key).inserted { merged.append(member) }
      next = try node.optional("inherits_from")?.string
    }
    return try all.required(name).replacing(with: .object(merged))
  }

  /// How scans are prepared for a configuration's network.
  func preparation(
    _ configuration: JSONNode,
    channels: Int
  ) throws(ModelError) -> PreparationPlan {
    PreparationPlan(
      transposeForward: try transposition(),
      spacing: try configuration.required("spacing").reals,
      channels: try normalizations(configuration, count: channels),
      imageResampling: try resampling("resampling_fn_data", in: configuration, isLabels: false),
      labelResampling: try resampling("resampling_fn_seg", in: configuration, isLabels: true),
      logitResampling: try resampling(
        "resampling_fn_probabilities",
        in: configuration,
        isLabels: false
      )
    )
  }

  private func transposition() throws(ModelError) -> [Int] {
    let forwardNode = try root.required("transpose_forward")
    let forward = try forwardNode.integers
    guard forward.sorted() == [0, 1, 2] else {
      throw forwardNode.expected("an order of the axes 0, 1 and 2")
    }
    if let backwardNode = try root.optional("transpose_backward") {
      let backward = try backwardNode.integers
      guard backward == (0..<3).map({ axis in forward.firstIndex(of: axis) ?? axis }) else {
        throw backwardNode.expected("the inverse of transpose_forward")
      }
    }
    return forward
  }

  private func normalizations(
    _ configuration: JSONNode,
    count: Int
  ) throws(ModelError) -> [ChannelNormalization] {
    let schemes = try configuration.required("normalization_schemes")
    let masks = try configuration.required("use_mask_for_norm")
    let schemeItems = try schemes.items
    let maskItems = try masks.items
    guard schemeItems.count == count else {
      throw schemes.expected("a list of one scheme per channel (\(count))")
    }
    guard maskItems.count == count else {
      throw masks.expected("a list of one truth value per channel (\(count))")
    }
    var channels: [ChannelNormalization] = []
    for channel in 0..<count {
      let name = try schemeItems[channel].string
      guard let scheme = NormalizationScheme(rawValue: name), scheme != .window else {
        throw .unsupported(
          what: "normalization",
          value: name,
          expected: NormalizationScheme.allCases.filter { $0 != .window }.map(\.rawValue).joined(
            separator: ", "
          )
        )
      }
      channels.append(
        ChannelNormalization(
          scheme: scheme,
          usesNonzeroMask: try maskItems[channel].bool,
          foreground: try foreground(channel, isNeeded: scheme == .ct)
        )
      )
    }
    return channels
  }

  private func foreground(
    _ channel: Int,
    isNeeded: Bool
  ) throws(ModelError) -> ForegroundIntensities? {
    let name = "foreground_intensity_properties_per_channel"
    // The name before nnU-Net 2.0's release.
    let older = try root.optional("foreground_intensity_properties_by_modality")
    guard let all = try root.optional(name) ?? older,
      let node = try all.optional("\(channel)")
    else {
      if isNeeded { throw .missingJSON(file: "plans.json", path: "\(name).\(channel)") }
      return nil
    }
    // Statistics of a channel that no formula needs may hold anything, even NaN.
    guard isNeeded else { return nil }
    return ForegroundIntensities(
      mean: try node.required("mean").real,
      standardDeviation: try node.required("std").real,
      percentile005: try node.required("percentile_00_5").real,
      percentile995: try node.required("percentile_99_5").real
    )
  }

  private func resampling(
    _ key: String,
    in configuration: JSONNode,
    isLabels: Bool
  ) throws(ModelError) -> ResamplingRule {
    let function = try configuration.required(key).string
    let options = try configuration.optional("\(key)_kwargs")
    let declared = try options?.optional("is_seg")?.bool ?? false
    guard function == "no_resampling_hack" || declared == isLabels else {
      throw .invalidPlan("\(key) has is_seg \(declared), expected \(isLabels)")
    }
    let threshold = try options?.optional("separate_z_anisotropy_threshold")?.real ?? 3
    let separate = try options?.member("force_separate_z")
    switch function {
    case "resample_data_or_seg_to_shape":
      // The function's own defaults, where a plan leaves them out.
      let order = try options?.optional("order")?.integer ?? 3
      let orderZ = try options?.optional("order_z")?.integer ?? 0
      for order in [order, orderZ] where ![0, 1, 3].contains(order) {
        throw .unsupported(
          what: "spline order in \(key)",
          value: "\(order)",
          expected: "0, 1 or 3"
        )
      }
      let forced = try separate.map { node throws(ModelError) in
        node.value == .null ? nil : try node.bool
      }
      return ResamplingRule(
        method: .spline,
        order: order,
        orderZ: orderZ,
        forceSeparateZ: forced ?? false,
        anisotropyThreshold: threshold
      )
    case "resample_torch_fornnunet":
      if let mode = try options?.optional("mode")?.string, mode != "linear" {
        throw .unsupported(what: "resampling mode in \(key)", value: mode, expected: "linear")
      }
      let forced = try options?.optional("force_separate_z")?.bool
      return ResamplingRule(
        method: .linear,
        order: 1,
        forceSeparateZ: forced,
        anisotropyThreshold: threshold
      )
    case "no_resampling_hack": return ResamplingRule(method: .identity, order: 0)
    default:
      throw .unsupported(
        what: "resampling function in \(key)",
        value: function,
        expected:
          "resample_data_or_seg_to_shape, resample_torch_fornnunet or no_resampling_hack"
      )
    }
  }
}
