public import Torch

/// What a batch's voxels should be labeled.
public struct ExpectedLabels {
  /// Labels `[N, D, H, W]` for each output of the network, at its resolution.
  public var labels: [LabelBatch]
  /// For each sample, for each class, whether it was contoured there; C order, `N · C` values.
  public var isContoured: [Bool]

  /// Labels for each of the network's outputs.
  public init(labels: [LabelBatch], isContoured: [Bool]) {
    self.labels = labels
    self.isContoured = isContoured
  }
}

extension LossPlan {
  /// The loss of a network's outputs, a single number with gradients.
  /// - Parameters:
  ///   - predicted: logits `[N, C, D, H, W]` for each output, the one at full resolution last.
  ///   - expected: labels for the same outputs.
  ///   - share: the part's place in a larger batch, to whose loss this one adds; a batch of its own
  ///     by default.
  /// - Returns: A tensor of one element.
  /// - Throws: `TorchError` where outputs and labels do not fit each other.
  public func callAsFunction(
    predicted: [Tensor],
    expected: ExpectedLabels,
    share: BatchShare? = nil
  ) throws(TorchError) -> Tensor {
    guard predicted.count == expected.labels.count, !predicted.isEmpty else {
      throw .invalidArgument(
        operation: "a loss",
        reason: "\(predicted.count) outputs and \(expected.labels.count) label maps"
      )
    }
    guard overlap != .none || voxels != .none else {
      throw .invalidArgument(operation: "a loss", reason: "all its parts are turned off")
    }
    let isContoured = expected.isContoured
    let share = share ?? BatchShare(isContoured, classes: predicted[0].shape.dropFirst().first ?? 1)
    var total: Tensor?
    for (index, weight) in outputWeights(predicted.count).enumerated() where weight > 0 {
      let loss = try self.loss(predicted[index], expected.labels[index], isContoured, share)
      let weighted = try loss * weight
      total = try total.map { (sum) throws(TorchError) in try sum + weighted } ?? weighted
    }
    guard let total else {
      throw .invalidArgument(operation: "a loss", reason: "no output has a weight")
    }
    return total
  }

  private func loss(
    _ logits: Tensor,
    _ labels: LabelBatch,
    _ isContoured: [Bool],
    _ share: BatchShare
  ) throws(TorchError) -> Tensor {
    let ownShare = Double(logits.shape[0]) / Double(share.samples)
    let byVoxel = try voxelLoss(logits, labels, isContoured)
      .map { (loss) throws(TorchError) in try loss * ownShare }
    if overlap == .none, let byVoxel { return byVoxel }
    let sums = try logits.overlapSums(labels: labels, isContoured: isContoured)
    let classes = sums.shape[2]
    let byOverlap: Tensor
    if overlap != .generalizedDice {
      byOverlap = try softDice(sums, isContoured, classes: classes, share)
    } else {
      byOverlap = try generalizedDice(sums, classes: classes, share)
    }
    let weighted = try byOverlap * overlapWeight
    guard let byVoxel else { return weighted }
    return try weighted + byVoxel
  }

  private func voxelLoss(
    _ logits: Tensor,
    _ labels: LabelBatch,
    _ isContoured: [Bool]
  ) throws(TorchError) -> Tensor? {
    guard voxels != .none else { return nil }
    let entropy = try logits.crossEntropy(labels: labels, isContoured: isContoured)
    switch voxels {
    case .none, .crossEntropy:
      return try entropy.mean() * voxelWeight
    case .focal:
      let missed = try 1 - (-entropy).exponential()
      return try (missed.squared() * entropy).mean() * voxelWeight
    case .topK:
      let count = entropy.shape.reduce(1, *)
      return try entropy.meanOfLargest(max(1, count / 10)) * voxelWeight
    }
  }

  /// `−mean (2 I + s) / (P + E + s)` over the contoured classes but background; `[3, N, C]` sums.
  private func softDice(
    _ sums: Tensor,
    _ isContoured: [Bool],
    classes: Int,
    _ share: BatchShare
  ) throws(TorchError) -> Tensor {
    guard isBatchDice else {
      let counts = isContoured.enumerated().map { $0.offset % classes != 0 && $0.element }
      let weight = 1 / Double(max(1, share.pairs))
      return try dice(sums, counts, weight, shape: [isContoured.count / classes, classes])
    }
    let joined = try share.joined(sums.sum(over: [1]))
    let counts = share.isContouredInPart.enumerated().map { $0.offset != 0 && $0.element }
    let weight = share.partShare / Double(max(1, counts.count { $0 }))
    return try share.countedOnce(dice(joined, counts, weight, shape: [classes]))
  }

  private func dice(
    _ sums: Tensor,
    _ isCounted: [Bool],
    _ weight: Double,
    shape: [Int]
  ) throws(TorchError) -> Tensor {
    let weights = try Tensor(
      isCounted.map { $0 ? Float(weight) : 0 },
      shape: shape,
      on: sums.device
    )
    let intersections = try sums.weighted(2, 0, 0) + smoothing
    let dice = try intersections / (sums.weighted(0, 1, 1) + smoothing)
    return try -(dice * weights).sum()
  }

  /// `1 − 2 Σ w I / Σ w (P + E)` with `w = 1 / E²`, over all classes that occur.
  private func generalizedDice(
    _ sums: Tensor,
    classes: Int,
    _ share: BatchShare
  ) throws(TorchError) -> Tensor {
    let overBatch = try share.joined(sums.sum(over: [1]))
    let expected = try overBatch.weighted(0, 0, 1).detached().values()
    let weights = try Tensor(
      expected.map { $0 > 0 ? 1 / ($0 * $0) : 0 },
      shape: [classes],
      on: sums.device
    )
    let intersections = try (overBatch.weighted(2, 0, 0) * weights).sum() + smoothing
    let all = try (overBatch.weighted(0, 1, 1) * weights).sum() + smoothing
    return try share.countedOnce((1 - intersections / all) * share.partShare)
  }
}

extension Tensor {
  /// A weighted sum of the three parts along the first axis.
  fileprivate func weighted(_ a: Float, _ b: Float, _ c: Float) throws(TorchError) -> Tensor {
    let weights = try Tensor(
      [a, b, c],
      shape: [3] + shape.dropFirst().map { _ in 1 },
      on: device
    )
    return try (self * weights).sum(over: [0])
  }
}
