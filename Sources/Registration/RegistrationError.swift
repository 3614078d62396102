/// Why two scans could not be registered.
public enum RegistrationError: Error, Hashable {
  /// One of the two scans.
  public enum Role: String, Hashable, Sendable {
    /// The scan that keeps its grid.
    case fixed
    /// The scan that is moved.
    case moving
  }

  /// A program that does the work is not installed.
  case missingProgram(String)
  /// All voxels of a scan have one value.
  case constant(Role)
  /// A scan has too few voxels along an axis.
  case tooThin(Role, size: SIMD3<Int>)
  /// No place of the moving scan lets the two scans share enough of the body.
  case noOverlap
  /// A mask lies on another grid than its scan, or has no voxels.
  case badMask(Role, reason: String)
  /// The child process ended with an error; its own words in one line.
  case programFailed(String, reason: String)
  /// The files for the child process could not be written or read.
  case files(reason: String)
  /// The work was cancelled.
  case cancelled
}

extension RegistrationError: CustomStringConvertible {
  /// One sentence: what, where, and what was expected.
  public var description: String {
    switch self {
    case .missingProgram(let name):
      "\(name) is not installed; registration runs it: apt install elastix (./do setup does)."
    case .constant(let role):
      "The \(role) scan has one value everywhere; a scan that shows a patient is expected."
    case .tooThin(let role, let size):
      """
      The \(role) scan has \(size.x)×\(size.y)×\(size.z) voxels; registration needs at least 4 \
      along each axis.
      """
    case .noOverlap:
      """
      The two scans share too little of the body at every place that was tried; scans of one \
      region of one patient are expected.
      """
    case .badMask(let role, let reason):
      "The mask of the \(role) scan \(reason)."
    case .programFailed(let name, let reason):
      "\(name) ended with an error: \(reason)."
    case .files(let reason):
      "The files of a registration could not be exchanged: \(reason)."
    case .cancelled:
      "The registration was cancelled."
    }
  }
}
