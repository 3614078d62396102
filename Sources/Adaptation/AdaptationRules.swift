/// What was decided on validation patients for an adaptive model: `adaptation.json` in its folder.
public struct AdaptationRules: Hashable, Sendable, Codable {
  /// The name of the file in a model's folder.
  public static let fileName = "adaptation.json"

  /// When contours count as a tumor, structure by structure.
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

extension AdaptationRules {
  /// The structures that have contours of which the rules say that they are no tumor's, each with the
  /// reason in a sentence.
  public func vanished(
    among changes: [StructureChange]
  ) -> [(structure: String, sentence: String)] {
    changes.compactMap { change in
      let (volume, contrast) = (change.millilitersAfter, change.remainingContrast)
      guard volume > 0, let rule = existence(of: change.structure),
        !rule.keeps(milliliters: volume, remainingContrast: contrast)
      else { return nil }
      func text(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
      var reason = "less than the \(text(rule.smallestMilliliters)) ml that count as a tumor"
      if volume >= rule.smallestMilliliters, let contrast,
        let least = rule.smallestRemainingContrast
      {
        reason =
          "where \(text(contrast)) of the tumor's contrast is left and \(text(least)) count as one"
      }
      return (
        change.structure,
        "\(change.structure): the network drew \(text(volume)) ml, \(reason): reported as vanished."
      )
    }
  }
}
