/// Something about a structure set that whoever uses it must know: nothing is dropped silently.
public enum StructureSetFinding: Hashable, Sendable {
  /// A structure has no contour.
  case noContours(structure: String)
  /// Contours belong to a ROI number that no structure has; left out.
  case unknownStructure(number: Int, contours: Int)
  /// Two structures have one ROI number; the first keeps the contours.
  case doubledNumber(number: Int, structure: String)
  /// A structure has no name; it was given one of its number.
  case noName(number: Int)
  /// Contours of a kind that encloses nothing; left out.
  case notClosedPlanar(structure: String, kind: String, count: Int)
  /// Contours whose coordinates are not triples of numbers; left out.
  case badCoordinates(structure: String, count: Int)
  /// Contours whose number of points is not the one they declare; the coordinates were taken.
  case wrongPointCount(structure: String, count: Int)
  /// The structure set and the images do not name the same frame of reference.
  case otherFrameOfReference
  /// The structure set refers to another series than the images'.
  case otherSeries
  /// Contours refer to images that the series does not have; their coordinates were taken.
  case missingImages(structure: String, count: Int)
}

extension StructureSetFinding: CustomStringConvertible {
  /// One sentence: what, and what was done.
  public var description: String {
    func contours(_ count: Int) -> String { "\(count) contour\(count == 1 ? "" : "s")" }
    switch self {
    case .noContours(let structure):
      return "\(structure): no contour."
    case .unknownStructure(let number, let count):
      return "\(contours(count)) of ROI number \(number), which no structure has, left out."
    case .doubledNumber(let number, let structure):
      return "\(structure): a structure before it has the ROI number \(number); read as empty."
    case .noName(let number):
      return "ROI number \(number) has no name; called ROI_\(number)."
    case .notClosedPlanar(let structure, let kind, let count):
      return "\(structure): \(contours(count)) of kind \(kind) left out: they enclose nothing."
    case .badCoordinates(let structure, let count):
      return "\(structure): \(contours(count)) left out: coordinates are not triples of numbers."
    case .wrongPointCount(let structure, let count):
      return "\(structure): \(contours(count)) declare another number of points than they have."
    case .otherFrameOfReference:
      return "The structure set has another frame of reference than the images."
    case .otherSeries:
      return "The structure set refers to another series than the images'."
    case .missingImages(let structure, let count):
      return
        "\(structure): \(contours(count)) refer to images that are not there; placed by position."
    }
  }
}
