/// How large contours of a structure must be for it to be reported at all.
///
/// A network that was shown where a tumor was tends to draw a small rest of one that has vanished.
/// Below a volume that was chosen on validation patients, such a rest is taken for nothing.
public struct ExistenceRule: Hashable, Sendable, Codable {
  /// The structure.
  public let structure: String
  /// Contours of less than this, in ml, are none.
  public let smallestMilliliters: Double
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
  /// Between the largest rest of a vanished tumor that it may reach and the next larger contour it
  /// lies in the middle, so that it loses no more than it has to.
  /// - Parameters:
  ///   - structure: The structure's name.
  ///   - outcomes: What was predicted on validation patients, and what was there.
  ///   - wanted: The share of tumors that must be kept, in (0, 1].
  /// - Throws: ``AdaptationError/tooFewCases(what:found:expected:)`` where fewer than five tumors were there.
  public init(
    structure: String,
    outcomes: [VolumeOutcome],
    specificity wanted: Double = 0.95
  ) throws(AdaptationError) {
    let there = outcomes.filter { $0.actual > 0 }.map(\.predicted).sorted()
    let gone = outcomes.filter { $0.actual == 0 }.map(\.predicted)
    guard there.count >= 5 else {
      throw .tooFewCases(
        what: "An existence rule for \(structure)",
        found: there.count,
        expected: 5
      )
    }
    // Contours that the network missed altogether are lost whatever the rule.
    let mayLose = Int(((1 - wanted) * Double(there.count) + 1e-9).rounded(.down))
    let limit = there[min(mayLose, there.count - 1)]
    let reached = gone.filter { $0 < limit }.max() ?? 0
    let next = there.first { $0 > reached } ?? limit
    let smallest = reached > 0 ? (reached + min(next, limit)) / 2 : 0
    self.structure = structure
    smallestMilliliters = smallest
    func isKept(_ volume: Double) -> Bool { volume > 0 && volume >= smallest }
    sensitivity =
      gone.isEmpty ? nil : Double(gone.count { !isKept($0) }) / Double(gone.count)
    specificity = Double(there.count(where: isKept)) / Double(there.count)
    vanished = gone.count
    present = there.count
  }

  /// Whether contours of this volume, in ml, are reported.
  public func keeps(milliliters: Double) -> Bool {
    milliliters > 0 && milliliters >= smallestMilliliters
  }
}

/// One structure of one validation patient: what was predicted, and what was there.
public struct VolumeOutcome: Hashable, Sendable {
  /// The volume of the predicted contours, in ml.
  public let predicted: Double
  /// The volume of the reference contours, in ml.
  public let actual: Double

  /// An outcome from its volumes.
  public init(predicted: Double, actual: Double) {
    self.predicted = predicted
    self.actual = actual
  }
}
