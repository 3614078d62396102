internal import Randomness

/// Bootstrap resamples of cases: each draws as many cases as there are, with replacement.
///
/// Every draw is a function of the seed, the resample and the draw's number alone, so resamples can be
/// computed in any order on any number of threads.
/// - SeeAlso: Efron, Tibshirani, *An Introduction to the Bootstrap* (1993); SplitMix64, Steele et
///   al., OOPSLA 2014.
struct CaseResamples: Sendable {
  let caseCount: Int
  let count: Int
  let seed: UInt64

  /// How often each case was drawn in a resample.
  func weights(_ resample: Int) -> [Int] {
    var weights = Array(repeating: 0, count: caseCount)
    let stream = SeededGenerator.mixed(
      seed &+ SeededGenerator.mixed(UInt64(resample) &+ Self.increment)
    )
    for draw in 0..<caseCount {
      let bits = SeededGenerator.mixed(stream &+ UInt64(draw + 1) &* Self.increment)
      // The high half of the product: even to within a part in 2⁶⁴ over the cases.
      weights[Int(bits.multipliedFullWidth(by: UInt64(caseCount)).high)] += 1
    }
    return weights
  }

  private static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15
}
