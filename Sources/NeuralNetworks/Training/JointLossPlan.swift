public import Torch

/// What the training of M3-Net makes small beside the organs' own loss: the weight of each part.
///
/// A part whose network has no such output counts nothing.
public struct JointLossPlan: Codable, Hashable, Sendable {
  /// The loss of the global mask, of the same kind as the organs'.
  public var global: Double
  /// The loss of the regions' masks, of the same kind as the organs'.
  public var regions: Double
  /// How far organs reach out of their region, and regions out of the global mask.
  public var containment: Double
  /// How unlike the registered scan is.
  public var similarity: Double
  /// How that is measured.
  public var similarityKind: ImageSimilarity
  /// The roughness of the velocity.
  public var smoothness: Double
  /// The folding of the field.
  public var folding: Double
  /// The mean square distance to the true field in voxels, where it is known.
  public var knownField: Double

  /// A loss from its weights.
  public init(
    global: Double = 0.25,
    regions: Double = 0.5,
    containment: Double = 1,
    similarity: Double = 1,
    similarityKind: ImageSimilarity = .mind,
    smoothness: Double = 0.05,
    folding: Double = 10,
    knownField: Double = 0.1
  ) {
    self.global = global
    self.regions = regions
    self.containment = containment
    self.similarity = similarity
    self.similarityKind = similarityKind
    self.smoothness = smoothness
    self.folding = folding
    self.knownField = knownField
  }

  /// The weights by their names.
  package var weights: [(name: String, weight: Double)] {
    [
      ("global", global), ("regions", regions), ("containment", containment),
      ("similarity", similarity), ("smoothness", smoothness), ("folding", folding),
      ("knownField", knownField),
    ]
  }
}
