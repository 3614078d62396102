/// What was decided on validation patients for an adaptive model: `adaptation.json` in its folder.
public struct AdaptationRules: Hashable, Sendable, Codable {
  /// The name of the file in a model's folder.
  public static let fileName = "adaptation.json"

  /// How large contours must be, structure by structure.
  public var existence: [ExistenceRule]
  /// How sure a volume is, structure by structure.
  public var intervals: [VolumeIntervalRule]

  /// Rules from their parts.
  public init(existence: [ExistenceRule] = [], intervals: [VolumeIntervalRule] = []) {
    self.existence = existence
    self.intervals = intervals
  }

  /// The rule for a structure's existence, where one was decided.
  public func existence(of structure: String) -> ExistenceRule? {
    existence.first { $0.structure == structure }
  }

  /// The rule for a structure's volume, where one was decided.
  public func interval(of structure: String) -> VolumeIntervalRule? {
    intervals.first { $0.structure == structure }
  }
}
