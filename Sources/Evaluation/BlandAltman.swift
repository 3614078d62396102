import Foundation

/// How far two ways of measuring one quantity agree: their mean difference and its limits.
///
/// - SeeAlso: Bland, Altman, *Lancet* 327 (1986), 307–310.
public struct BlandAltman: Hashable, Sendable {
  /// What a difference is divided by.
  public enum Scale: String, Hashable, Sendable, CaseIterable {
    /// Nothing: differences have the quantity's unit.
    case absolute
    /// The pair's mean; differences are percentages. For quantities whose differences grow with
    /// their size, so that large and small ones can be compared.
    case percentOfMean
  }
  /// One pair of measurements.
  public struct Point: Hashable, Sendable {
    /// The place of the pair among those given.
    public let index: Int
    /// The mean of the two measurements, in their unit.
    public let mean: Double
    /// The second measurement minus the first, in their unit or in percent of the mean.
    public let difference: Double
  }

  /// What the differences are divided by.
  public let scale: Scale
  /// The pairs with both measurements, in order.
  public let points: [Point]
  /// The number of pairs left out: not finite, or with ``Scale/percentOfMean`` a mean that is not
  /// positive.
  public let leftOut: Int
  /// The mean difference, also called bias.
  public let bias: Double
  /// The standard deviation of the differences (divided by `count - 1`); `nil` for a single pair.
  public let standardDeviation: Double?

  /// Compares pairs of measurements.
  /// - Returns: `nil` where no pair can be used.
  public init?(_ pairs: [(first: Double, second: Double)], scale: Scale = .absolute) {
    var points: [Point] = []
    for (index, pair) in pairs.enumerated() {
      let mean = (pair.first + pair.second) / 2
      let difference = pair.second - pair.first
      guard mean.isFinite, difference.isFinite else { continue }
      switch scale {
      case .absolute: points.append(Point(index: index, mean: mean, difference: difference))
      case .percentOfMean:
        let percent = 100 * difference / mean
        guard mean > 0, percent.isFinite else { continue }
        points.append(Point(index: index, mean: mean, difference: percent))
      }
    }
    guard let summary = Summary(points.map(\.difference)), summary.mean.isFinite else {
      return nil
    }
    self.scale = scale
    self.points = points
    leftOut = pairs.count - points.count
    bias = summary.mean
    standardDeviation = summary.standardDeviation
  }

  /// The limits of agreement: bias minus and plus 1.96 standard deviations; `nil` for a single pair.
  public var limits: ClosedRange<Double>? {
    guard let standardDeviation, standardDeviation.isFinite else { return nil }
    return (bias - 1.96 * standardDeviation)...(bias + 1.96 * standardDeviation)
  }
}
