internal import Foundation

/// Spearman's rank correlation of pairs of values.
///
/// The two-sided p-value is that of Student's t distribution with `n − 2` degrees of freedom for
/// `t = ρ √((n − 2) / (1 − ρ²))`, as SciPy's `spearmanr` gives it; equal values have their mean rank.
/// - SeeAlso: Spearman, *American Journal of Psychology* 15 (1904), 72–101.
public struct SpearmanCorrelation: Hashable, Sendable, Codable {
  /// The number of pairs.
  public let count: Int
  /// From −1 to 1.
  public let coefficient: Double
  /// The probability of a correlation at least as far from 0 where there is none.
  public let pValue: Double

  /// The correlation of pairs.
  /// - Returns: `nil` for fewer than three pairs, or where all values of one side are equal.
  public init?(_ pairs: [(x: Double, y: Double)]) {
    guard pairs.count > 2 else { return nil }
    let (a, b) = (averageRanks(pairs.map(\.x)), averageRanks(pairs.map(\.y)))
    let middle = Double(pairs.count + 1) / 2
    var (ab, aa, bb) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
      ab += (x - middle) * (y - middle)
      aa += (x - middle) * (x - middle)
      bb += (y - middle) * (y - middle)
    }
    guard aa > 0, bb > 0 else { return nil }
    let rho = min(1, max(-1, ab / (aa * bb).squareRoot()))
    let freedom = Double(pairs.count - 2)
    count = pairs.count
    coefficient = rho
    // P(|T| ≥ t) is the incomplete beta function at ν / (ν + t²), which here is 1 − ρ².
    pValue = regularizedIncompleteBeta(1 - rho * rho, freedom / 2, 0.5)
  }
}

/// The regularized incomplete beta function by its continued fraction.
/// - SeeAlso: Press et al., *Numerical Recipes*, section 6.4 (Lentz's method).
func regularizedIncompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
  guard x > 0 else { return 0 }
  guard x < 1 else { return 1 }
  // The fraction converges quickly below the mean; the function is symmetric.
  guard x < (a + 1) / (a + b + 2) else { return 1 - regularizedIncompleteBeta(1 - x, b, a) }
  let front = exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * log(x) + b * log1p(-x)
  )
  let tiny = 1e-300
  func guarded(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
  var c = 1.0
  var d = 1 / guarded(1 - (a + b) * x / (a + 1))
  var fraction = d
  for step in 1...500 {
    let m = Double(step)
    let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / guarded(1 + even * d)
    c = guarded(1 + even / c)
    fraction *= d * c
    let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / guarded(1 + odd * d)
    c = guarded(1 + odd / c)
    fraction *= d * c
    if abs(d * c - 1) < 1e-15 { break }
  }
  return front * fraction / a
}

/// The logarithm of the gamma function of a positive number: Stirling's series beyond 10, brought there
/// by `Γ(x + 1) = x Γ(x)`.
private func logGamma(_ value: Double) -> Double {
  var x = value
  var product = 1.0
  while x < 10 {
    product *= x
    x += 1
  }
  let inverse = 1 / (x * x)
  // Bernoulli numbers over 2k (2k − 1).
  let series =
    (1.0 / 12 + inverse
      * (-1.0 / 360 + inverse
        * (1.0 / 1260 + inverse
          * (-1.0 / 1680
            + inverse * (1.0 / 1188 - inverse * 691.0 / 360_360)))))
    / x
  return (x - 0.5) * log(x) - x + 0.5 * log(2 * Double.pi) + series - log(product)
}
