/// When contours of a structure count as a tumor.
///
/// A network that was shown where a tumor was tends to draw a rest of one that has vanished. Two limits,
/// chosen on validation patients, tell such a rest: its volume, and how much of the earlier tumor's
/// contrast is left where it lies.
public struct ExistenceRule: Hashable, Sendable, Codable {
  /// The structure.
  public let structure: String
  /// Contours of less than this, in ml, are none.
  public let smallestMilliliters: Double
  /// Contours where less than this share of the earlier contrast is left are none.
  ///
  /// `nil` where contrast does not count. Contours of which it is not known are kept.
  public let smallestRemainingContrast: Double?
  /// Of the validation patients whose tumor had vanished, the share that the rule recognizes; `nil`
  /// where there were none.
  public let sensitivity: Double?
  /// Of those whose tumor was there, the share that keep their contours.
  public let specificity: Double
  /// How many of the validation patients' tumors had vanished.
  public let vanished: Int
  /// How many were there.
  public let present: Int

  /// The rule that recognizes the most vanished tumors and still loses at most `1 − specificity` of
  /// those that are there.
  ///
  /// Both limits lie in the middle between the largest rest of a vanished tumor that they may reach and
  /// the next larger one that is there, so that they lose no more than they have to. Of rules that
  /// recognize as many, the one with the smaller volume is taken.
  /// - Parameters:
  ///   - structure: The structure's name.
  ///   - outcomes: What was predicted on validation patients, and what was there.
  ///   - wanted: The share of tumors that must be kept, in (0, 1].
  /// - Throws: ``AdaptationError/tooFewCases(what:found:expected:)`` where fewer than five tumors were there.
  /// - Complexity: O(n² log n) for n patients.
  public init(
    structure: String,
    outcomes: [TumorOutcome],
    specificity wanted: Double = 0.95
  ) throws(AdaptationError) {
    let there = outcomes.filter { $0.actual > 0 }
    let gone = outcomes.filter { $0.actual == 0 }
    guard there.count >= 5 else {
      throw .tooFewCases(
        what: "An existence rule for \(structure)",
        found: there.count,
        expected: 5
      )
    }
    // Contours that the network missed altogether are lost whatever the rule.
    let mayLose = Int(((1 - wanted) * Double(there.count) + 1e-9).rounded(.down))
    var best = Limits(milliliters: 0)
    let volumes = (0...mayLose).compactMap { count in
      limit(
        losing: count,
        of: there.map(\.predicted),
        reaching: gone.map(\.predicted).filter { $0 > 0 }
      )
    }
    for volume in ([0] + volumes).map({ Limits(milliliters: $0) }) {
      let left = there.filter(volume.keep)
      var both = volume
      both.remainingContrast = limit(
        losing: max(0, mayLose - (there.count - left.count)),
        of: left.compactMap(\.remainingContrast),
        reaching: gone.filter(volume.keep).compactMap(\.remainingContrast)
      )
      for limits in [volume, both]
      where gone.count(where: limits.keep) < gone.count(where: best.keep) { best = limits }
    }
    self.structure = structure
    smallestMilliliters = best.milliliters
    smallestRemainingContrast = best.remainingContrast
    sensitivity =
      gone.isEmpty ? nil : Double(gone.count { !best.keep($0) }) / Double(gone.count)
    specificity = Double(there.count(where: best.keep)) / Double(there.count)
    vanished = gone.count
    present = there.count
  }

  /// Whether contours of this volume, in ml, are reported, where this share of the earlier contrast is
  /// left (`nil`: not known).
  public func keeps(milliliters: Double, remainingContrast: Double?) -> Bool {
    Limits(milliliters: smallestMilliliters, remainingContrast: smallestRemainingContrast)
      .keep(milliliters, remainingContrast)
  }
}

/// What contours must reach to be kept.
private struct Limits {
  var milliliters: Double
  var remainingContrast: Double?

  func keep(_ volume: Double, _ contrast: Double?) -> Bool {
    guard volume > 0, volume >= milliliters else { return false }
    guard let contrast, let remainingContrast else { return true }
    return contrast >= remainingContrast
  }

  func keep(_ outcome: TumorOutcome) -> Bool {
    keep(outcome.predicted, outcome.remainingContrast)
  }
}

/// The limit that reaches the most rests and loses no more of those that are there than it may.
///
/// In the middle between the largest rest that it reaches and what follows; `nil` where it reaches none.
private func limit(losing count: Int, of present: [Double], reaching rests: [Double]) -> Double? {
  let present = present.sorted()
  guard let largest = present.last else { return nil }
  let bound = count < present.count ? present[count] : largest
  guard let reached = rests.filter({ $0 < bound }).max() else { return nil }
  let next = present.first { $0 > reached } ?? bound
  return (reached + next) / 2
}
