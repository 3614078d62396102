/// From a predicted volume to an interval that holds the true one.
///
/// Split conformal prediction with normalized errors: the interval is the prediction ± ``factor`` ×
/// (5 % of the prediction + 0.1 ml), and the factor is the ⌈(n + 1)·coverage⌉-th smallest that
/// n validation patients would have needed; a new patient of their kind lies inside with at least that
/// probability, whatever the distribution of errors.
/// - SeeAlso: Lei, G'Sell, Rinaldo, Tibshirani, Wasserman, *J. Am. Stat. Assoc.* 113 (2018) 1094–1111.
public struct VolumeIntervalRule: Hashable, Sendable, Codable {
  /// The structure.
  public let structure: String
  /// The probability that the interval holds the true volume.
  public let coverage: Double
  /// How many scales the interval reaches to each side.
  public let factor: Double
  /// How many validation patients it was found on.
  public let cases: Int

  /// The rule that validation patients give; those whose tumor vanished and was recognized tell
  /// nothing of volumes and do not count.
  /// - Throws: ``AdaptationError/tooFewCases(what:found:expected:)`` where so few patients cannot promise
  ///   that coverage.
  public init(
    structure: String,
    outcomes: [TumorOutcome],
    coverage: Double = 0.9
  ) throws(AdaptationError) {
    let counted = outcomes.filter { $0.actual > 0 || $0.predicted > 0 }
    let rank = Int((Double(counted.count + 1) * coverage).rounded(.up))
    guard rank <= counted.count else {
      throw .tooFewCases(
        what: "A volume interval for \(structure)",
        found: counted.count,
        expected: Int((coverage / (1 - coverage)).rounded(.up))
      )
    }
    let needed = counted.map { abs($0.actual - $0.predicted) / Self.scale($0.predicted) }.sorted()
    self.structure = structure
    self.coverage = coverage
    factor = needed[rank - 1]
    cases = counted.count
  }

  /// The interval of a prediction, in ml; never below 0.
  public func interval(milliliters: Double) -> ClosedRange<Double> {
    let reach = factor * Self.scale(milliliters)
    return max(0, milliliters - reach)...(milliliters + reach)
  }

  private static func scale(_ volume: Double) -> Double { 0.05 * volume + 0.1 }
}
