/// What training makes small: a sum of an overlap loss and a loss per voxel.
public struct LossPlan: Codable, Hashable, Sendable {
  /// A loss on sums over the patch.
  public enum Overlap: String, Codable, Hashable, Sendable, CaseIterable {
    /// None.
    case none
    /// The mean of each class's soft Dice, negative, as nnU-Net's `MemoryEfficientSoftDiceLoss`.
    case dice
    /// Generalized Dice: classes weighted by one over their squared volume (Sudre et al., 2017).
    case generalizedDice
  }
  /// A loss on each voxel.
  public enum Voxels: String, Codable, Hashable, Sendable, CaseIterable {
    /// None.
    case none
    /// The mean cross-entropy.
    case crossEntropy
    /// The mean focal loss, cross-entropy times `(1 − p)²` (Lin et al., ICCV 2017).
    case focal
    /// The mean of the tenth of the voxels with the largest cross-entropy (nnU-Net's `TopKLoss`).
    case topK
  }

  /// The loss on sums over the patch.
  public var overlap: Overlap
  /// The loss on each voxel.
  public var voxels: Voxels
  /// The factor of the first.
  public var overlapWeight: Double
  /// The factor of the second.
  public var voxelWeight: Double
  /// Whether sums run over all samples of a batch before Dice is taken.
  public var isBatchDice: Bool
  /// Added to Dice's numerator and denominator.
  public var smoothing: Double
  /// Whether the decoder's lower stages have losses of their own, halved from stage to stage.
  public var hasDeepSupervision: Bool

  /// A loss; by default nnU-Net's.
  public init(
    overlap: Overlap = .dice,
    voxels: Voxels = .crossEntropy,
    overlapWeight: Double = 1,
    voxelWeight: Double = 1,
    isBatchDice: Bool = false,
    smoothing: Double = 1e-5,
    hasDeepSupervision: Bool = true
  ) {
    self.overlap = overlap
    self.voxels = voxels
    self.overlapWeight = overlapWeight
    self.voxelWeight = voxelWeight
    self.isBatchDice = isBatchDice
    self.smoothing = smoothing
    self.hasDeepSupervision = hasDeepSupervision
  }

  /// The weight of each of `count` outputs, the one at full resolution last.
  ///
  /// Halved from stage to stage, the lowest resolution left out, and summing to 1: nnU-Net's
  /// `DeepSupervisionWrapper`.
  public func outputWeights(_ count: Int) -> [Double] {
    guard hasDeepSupervision, count > 1 else {
      return (0..<count).map { $0 == count - 1 ? 1 : 0 }
    }
    let raw = (0..<count).map { $0 == 0 ? 0 : 1 / Double(1 << (count - 1 - $0)) }
    let sum = raw.reduce(0, +)
    return raw.map { $0 / sum }
  }
}
