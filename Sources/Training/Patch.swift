/// One cut-out of a prepared case, as the network sees it in training.
public struct Patch: Hashable, Sendable {
  /// The number of channels.
  public let channelCount: Int
  /// The size in voxels, `[D, H, W]`.
  public let size: [Int]
  /// The intensities `[C, D, H, W]`, W fastest.
  public var image: [Float]
  /// The class of each voxel `[D, H, W]`: an index of the network's outputs, 0 for background.
  public var labels: [UInt8]
  /// The deformation that the second modality is moved by; `nil` for none.
  var deformation: ElasticField.Draw?

  /// A patch from its parts.
  /// - Precondition: Both arrays fill the size.
  public init(channelCount: Int, size: [Int], image: [Float], labels: [UInt8]) {
    precondition(
      size.count == 3 && labels.count == size.reduce(1, *)
        && image.count == channelCount * labels.count,
      "a patch holds one value per channel and voxel"
    )
    self.channelCount = channelCount
    self.size = size
    self.image = image
    self.labels = labels
  }
}

/// The patches of one step.
public struct TrainingBatch: Hashable, Sendable {
  /// The patches, all of one size.
  public var patches: [Patch]
  /// For each patch, for each class, whether its case was contoured for it: `N · C` values.
  public var isContoured: [Bool]

  /// A batch from its parts.
  public init(patches: [Patch], isContoured: [Bool]) {
    self.patches = patches
    self.isContoured = isContoured
  }
}

/// Where a training takes its batches from.
///
/// A batch depends on nothing but its number (and the plan's seed), so that a training that resumes
/// sees the batches it would have seen.
public protocol BatchSource: Sendable {
  /// The batch of a training step.
  func trainingBatch(_ step: Int) throws -> TrainingBatch
  /// One of the validation batches; the same in every epoch, without augmentation.
  func validationBatch(_ index: Int) throws -> TrainingBatch
}
