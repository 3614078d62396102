import Anatomy
public import Datasets
import ImageProcessing
import Models
import NeuralNetworks
public import Preprocessing

/// Plans a training by nnU-Net v2's rules.
///
/// The same data set and options always give the same plan; what each value follows from is told in
/// its reasons. nnU-Net's second stage on top of a low resolution, the cascade, is not planned.
/// - Throws: ``PlanningError`` where an option is out of bounds, cases are too small for a U-Net or
///   the memory for any patch, or a low resolution is asked for that none needs.
public func makePlan(
  for dataset: TrainingDataset,
  fingerprint: DatasetFingerprint,
  options: PlanningOptions = PlanningOptions()
) throws(PlanningError) -> TrainingPlan {
  try options.validate()
  let structures = dataset.labels.entries.count
  guard structures < 256 else { throw .tooManyStructures(structures, limit: 255) }
  let shapes = PlannedShapes(of: fingerprint.cases, spacing: options.spacing)
  let normalizations = try plannedChannels(of: dataset, fingerprint, options: options)
  let optional = try plannedOptionalChannels(of: dataset, options: options)
  let masks = PreparationPlan(
    transposeForward: shapes.transposeForward,
    spacing: [1, 1, 1],
    channels: normalizations
  )
  .maskChannels(named: dataset.channelNames)
  let planner = ConfigurationPlanner(
    options: options,
    maskAttention: try options.maskAttention(to: masks, of: dataset.channelNames),
    inputChannels: normalizations.count,
    outputChannels: structures + 1,
    caseCount: fingerprint.cases.count
  )
  let full = try planner.configuration(
    spacing: shapes.spacing,
    medianShape: shapes.medianShape,
    voxels: shapes.medianShape.reduce(1, *)
  )
  let low = try planner.lowResolution(of: full)
  var chosen = full
  if options.resolution == .low {
    guard let low else { throw .noLowResolution(patchShare: full.patchShare) }
    chosen = low
  }
  let mirroring = SideMirroring(
    options.mirroring,
    labels: dataset.labels,
    cases: fingerprint.cases,
    transposeForward: shapes.transposeForward
  )
  let architecture: NetworkPlan =
    options.preset == .m3
    ? .m3(
      try M3NetPlan(
        of: dataset,
        channels: normalizations,
        stages: chosen.network,
        options: options.m3
      )
    )
    : .unet(chosen.network)
  var plan = TrainingPlan(
    model: ModelPlan(
      name: dataset.name,
      configuration: options.resolution.rawValue,
      trainer: "Delineate",
      channelNames: dataset.channelNames,
      labels: dataset.labels,
      outputs: .classes([0] + dataset.labels.entries.map(\.label)),
      preparation: PreparationPlan(
        transposeForward: shapes.transposeForward,
        spacing: chosen.spacing,
        channels: normalizations
      ),
      architecture: architecture,
      patchSize: chosen.patch,
      mirroringAxes: mirroring.axesAtInference,
      mergedSides: dataset.mergedSides,
      optionalChannels: optional
    ),
    batchSize: chosen.batchSize,
    augmentation: AugmentationPlan(patch: chosen.patch, mirroring),
    seed: options.seed,
    datasetChecksum: fingerprint.datasetChecksum
  )
  plan.augmentation.channelDropout = optional == nil ? 0 : options.dropoutShare
  // Where there is a lower resolution, patches of the full one see little: their sums are joined.
  plan.loss.isBatchDice = options.resolution == .full && low != nil
  if architecture.m3 != nil { plan.jointLoss = JointLossPlan() }
  plan.augmentation.knownDeformation = try options.m3.knownDeformation(in: architecture)
  if let epochs = options.epochs { plan.epochs = epochs }
  if let steps = options.stepsPerEpoch {
    plan.stepsPerEpoch = steps
    plan.validationSteps = max(1, min(50, steps / 5))
  }
  plan.reasons =
    PlanReasons(
      dataset: dataset,
      fingerprint: fingerprint,
      options: options,
      shapes: shapes,
      chosen: chosen,
      low: low,
      mirroring: mirroring,
      plan: plan
    ).reasons
  return plan
}

extension ChannelNormalization {
  /// The normalization that a channel's name asks for, as in nnU-Net; masks stay as they are.
  init(channelNamed name: String, _ channel: DatasetFingerprint.Channel, isMostlyZero: Bool) {
    let scheme: NormalizationScheme =
      switch name.lowercased() {
      case "ct": .ct
      case "nonorm": .none
      case "rescale_to_0_1": .rescaleTo01
      case "rgb_to_0_1": .rgbTo01
      case let mask where mask.hasPrefix("mask"): .none
      default: .zScore
      }
    self.init(
      scheme: scheme,
      usesNonzeroMask: scheme == .zScore && isMostlyZero,
      foreground: ForegroundIntensities(
        mean: channel.mean,
        standardDeviation: channel.standardDeviation,
        percentile005: channel.percentile005,
        percentile995: channel.percentile995
      )
    )
  }
}

extension AugmentationPlan {
  /// nnU-Net's augmentation for a patch: one that is more than three times as long in plane as
  /// across slices is turned and scaled in plane alone, but by any angle.
  init(patch: [Int], _ mirroring: SideMirroring) {
    self.init()
    isInPlane = Double(patch.max() ?? 1) / Double(patch[0]) > PlannedShapes.anisotropy
    if isInPlane { rotation = Chance(rotation.probability, -Double.pi...Double.pi) }
    mirroringAxes = mirroring.axes
    sidePairs = mirroring.pairs
  }
}
