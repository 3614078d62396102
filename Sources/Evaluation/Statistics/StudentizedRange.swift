/// The range of `k` independent standard normal values: Tukey's studentized range with infinitely
/// many degrees of freedom.
///
/// `P(range ≤ q) = k ∫ φ(z) (Φ(z) − Φ(z − q))^(k−1) dz`, where `z` is the largest of the values. The
/// integrand is smooth and vanishes at both ends, so the trapezoidal rule converges faster than any
/// power of its step.
/// - SeeAlso: Tukey, *The Problem of Multiple Comparisons* (1953).
package enum StudentizedRange {
  /// The probability of a range up to `q`, to about 1e-14.
  package static func cumulative(_ q: Double, count: Int) -> Double {
    precondition(count >= 2, "values that have a range")
    guard q > 0 else { return 0 }
    let step = 1.0 / 32
    var sum = 0.0
    for index in -288...288 {
      let z = Double(index) * step
      // The difference of upper tails keeps its digits where both are small.
      let inside =
        z > 0
        ? Normal.upperTail(z - q) - Normal.upperTail(z)
        : Normal.cumulative(z) - Normal.cumulative(z - q)
      sum += Normal.density(z) * power(inside, count - 1)
    }
    return min(1, Double(count) * sum * step)
  }

  /// The range that a share of the distribution stays below, by bisection.
  /// - Precondition: The share lies between 0 and 1.
  package static func quantile(_ share: Double, count: Int) -> Double {
    precondition(share > 0 && share < 1, "a share of a distribution")
    var low = 0.0
    var high = 16.0
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if cumulative(middle, count: count) < share { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  private static func power(_ base: Double, _ exponent: Int) -> Double {
    var result = 1.0
    for _ in 0..<exponent { result *= base }
    return result
  }
}
