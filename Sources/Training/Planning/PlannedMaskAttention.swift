import ImageProcessing
import Models
import NeuralNetworks

extension PreparationPlan {
  /// The network's channels that show masks: of scans whose names begin with `mask`, which stay as they
  /// are.
  func maskChannels(named names: [String]) -> [Int] {
    channels.indices.filter { channel in
      let source = source(of: channel)
      return names.indices.contains(source) && names[source].lowercased().hasPrefix("mask")
    }
  }
}

extension PlanningOptions {
  /// Attention to these channels, where it is asked for.
  /// - Throws: ``PlanningError/badOption(_:value:expected:)`` where no channel is a mask, or the network is
  ///   none that has it.
  func maskAttention(
    to channels: [Int],
    of names: [String]
  ) throws(PlanningError) -> MaskAttentionPlan? {
    guard hasMaskAttention else { return nil }
    guard preset != .m3 else {
      throw .badOption("mask-attention", value: "asked of M3-Net", expected: "a U-Net's preset")
    }
    guard !channels.isEmpty else {
      throw .badOption(
        "mask-attention",
        value: "asked for with the channels \(names.joined(separator: ", "))",
        expected: "a data set with channels whose names begin with mask, such as mask_prior_GTVp"
      )
    }
    return MaskAttentionPlan(channels: channels)
  }
}
