/// Attention after each encoder stage: gates over channels, then over voxels, which also see masks that
/// are among the network's input.
///
/// Woo et al.'s CBAM; what makes it aware of masks is Tie et al.'s (UW LAIR, HNTS-MRG 2024). See
/// `Documentation/Decisions/0055-attention-to-earlier-masks.md`.
public struct MaskAttentionPlan: Codable, Hashable, Sendable {
  /// The input channels that are masks; at least one, each once.
  public var channels: [Int]
  /// By how much fewer channels the gate over channels has between its two layers.
  public var reduction: Int
  /// The size of the kernel that makes the gate over voxels; 1 along axes that the stage's own kernels
  /// do not look along.
  public var kernel: Int

  /// Attention from its parts; the numbers are UW LAIR's.
  public init(channels: [Int], reduction: Int = 16, kernel: Int = 7) {
    self.channels = channels
    self.reduction = reduction
    self.kernel = kernel
  }
}
