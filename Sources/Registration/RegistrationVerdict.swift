/// Whether a registration can be trusted, and the numbers that say so.
public struct RegistrationVerdict: Hashable, Sendable, Codable {
  /// The judgment.
  public enum Judgment: String, Hashable, Sendable, Codable {
    /// Nothing speaks against it; a person still looks at the pictures.
    case trusted
    /// Something is unusual; look before use.
    case doubtful
    /// The scans do not lie on each other.
    case failed
  }

  /// What was measured.
  public struct Measures: Hashable, Sendable, Codable {
    /// Normalized mutual information (1 to 2) as the headers place the scans.
    public var similarityBefore: Double
    /// Normalized mutual information (1 to 2) after registration, in the fixed body.
    public var similarityAfter: Double
    /// Mutual information in nats before.
    public var informationBefore: Double
    /// Mutual information in nats after.
    public var informationAfter: Double
    /// The share of the fixed body that the moving scan shows, 0 to 1.
    public var overlap: Double
    /// How far the linear part moves the middle of the body, in mm.
    public var translation: Double
    /// The angle of the linear part, in degrees.
    public var rotationInDegrees: Double
    /// The mean displacement of the deformation in the body beyond its linear part, in mm.
    public var deformation: Double
    /// The smallest Jacobian determinant in the fixed body.
    public var smallestJacobian: Double
    /// The share of voxels where the map folds, 0 to 1.
    public var foldedShare: Double
    /// How far apart two independent searches end, in mm: ours on coarse copies, and elastix.
    public var disagreement: Double
    /// The median distance by which blocks of 4 cm would rather lie elsewhere, in mm; `nil` where
    /// too few blocks show structure.
    public var localResidual: Double?
    /// The share of blocks that would rather lie more than 6 mm away.
    public var strayBlocks: Double?
    /// The best similarity with the moving scan mirrored or turned over, and how.
    public var turnedSimilarity: Double
    /// How it was turned for that.
    public var turnedHow: String
  }

  /// The judgment.
  public let judgment: Judgment
  /// Why, one sentence each; empty where the result is trusted.
  public let reasons: [String]
  /// The numbers.
  public let measures: Measures
}

extension RegistrationVerdict {
  /// Judges by the bounds that `Documentation/Registration.md` gives the measurements for.
  init(_ m: Measures, kind: RegistrationKind) {
    var failures: [String] = []
    var doubts: [String] = []
    func number(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
    if m.overlap < 0.1 {
      failures.append("The moving scan shows only \(percent(m.overlap)) of the fixed body.")
    } else if m.overlap < 0.25 {
      doubts.append("The moving scan shows only \(percent(m.overlap)) of the fixed body.")
    }
    if m.similarityAfter < Self.leastSimilarity {
      failures.append("The scans tell too little of each other where they were laid.")
    }
    if m.turnedSimilarity - 1 > 1.05 * (m.similarityAfter - 1) {
      failures.append(
        "The moving scan fits better \(m.turnedHow): one of the headers lies about directions."
      )
    } else if m.turnedSimilarity - 1 > 0.95 * (m.similarityAfter - 1) {
      // Left and right are too much alike to tell: not to be passed over in silence.
      doubts.append("The moving scan fits about as well \(m.turnedHow): check the sides.")
    }
    if m.similarityAfter < m.similarityBefore - 0.002 {
      failures.append("The scans lay better on each other before.")
    }
    if m.disagreement > 10 {
      failures.append("Two searches end \(number(m.disagreement)) mm apart.")
    } else if m.disagreement > 4 {
      doubts.append("Two searches end \(number(m.disagreement)) mm apart.")
    }
    if let residual = m.localResidual, let stray = m.strayBlocks {
      let words = "\(percent(stray)) of the body's blocks would rather lie elsewhere (median "
      if residual > 5 || stray > 0.5 {
        failures.append(words + "\(number(residual)) mm).")
      } else if residual > 3 || stray > 0.3 {
        doubts.append(words + "\(number(residual)) mm).")
      }
    } else {
      doubts.append("Too little structure is shown to check the result block by block.")
    }
    if m.foldedShare > 0.001 {
      failures.append("The deformation folds in \(percent(m.foldedShare)) of the body.")
    } else if m.smallestJacobian < 0.2 {
      doubts.append("The deformation shrinks some places to \(percent(m.smallestJacobian)).")
    }
    if m.rotationInDegrees > 45 {
      doubts.append("The scan is turned by \(number(m.rotationInDegrees))°.")
    }
    measures = m
    judgment = !failures.isEmpty ? .failed : doubts.isEmpty ? .trusted : .doubtful
    reasons = failures + doubts
  }

  /// Below this normalized mutual information two scans are strangers.
  static let leastSimilarity = 1.03
}
