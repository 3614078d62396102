import Torch

// The parts of M3-Net's loss; each is `nil` where the network has no such output.
extension TrainingObjective {
  func maskLoss(
    _ predicted: [Tensor],
    _ expected: ExpectedLabels?,
    _ share: BatchShare?
  ) throws(TorchError) -> Tensor? {
    guard !predicted.isEmpty, let expected else { return nil }
    return try segmentation(predicted: predicted, expected: expected, share: share)
  }

  /// The mean square of what the finer mask's probability exceeds the coarser one's by.
  ///
  /// Organs of a region together, in blocks of the region's resolution; regions together, and all
  /// organs together, in blocks of the global mask's. Zero wherever the finer lies in the coarser.
  func containment(_ outputs: Outputs, _ plan: M3NetPlan) throws(TorchError) -> Tensor? {
    guard let masks = plan.masks, let logits = outputs[.organs], let global = outputs[.global]
    else { return nil }
    let organs = try logits.softmax()
    let anatomy = try global.softmax().channels(1..<2)
    let classes = plan.outputChannels
    let all = (0..<classes).map { $0 == 0 ? -1 : 0 }
    var total = try excess(
      of: organs.groupSums(all, count: 1),
      over: anatomy,
      ratio: plan.scales[masks.globalStage]
    )
    if let logits = outputs[.regions] {
      let regions = try logits.softmax()
      let count = masks.regions.count
      let members = masks.regionTable(classes: classes).map { Int($0) - 1 }
      let inRegions = try excess(
        of: organs.groupSums(members, count: count),
        over: regions.channels(1..<count + 1),
        ratio: plan.scales[masks.regionalStage]
      )
      let inGlobal = try excess(
        of: regions.groupSums([-1] + [Int](repeating: 0, count: count), count: 1),
        over: anatomy,
        ratio: zip(plan.scales[masks.globalStage], plan.scales[masks.regionalStage]).map(/)
      )
      total = try total + inRegions + inGlobal
    }
    return total
  }

  private func excess(
    of fine: Tensor,
    over coarse: Tensor,
    ratio: [Int]
  ) throws(TorchError) -> Tensor {
    let blocks = ratio == [1, 1, 1] ? fine : try fine.blockMeans(stride: ratio)
    return try (blocks - coarse).rectified().squared().mean()
  }

  /// How unlike the first modality the registered second one is, the mean over the samples; one that
  /// lacks a modality counts 0.
  func dissimilarity(
    _ outputs: Outputs,
    _ image: Tensor,
    _ plan: M3NetPlan
  ) throws(TorchError) -> Tensor? {
    guard let registered = outputs[.registered] else { return nil }
    let split = plan.modalities[0].channels
    let first = try image.channels(0..<split).presence().values()
    let second = try image.channels(split..<plan.inputChannels).presence().values()
    let weights = zip(first, second).map { $0 * $1 }
    let unlike = try image.channels(0..<1).dissimilarity(
      to: registered,
      joint.similarityKind,
      weights: weights
    )
    return try unlike * (Double(weights.reduce(0, +)) / Double(max(1, weights.count)))
  }

  func roughness(_ outputs: Outputs, _ plan: M3NetPlan) throws(TorchError) -> Tensor? {
    guard let velocity = outputs[.velocity], let registration = plan.registration else {
      return nil
    }
    return try velocity.roughness(scale: plan.scales[registration.stage])
  }

  /// The mean over all voxels of the displacement's square error, in voxels²; where it is not known
  /// it counts 0.
  func fieldLoss(
    _ outputs: Outputs,
    _ expected: ExpectedField?
  ) throws(TorchError) -> Tensor? {
    guard let field = outputs[.field], let expected else { return nil }
    let errors = try (field - expected.displacement).squared().sum(over: [1])
    return try (errors * expected.isKnown.sum(over: [1])).mean()
  }
}
