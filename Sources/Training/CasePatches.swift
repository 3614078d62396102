import ImageProcessing
import Models
import NeuralNetworks
import Preprocessing
import Randomness

/// Batches of patches of prepared cases, drawn and varied as a plan says.
///
/// Each sample draws its case evenly from all. Safe to use from several threads: cases are mapped
/// once and only read.
/// - SeeAlso: nnU-Net v2, `nnUNetDataLoader`.
public struct CaseBatches: BatchSource {
  private let plan: TrainingPlan
  private let training: [PreparedCaseFile]
  private let validation: [PreparedCaseFile]
  private let samples: [Int]
  private let sampler: PatchSampler

  /// Batches of these cases.
  /// - Parameters:
  ///   - plan: Batch and patch size, share of patches with structures, augmentation, seed.
  ///   - training: The cases to train on.
  ///   - validation: The cases to validate on; may be empty where nothing is validated.
  ///   - samples: The samples of the batch that this process makes; all by default.
  /// - Throws: ``PreparedCaseError/noCases(set:)``.
  public init(
    plan: TrainingPlan,
    training: [PreparedCaseFile],
    validation: [PreparedCaseFile],
    samples: [Int]? = nil
  ) throws(PreparedCaseError) {
    guard !training.isEmpty else { throw .noCases(set: "training") }
    guard !validation.isEmpty || plan.validationSteps == 0 else {
      throw .noCases(set: "validation")
    }
    let channels = plan.model.architecture.inputChannels
    for file in training + validation where file.record.channelCount != channels {
      throw .stale(case: file.record.name)
    }
    self.plan = plan
    self.training = training
    self.validation = validation
    self.samples = samples ?? Array(0..<plan.batchSize)
    sampler = PatchSampler(size: plan.model.patchSize)
  }

  /// The batch of a training step.
  public func trainingBatch(_ step: Int) throws -> TrainingBatch {
    try batch(samples.map { draw(step: step, sample: $0) }, from: training)
  }

  /// One of the validation batches: drawn alike, but not varied.
  public func validationBatch(_ index: Int) throws -> TrainingBatch {
    guard !validation.isEmpty else { throw PreparedCaseError.noCases(set: "validation") }
    return try batch(
      samples.map { draw(from: validation, purpose: .validation, step: index, sample: $0) },
      from: validation
    )
  }

  /// What chance decides about one sample of a training step.
  public func draw(step: Int, sample: Int) -> PatchDraw {
    var draw = draw(from: training, purpose: .training, step: step, sample: sample)
    draw.augmentation = plan.augmentation.draw(
      channels: plan.model.architecture.inputChannels,
      sources: plan.model.preparation.sources,
      optional: plan.model.optionalChannels.map { names in
        Set(names.compactMap(plan.model.channelNames.firstIndex(of:)))
      },
      seed: plan.seed,
      step: step,
      sample: sample
    )
    return draw
  }

  /// The patch of a draw, and for each class whether it was contoured.
  /// - Throws: ``PreparedCaseError/missing(case:)`` where the draw's case is not among those trained
  ///   or validated on.
  public func patch(_ draw: PatchDraw) throws -> (patch: Patch, isContoured: [Bool]) {
    guard let file = (training + validation).first(where: { $0.record.name == draw.caseName })
    else { throw PreparedCaseError.missing(case: draw.caseName) }
    return patch(draw, of: file)
  }

  private enum Purpose: UInt64 {
    case training = 0x7472_6169
    case validation = 0x7661_6C69
  }

  private func draw(
    from files: [PreparedCaseFile],
    purpose: Purpose,
    step: Int,
    sample: Int
  ) -> PatchDraw {
    var generator = SeededGenerator(
      seed: plan.seed,
      stream: purpose.rawValue,
      UInt64(step),
      UInt64(sample)
    )
    let file = files[generator.index(below: files.count)]
    let isForced = PatchSampler.isForced(
      sample: sample,
      of: plan.batchSize,
      share: plan.foregroundShare
    )
    let place = sampler.place(in: file, isForced: isForced, using: &generator)
    return PatchDraw(
      caseName: file.record.name,
      start: place.start,
      label: place.label,
      augmentation: AugmentationDraw()
    )
  }

  private func batch(_ draws: [PatchDraw], from files: [PreparedCaseFile]) throws -> TrainingBatch {
    let byName = Dictionary(files.map { ($0.record.name, $0) }) { first, _ in first }
    var batch = TrainingBatch(patches: [], isContoured: [])
    for draw in draws {
      guard let file = byName[draw.caseName] else {
        throw PreparedCaseError.missing(case: draw.caseName)
      }
      let (patch, isContoured) = patch(draw, of: file)
      batch.patches.append(patch)
      batch.isContoured += isContoured
    }
    return batch
  }

  private func patch(_ draw: PatchDraw, of file: PreparedCaseFile) -> (Patch, [Bool]) {
    var patch = file.withArrays {
      $0.patch(at: draw.start, size: sampler.size, varied: draw.augmentation.spatial)
    }
    // Noise on what is absent would be taken for a scan: it is absent after the variations too.
    let absent = plan.model.optionalChannels.map { _ in
      patch.absentChannels(
        sources: plan.model.preparation.sources,
        isConstantAbsent: plan.model.architecture.m3 != nil
      )
    }
    var augmentation = draw.augmentation
    // The scan that is left of two must stay.
    if absent?.isEmpty == false { augmentation.dropout = nil }
    // Without one of the scans there is nothing to find.
    if absent?.isEmpty == false || augmentation.dropout != nil { augmentation.deformation = nil }
    augmentation.apply(
      to: &patch,
      masks: plan.model.preparation.maskChannels(named: plan.model.channelNames)
    )
    var isContoured = (0..<plan.model.architecture.outputChannels).map(file.record.isContoured)
    if let axis = file.sideAxis, draw.augmentation.mirroring?.axes.contains(axis) == true {
      let pairs = plan.augmentation.sidePairs
      patch.exchangeSides(pairs)
      let other = sideTable(pairs, count: isContoured.count)
      isContoured = other.map { isContoured[Int($0)] }
    }
    for (channel, normalization) in plan.model.preparation.channels.enumerated()
    where normalization.usesNonzeroMask && channel < patch.channelCount {
      patch.clearOutside(channel)
    }
    for channel in absent ?? [] { patch.withChannel(channel) { $0.update(repeating: 0) } }
    patch.forgetOutside()
    return (patch, isContoured)
  }
}

extension Patch {
  /// Sets a channel to 0 where the scan has nothing: nnU-Net's `MaskImageTransform`.
  fileprivate mutating func clearOutside(_ channel: Int) {
    let labels = labels
    withChannel(channel) { voxels in
      for index in voxels.indices where labels[index] == outsideClass { voxels[index] = 0 }
    }
  }

  /// From here on, what is outside is background.
  fileprivate mutating func forgetOutside() {
    labels.withUnsafeMutableBufferPointer { labels in
      for index in labels.indices where labels[index] == outsideClass { labels[index] = 0 }
    }
  }
}
