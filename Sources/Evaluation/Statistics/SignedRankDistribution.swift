/// The probabilities of R⁺ when every sign is as likely as its opposite.
struct SignedRankDistribution {
  /// The probability of a rank sum of `index * step`.
  private let probabilities: [Double]
  /// The distance between sums: 1, or a half where ranks are averages.
  private let step: Double
  /// Whether sums may fall between the steps, as when ranks of ties meet the distribution for
  /// distinct differences.
  private let isRounding: Bool

  /// For `count` differences, none zero and no two alike: ranks 1, 2, …, `count`.
  static func distinct(count: Int) -> SignedRankDistribution {
    let ranks = (0..<count).map { $0 + 1 }
    return SignedRankDistribution(
      probabilities: probabilities(ofRanks: ranks),
      step: 1,
      isRounding: true
    )
  }

  /// For these ranks, which may be averages (multiples of a half).
  static func permutation(_ groups: [SignedRanks.Rank]) -> SignedRankDistribution {
    let doubled = groups.flatMap { Array(repeating: Int($0.rank * 2), count: $0.count) }
    return SignedRankDistribution(
      probabilities: probabilities(ofRanks: doubled),
      step: 0.5,
      isRounding: false
    )
  }

  /// Each rank either joins the sum or does not, with equal chances.
  private static func probabilities(ofRanks ranks: [Int]) -> [Double] {
    var probabilities = [1.0]
    for rank in ranks {
      var next = Array(repeating: 0.0, count: probabilities.count + rank)
      for (sum, probability) in probabilities.enumerated() {
        next[sum] += probability / 2
        next[sum + rank] += probability / 2
      }
      probabilities = next
    }
    return probabilities
  }

  /// The p-value of a rank sum; one between steps is rounded so that the p-value is the larger.
  func pValue(of sum: Double, _ alternative: Alternative) -> Double {
    let position = sum / step
    let below = cumulative(upTo: Int(isRounding ? position.rounded(.up) : position))
    let above = upperTail(from: Int(isRounding ? position.rounded(.down) : position))
    switch alternative {
    case .less: return below
    case .greater: return above
    case .twoSided: return min(1, 2 * min(below, above))
    }
  }

  /// The probability of sums up to a place, added from the smaller side.
  private func cumulative(upTo place: Int) -> Double {
    if place < 0 { return 0 }
    if place >= probabilities.count - 1 { return 1 }
    if place <= probabilities.count / 2 { return probabilities[...place].reduce(0, +) }
    return 1 - probabilities[(place + 1)...].reduce(0, +)
  }

  /// The probability of sums from a place on; the distribution is symmetric.
  private func upperTail(from place: Int) -> Double {
    cumulative(upTo: probabilities.count - 1 - place)
  }
}
