/// One structure of one patient weeks later, as one method contoured it.
public struct TimePointOutcome: Hashable, Sendable, Codable {
  /// The patient.
  public let caseName: String
  /// The structure.
  public let structure: String
  /// Its volume before, as registered, in ml.
  public let millilitersBefore: Double
  /// The volume of the reference now, in ml.
  public let millilitersNow: Double
  /// The volume that the method found, in ml.
  public let millilitersFound: Double
  /// What both hold, in ml.
  public let millilitersCommon: Double
  /// Dice; `nil` where neither has a voxel.
  public let dice: Double?
  /// The 95th percentile of the surface distances in mm (surface-distance); `nil` where a side is empty.
  public let hausdorff95: Double?
  /// The mean surface distance in mm; `nil` where a side is empty.
  public let meanSurfaceDistance: Double?

  /// An outcome from its parts.
  public init(
    caseName: String,
    structure: String,
    millilitersBefore: Double,
    millilitersNow: Double,
    millilitersFound: Double,
    millilitersCommon: Double,
    dice: Double?,
    hausdorff95: Double? = nil,
    meanSurfaceDistance: Double? = nil
  ) {
    self.caseName = caseName
    self.structure = structure
    self.millilitersBefore = millilitersBefore
    self.millilitersNow = millilitersNow
    self.millilitersFound = millilitersFound
    self.millilitersCommon = millilitersCommon
    self.dice = dice
    self.hausdorff95 = hausdorff95
    self.meanSurfaceDistance = meanSurfaceDistance
  }

  /// Whether a tumor that was there before is gone.
  public var hasVanished: Bool { millilitersBefore > 0 && millilitersNow == 0 }
  /// Whether a tumor that was there before is there still.
  public var persists: Bool { millilitersBefore > 0 && millilitersNow > 0 }
  /// The change of volume as a share of the volume before: −1 where the tumor vanished.
  public var relativeChange: Double? {
    millilitersBefore > 0 ? millilitersNow / millilitersBefore - 1 : nil
  }
  /// Dice with an empty contour of an empty structure counted as right.
  public var creditedDice: Double { dice ?? 1 }
}

/// One method's contours of all patients.
public struct TimePointMethod: Hashable, Sendable, Codable {
  /// What it is called.
  public let name: String
  /// One outcome a patient and structure: patients in order, structures in order within them.
  public let outcomes: [TimePointOutcome]

  /// A method from its outcomes.
  public init(name: String, outcomes: [TimePointOutcome]) {
    self.name = name
    self.outcomes = outcomes
  }

  /// The outcomes of one structure.
  public func outcomes(of structure: String) -> [TimePointOutcome] {
    outcomes.filter { $0.structure == structure }
  }
}
