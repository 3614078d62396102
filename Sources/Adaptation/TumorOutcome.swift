/// One structure of one validation patient: what was predicted, and what was there.
public struct TumorOutcome: Hashable, Sendable {
  /// The volume of the predicted contours, in ml.
  public let predicted: Double
  /// The volume of the reference contours, in ml.
  public let actual: Double
  /// The share of the earlier contrast that is left where the predicted contours lie; `nil` where it
  /// is not known (``StructureChange/remainingContrast``).
  public let remainingContrast: Double?

  /// An outcome from its parts.
  public init(predicted: Double, actual: Double, remainingContrast: Double? = nil) {
    self.predicted = predicted
    self.actual = actual
    self.remainingContrast = remainingContrast
  }
}
