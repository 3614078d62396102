public import Registration
public import Volumes

/// What became of a scan beside the one that is contoured.
public struct ScanUse: Codable, Sendable, Hashable {
  /// How the scan came to where the network saw it.
  public enum Fate: String, Codable, Sendable, Hashable {
    /// It lay on the contoured scan's grid.
    case given
    /// Brought onto the grid by where both files say they lie.
    case positioned
    /// Registered, and nothing speaks against the result.
    case registered
    /// Registered, with a result to be looked at.
    case doubtful
    /// Not used: the network ran without it.
    case leftOut = "left-out"
  }

  /// The model's channel.
  public var channel: String
  /// What became of it.
  public var fate: Fate
  /// Why, a sentence each, where it was left out or is doubtful.
  public var reasons: [String]
  /// What the registration's verdict rests on, where there was one.
  public var registration: RegistrationVerdict.Measures?

  /// What a reader of the contours should know, if anything.
  var warning: String? {
    let why = reasons.joined(separator: " ")
    switch fate {
    case .given, .registered: return nil
    case .positioned:
      return "\(channel) lay on another grid and was brought onto the scan's by position alone: "
        + "register (--register) where the patient moved."
    case .doubtful:
      return "The registration of \(channel) is doubtful, look at it before use: \(why)"
    case .leftOut: return "\(channel) was left out: \(why)"
    }
  }
}

/// A scan beside the contoured one, on that one's grid, as the network saw it before it was prepared.
public struct AlignedScan: Sendable {
  /// The model's channel.
  public let channel: String
  /// The scan on the contoured scan's grid.
  public let volume: Volume<Float>
  /// The scan as it was read.
  let original: Volume<Float>
  /// From points of the contoured scan to points of this one.
  let transform: SpatialTransform
  /// Whether it is a CT.
  public let isCT: Bool
}
