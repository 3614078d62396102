import Volumes

/// Simultaneous truth and performance level estimation: the probability that each voxel belongs to
/// the structure, and each observer's sensitivity and specificity, by expectation maximization.
///
/// From the mean of the votes `W`: observer `r`'s sensitivity `p = Σ W D / Σ W` and specificity
/// `q = Σ (1 − W)(1 − D) / Σ (1 − W)` over all voxels with votes `D`; then
/// `W = g α / (g α + (1 − g) β)` with `α = Π p or 1 − p`, `β = Π 1 − q or q` by each vote, and `g` the
/// mean of the votes over the whole grid. It ends when no `p` and no `q` moves by more than 1e-7.
/// The prior, the start and the end are those of ITK's `STAPLEImageFilter` with a confidence weight
/// of 1, and so are the numbers, to 1e-6. As there, the prior depends on how much empty space the
/// grid holds.
/// - SeeAlso: Warfield, Zou, Wells, *IEEE TMI* 23 (2004), 903–921.
public struct STAPLE: Sendable {
  /// Each observer's sensitivity; empty where no observer has a voxel.
  public let sensitivities: [Double]
  /// Each observer's specificity; empty where no observer has a voxel, or all have every voxel.
  public let specificities: [Double]
  /// The rounds that it took.
  public let iterations: Int
  /// Whether the estimates settled before the last round that was allowed.
  public let isConverged: Bool
  private let votes: VotePatterns
  private let probabilities: [UInt32: Double]

  /// Estimates from the votes of observers.
  /// - Complexity: O(observers × patterns) a round: voxels with the same votes are alike.
  public init(_ votes: VotePatterns, maximumIterations: Int = 100_000) {
    self.votes = votes
    var estimate = Estimate(votes)
    var rounds = 0
    var isSettled = estimate.isTrivial
    while !isSettled && rounds < maximumIterations {
      isSettled = estimate.improve()
      rounds += 1
    }
    iterations = rounds
    isConverged = isSettled
    sensitivities = estimate.sensitivities
    specificities = estimate.specificities
    probabilities = Dictionary(
      zip(estimate.patterns, estimate.weights),
      uniquingKeysWith: { first, _ in first }
    )
  }

  /// The probability that the voxel `(i, j, k)` belongs to the structure; outside the grid as far
  /// from all contours.
  public func probability(i: Int, j: Int, k: Int) -> Double {
    probabilities[votes.pattern(i: i, j: j, k: k)] ?? 0
  }

  /// The voxels with at least this probability that an observer includes.
  /// - Precondition: The threshold lies above 0 and is at most 1.
  public func consensus(threshold: Double = 0.5) -> Consensus {
    precondition(threshold > 0 && threshold <= 1, "a probability")
    let inside = probabilities.filter { $0.key != 0 && $0.value >= threshold }
    let count = votes.observerCount
    return Consensus(
      mask: votes.mask(of: Set(inside.keys)),
      sensitivities: sensitivities.isEmpty ? Array(repeating: nil, count: count) : sensitivities,
      specificities: specificities.isEmpty ? Array(repeating: nil, count: count) : specificities,
      iterations: iterations
    )
  }
}

/// One state of the estimation, over the patterns of votes that occur.
private struct Estimate {
  /// The patterns in ascending order, so that sums do not depend on a dictionary's order.
  let patterns: [UInt32]
  private let counts: [Double]
  private let prior: Double
  private(set) var weights: [Double]
  private(set) var sensitivities: [Double] = []
  private(set) var specificities: [Double] = []
  private let bits: [UInt32]

  init(_ votes: VotePatterns) {
    let observers = votes.observerCount
    bits = (0..<observers).map { UInt32(1) << UInt32($0) }
    patterns = votes.counts.keys.sorted()
    counts = patterns.map { Double(votes.counts[$0, default: 0]) }
    weights = patterns.map { Double($0.nonzeroBitCount) / Double(observers) }
    prior =
      zip(weights, counts).reduce(0) { $0 + $1.0 * $1.1 } / Double(votes.grid.count)
  }

  /// Whether all observers leave out, or include, the whole grid: then there is nothing to learn.
  var isTrivial: Bool { prior <= 0 || prior >= 1 }

  /// One round; returns whether no estimate moved by more than 1e-7.
  mutating func improve() -> Bool {
    let total = zip(weights, counts).reduce(0) { $0 + $1.0 * $1.1 }
    let rest = zip(weights, counts).reduce(0) { $0 + (1 - $1.0) * $1.1 }
    var p: [Double] = []
    var q: [Double] = []
    for bit in bits {
      var included = 0.0
      var leftOut = 0.0
      for (place, pattern) in patterns.enumerated() {
        if pattern & bit != 0 {
          included += weights[place] * counts[place]
        } else {
          leftOut += (1 - weights[place]) * counts[place]
        }
      }
      p.append(total > 0 ? included / total : 0)
      q.append(rest > 0 ? leftOut / rest : 0)
    }
    for (place, pattern) in patterns.enumerated() {
      var alpha = prior
      var beta = 1 - prior
      for (observer, bit) in bits.enumerated() {
        alpha *= pattern & bit != 0 ? p[observer] : 1 - p[observer]
        beta *= pattern & bit != 0 ? 1 - q[observer] : q[observer]
      }
      // Two observers who are each held infallible and disagree: nothing speaks for a change.
      if alpha + beta > 0 { weights[place] = alpha / (alpha + beta) }
    }
    let isSettled =
      !sensitivities.isEmpty
      && zip(p + q, sensitivities + specificities).allSatisfy {
        ($0 - $1) * ($0 - $1) <= 1e-14
      }
    (sensitivities, specificities) = (p, q)
    return isSettled
  }
}
