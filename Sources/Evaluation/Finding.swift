/// Something about the data that a reader of the scores must know: nothing is dropped silently.
public struct Finding: Hashable, Sendable, Codable {
  /// What kind of thing was found.
  public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    /// The prediction has no such case.
    case predictionCaseMissing
    /// The reference has no such case.
    case referenceCaseMissing
    /// The prediction has no file, segment or label of a structure of the reference.
    case predictionMissing
    /// The reference has no file, segment or label of a structure of the prediction.
    case referenceMissing
    /// The prediction's structure has no voxel.
    case predictionEmpty
    /// The reference's structure has no voxel.
    case referenceEmpty
    /// The structure has no voxel on both sides.
    case bothEmpty
    /// The grids differ, and the prediction was resampled as asked.
    case resampled
    /// The grids differ; the case or structure was not scored.
    case gridMismatch
    /// A file could not be read; the case or structure was not scored.
    case unreadable
    /// A label map holds a number that its scheme does not name.
    case unknownLabel
    /// Two files, segments or labels of a case stand for one structure.
    case duplicateName
    /// Contours of a structure set could not be taken as they are.
    case contours
    /// A structure has a single voxel.
    case singleVoxel
    /// A structure touches the border of the volume, so that part of it may be missing.
    case touchesBorder
  }

  /// What kind of thing it is.
  public var kind: Kind
  /// The case, where it is about one.
  public var caseName: String?
  /// The structure, where it is about one.
  public var structure: String?
  /// One sentence: what, where, and what was done.
  public var text: String

  /// A finding from its parts.
  public init(_ kind: Kind, caseName: String?, structure: String?, text: String) {
    self.kind = kind
    self.caseName = caseName
    self.structure = structure
    self.text = text
  }
}
