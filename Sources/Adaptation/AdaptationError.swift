public import Registration

/// Why an earlier contour cannot guide a later one.
public enum AdaptationError: Error, Hashable {
  /// Something lies on another grid than it should.
  case otherGrid(what: String, found: SIMD3<Int>, expected: SIMD3<Int>)
  /// Contours that should be registered lie on the later scan already.
  case contoursOnLaterScan
  /// The earlier scan and the later one could not be registered at all.
  case registration(RegistrationError)
  /// A model's channel is none that guidance can fill.
  case unknownChannel(name: String)
  /// A channel shows the earlier scan, and there is none.
  case noEarlierScan(channel: String)
  /// The contours do not know a structure.
  case unknownStructure(name: String, known: [String])
  /// Too few cases to decide anything from.
  case tooFewCases(what: String, found: Int, expected: Int)
}

extension AdaptationError: CustomStringConvertible {
  /// One sentence: what, where, and what was expected.
  public var description: String {
    func text(_ size: SIMD3<Int>) -> String { "\(size.x)×\(size.y)×\(size.z)" }
    switch self {
    case .otherGrid(let what, let found, let expected):
      return "\(what) lie on another grid (\(text(found)) voxels) than the scan they belong to "
        + "(\(text(expected)) voxels, its spacing, origin and directions); were two files exchanged?"
    case .contoursOnLaterScan:
      return
        "The earlier contours lie on the later scan's grid, not on the earlier scan's; were the "
        + "two scans exchanged, or everything registered already (--registered)?"
    case .registration(let error):
      return error.description
    case .unknownChannel(let name):
      return "The model's channel \(name) is none that an earlier contour can fill, expected T2, "
        + "T2_prior, gradient, gradient_paper, gradient_delineate, mask_prior or "
        + "mask_prior_STRUCTURE."
    case .noEarlierScan(let channel):
      return "The model's channel \(channel) shows the earlier scan, and none was given."
    case .unknownStructure(let name, let known):
      return "The earlier contours have no structure \(name), expected one of "
        + known.joined(separator: ", ") + "."
    case .tooFewCases(let what, let found, let expected):
      return "\(what) needs at least \(expected) cases, found \(found)."
    }
  }
}
