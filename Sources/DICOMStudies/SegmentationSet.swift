public import Anatomy

/// A segmentation as a value: structures by the label of each pixel of a series' slices.
public struct SegmentationSet: Sendable {
  /// How voxels are stored.
  public enum Encoding: String, CaseIterable, Hashable, Sendable {
    /// A bit for each pixel, and frames of their own for each structure: what every reader knows.
    case binary
    /// The label of each pixel (PS3.3 of 2024, Label Map Segmentation): a frame for each slice.
    case labelMap = "labelmap"
  }

  /// One structure.
  public struct Segment: Hashable, Sendable {
    /// The label of its pixels, at least 1.
    public var label: UInt16
    /// Segment Label: its name.
    public var name: String
    /// What it is.
    public var concept: StructureConcept
    /// The color that viewers show.
    public var color: StructureColor
    /// Segment Algorithm Name: what drew it; at most 64 characters.
    public var algorithm: String

    /// A structure from its parts.
    public init(
      label: UInt16,
      name: String,
      concept: StructureConcept,
      color: StructureColor,
      algorithm: String
    ) {
      self.label = label
      self.name = name
      self.concept = concept
      self.color = color
      self.algorithm = algorithm
    }
  }

  /// Series Description and Content Description.
  public var label: String
  /// The structures, at least one, each with a pixel.
  public var segments: [Segment]
  /// The labels of each slice's pixels, row by row, in the series' order; empty where it has none.
  public var slices: [[UInt16]]

  /// A segmentation from its parts.
  public init(label: String, segments: [Segment], slices: [[UInt16]]) {
    self.label = label
    self.segments = segments
    self.slices = slices
  }
}

extension SegmentationSet.Encoding {
  /// SOP Class UID.
  var sopClass: String {
    switch self {
    case .binary: "1.2.840.10008.5.1.4.1.1.66.4"
    case .labelMap: "1.2.840.10008.5.1.4.1.1.66.7"
    }
  }
}
