import Foundation

/// The standard normal distribution.
public enum Normal {
  /// The probability of values up to `z`: `erfc(−z/√2)/2`, accurate in both tails.
  public static func cumulative(_ z: Double) -> Double { erfc(-z / 2.0.squareRoot()) / 2 }

  /// The probability of values above `z`: `erfc(z/√2)/2`, accurate in both tails.
  public static func upperTail(_ z: Double) -> Double { erfc(z / 2.0.squareRoot()) / 2 }

  /// The density at `z`.
  public static func density(_ z: Double) -> Double {
    exp(-z * z / 2) / (2 * Double.pi).squareRoot()
  }

  /// The value below which a share of the distribution lies; infinite for shares of 0 and 1.
  ///
  /// Bisection on ``cumulative(_:)`` down to neighboring numbers; shares above a half by symmetry.
  /// - Precondition: The share lies in 0...1.
  public static func quantile(_ share: Double) -> Double {
    precondition((0...1).contains(share), "a share of a distribution")
    if share > 0.5 { return -quantile(1 - share) }
    if share == 0 { return -.infinity }
    var low = -40.0
    var high = 0.0
    while true {
      let middle = (low + high) / 2
      guard middle > low, middle < high else { return high }
      if cumulative(middle) < share { low = middle } else { high = middle }
    }
  }
}
