import Anatomy
import Datasets
import ImageProcessing
public import NeuralNetworks

/// Which parts an M3-Net has: all of them, or one less for an ablation.
public struct M3Options: Hashable, Sendable {
  /// How the modalities come together; `nil` takes the fullest way that the rest allows.
  public var fusion: M3NetPlan.Fusion?
  /// Whether there are coarse masks.
  public var hasMasks: Bool
  /// Whether there is a registration.
  public var hasRegistration: Bool
  /// How far the drawn deformations move that its registration learns from, in voxels; 0 for none.
  ///
  /// Only for data sets whose scans lie on each other.
  public var knownDeformation: Double

  /// Options; by default the whole network.
  public init(
    fusion: M3NetPlan.Fusion? = nil,
    hasMasks: Bool = true,
    hasRegistration: Bool = true,
    knownDeformation: Double = 0
  ) {
    self.fusion = fusion
    self.hasMasks = hasMasks
    self.hasRegistration = hasRegistration
    self.knownDeformation = knownDeformation
  }
}

extension M3Options {
  /// How patches are moved for a network's registration: every other one.
  func knownDeformation(
    in network: NetworkPlan
  ) throws(PlanningError) -> AugmentationPlan.Chance? {
    guard knownDeformation != 0 else { return nil }
    guard (0...64).contains(knownDeformation), network.m3?.registration != nil else {
      throw .badOption(
        "known-deformation",
        value: "\(knownDeformation)",
        expected: "0 to 64 voxels, of an M3-Net with a registration"
      )
    }
    return AugmentationPlan.Chance(0.5, 0...knownDeformation)
  }
}

extension M3NetPlan {
  /// M3-Net for a data set, with the stages that a U-Net would have.
  ///
  /// Channels of scans whose names begin with CT are one modality, all others another. Regions are those of
  /// ``AnatomicalRegion/headAndNeck`` that the data set has structures of.
  /// - Throws: ``PlanningError`` where the channels are mixed, or an option asks for two modalities
  ///   and there is one.
  init(
    of dataset: TrainingDataset,
    channels: [ChannelNormalization],
    stages: UNetPlan,
    options: M3Options
  ) throws(PlanningError) {
    let modalities = try Self.modalities(
      of: channels.enumerated().map { dataset.channelNames[$1.source ?? $0] }
    )
    let isAlone = modalities.count == 1
    let asked = options.fusion ?? (isAlone ? .input : nil)
    let isRegistered = options.hasRegistration && asked != .input
    let fusion = asked ?? (isRegistered ? .alignedGates : .gates)
    let deepest = max(0, stages.features.count - 2)
    self.init(
      modalities: modalities,
      outputChannels: stages.outputChannels,
      features: stages.features,
      kernels: stages.kernels,
      strides: stages.strides,
      encoderDepths: stages.encoderDepths,
      decoderDepths: stages.decoderDepths,
      fusion: fusion,
      masks: options.hasMasks
        ? MaskPlan(
          regions: Self.regions(of: dataset.labels),
          globalStage: min(2, deepest),
          regionalStage: min(1, deepest)
        ) : nil,
      registration: isRegistered
        ? RegistrationHeadPlan(stage: min(1, deepest), features: max(8, stages.features[0])) : nil
    )
    do throws(NetworkPlanError) { try validate() } catch {
      guard case .outOfBounds(let field, let value, let expected) = error else {
        throw .badOption("network", value: "«\(error)»", expected: "one that can be built")
      }
      throw .badOption(field, value: value, expected: expected)
    }
  }

  private static func modalities(
    of channelNames: [String]
  ) throws(PlanningError) -> [Modality] {
    var found: [Modality] = []
    for name in channelNames {
      let kind = name.uppercased().hasPrefix("CT") ? "ct" : "mr"
      if found.last?.name == kind {
        found[found.count - 1].channels += 1
      } else {
        found.append(Modality(name: kind))
      }
    }
    guard found.count <= 2 else {
      throw .badOption(
        "the order of channels",
        value: channelNames.joined(separator: ", "),
        expected: "all of the CT's side by side, and all of the MR's"
      )
    }
    return found
  }

  private static func regions(of labels: LabelScheme) -> [MaskPlan.Region] {
    let byName = labels.entries.enumerated().map { index, entry in
      (class: index + 1, region: AnatomicalRegion(ofStructure: entry.name)?.name)
    }
    return AnatomicalRegion.headAndNeck.compactMap { region in
      let classes = byName.filter { $0.region == region.name }.map(\.class)
      guard !classes.isEmpty else { return nil }
      return MaskPlan.Region(name: region.name, priority: region.priority, classes: classes)
    }
  }
}
