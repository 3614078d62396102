import NeuralNetworks

/// A family of networks to plan, with the memory it is measured by.
///
/// - SeeAlso: nnU-Net v2, `ExperimentPlanner`, `nnUNetPlannerResEncM`, `nnUNetPlannerResEncL`;
///   Isensee et al., MICCAI 2024.
public enum PlanningPreset: String, Codable, Hashable, Sendable, CaseIterable {
  /// nnU-Net's first U-Net: stacked convolutions, 8 GB.
  case plain
  /// The residual encoder of the same memory, 8 GB.
  case residualM = "resenc-m"
  /// The residual encoder for larger devices, 24 GB.
  case residualL = "resenc-l"
  /// M3-Net: an encoder for each modality, masks and a registration, 8 GB.
  case m3

  /// The memory that the preset is meant for, in GB.
  public var memory: Double { self == .residualL ? 24 : 8 }

  /// The convolutions' output that a patch may have with this memory.
  var reference: Double {
    switch self {
    case .plain: 560_000_000
    case .residualM: 680_000_000
    // Beside its U-Net's maps there are a second encoder's, the fused ones and the coarse pathways'.
    case .m3: 270_000_000
    case .residualL: 2_100_000_000
    }
  }

  /// The share of the data set's voxels that a batch may hold.
  var largestShare: Double { self == .plain ? 0.05 : 1 }

  var encoder: UNetPlan.Encoder { self == .plain ? .plain : .residual }

  /// How deep each encoder stage is.
  func encoderDepths(_ stages: Int) -> [Int] {
    switch self {
    case .plain: Array(repeating: 2, count: stages)
    case .residualM, .residualL: (0..<stages).map { $0 < 3 ? [1, 3, 4][$0] : 6 }
    case .m3: (0..<stages).map { $0 == 0 ? 1 : 2 }
    }
  }

  /// How deep each decoder stage is.
  func decoderDepths(_ stages: Int) -> [Int] {
    Array(repeating: self == .plain ? 2 : 1, count: stages - 1)
  }

  /// The words for people.
  var title: String {
    switch self {
    case .plain: "nnU-Net's plain U-Net"
    case .residualM: "nnU-Net's residual encoder M"
    case .residualL: "nnU-Net's residual encoder L"
    case .m3: "M3-Net"
    }
  }
}
