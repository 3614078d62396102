import Foundation

/// Friedman's test of whether several methods differ, by their ranks within each measurement.
///
/// `χ² = (12/(n k (k + 1)) Σ R² − 3 n (k + 1)) / (1 − Σ(t³ − t)/(n k (k² − 1)))`, where `R` are the
/// methods' rank sums over `n` measurements and `t` the sizes of ties within one; χ² with `k − 1`
/// degrees of freedom. Equal to SciPy's `friedmanchisquare`.
/// - SeeAlso: Friedman, *JASA* 32 (1937), 675–701.
public struct FriedmanTest: Hashable, Sendable, Codable {
  /// The number of measurements.
  public let count: Int
  /// Each method's average rank, 1 for the smallest value.
  public let averageRanks: [Double]
  /// χ²; 0 where all methods tie in every measurement.
  public let statistic: Double
  /// The probability of a statistic at least as large under the null hypothesis.
  public let pValue: Double

  /// Tests scores, `[method][measurement]`.
  /// - Precondition: There are two methods or more, of one number of measurements, at least one.
  public init(_ values: [[Double]]) {
    precondition(values.count >= 2, "methods to compare")
    let n = values[0].count
    precondition(n > 0 && values.allSatisfy { $0.count == n }, "measurements of all methods")
    let k = Double(values.count)
    var sums = Array(repeating: 0.0, count: values.count)
    var ties = 0.0
    for measurement in 0..<n {
      let row = values.map { $0[measurement] }
      for (method, rank) in Evaluation.averageRanks(row).enumerated() { sums[method] += rank }
      ties += tieTerm(row)
    }
    count = n
    averageRanks = sums.map { $0 / Double(n) }
    let blocks = Double(n)
    let correction = 1 - ties / (k * (k * k - 1) * blocks)
    let squares = sums.reduce(0) { $0 + $1 * $1 }
    let raw = 12 / (k * blocks * (k + 1)) * squares - 3 * blocks * (k + 1)
    statistic = correction > 0 ? max(0, raw / correction) : 0
    pValue = chiSquareUpperTail(statistic, degreesOfFreedom: values.count - 1)
  }
}

/// The sum of `t³ − t` over groups of `t` equal values.
private func tieTerm(_ values: [Double]) -> Double {
  var sizes: [Double: Double] = [:]
  for value in values { sizes[value, default: 0] += 1 }
  return sizes.values.reduce(0) { $0 + $1 * $1 * $1 - $1 }
}

/// The probability of χ² above `x`, by the finite sums for whole degrees of freedom.
///
/// Even: `e^(−x/2) Σ (x/2)^i/i!` for `i < ν/2`; odd: `erfc(√(x/2)) + e^(−x/2) Σ (x/2)^(i−½)/Γ(i+½)`
/// for `1 ≤ i ≤ (ν−1)/2`.
/// - SeeAlso: Abramowitz and Stegun, 26.4.4 and 26.4.5.
package func chiSquareUpperTail(_ x: Double, degreesOfFreedom: Int) -> Double {
  precondition(degreesOfFreedom > 0, "degrees of freedom")
  guard x > 0 else { return 1 }
  let half = x / 2
  let isEven = degreesOfFreedom.isMultiple(of: 2)
  // Terms as logarithms: a large x makes both factors of a term leave the range of doubles.
  var logTerm = isEven ? -half : log(half) / 2 - half - lgamma(1.5)
  var sum = isEven ? 0 : erfc(half.squareRoot())
  for index in 0..<(degreesOfFreedom / 2) {
    sum += exp(logTerm)
    logTerm += log(half) - log(Double(index) + (isEven ? 1 : 1.5))
  }
  return min(1, sum)
}
