import ImageProcessing

/// The rankings of bootstrap resamples of the cases.
struct ResampledRankings: Sendable {
  /// The final ranks, `[resample][method]`.
  let finalRanks: [[Int]]
  /// Each method's mean, `[metric][resample][method]`; empty where a resample has no measurement.
  let means: [[[Double]]]

  /// Ranks every resample anew, on all cores; the result depends on the seed alone.
  init(_ metrics: [MetricData], caseCount: Int, plan: RankingPlan, threads: Int) {
    let draws = CaseResamples(caseCount: caseCount, count: plan.resamples, seed: plan.seed)
    var results: [Resample?] = Array(repeating: nil, count: plan.resamples)
    results.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      let target = SharedPointer(base)
      concurrently(plan.resamples, threads: threads) { tickets in
        while let resample = tickets.next() {
          let weights = draws.weights(resample)
          let outcomes = metrics.map { ($0, $0.outcome(weights: weights, plan: plan)) }
          target.pointer[resample] = Resample(
            ranks: Evaluation.finalRanks(of: outcomes),
            means: outcomes.map(\.1.means)
          )
        }
      }
    }
    let done = results.compactMap { $0 }
    finalRanks = done.map(\.ranks)
    means = metrics.indices.map { metric in done.map { $0.means[metric] } }
  }

  private struct Resample: Sendable {
    let ranks: [Int]
    let means: [[Double]]
  }
}

extension RankStability {
  /// How the resamples' final ranks compare with those of the whole data.
  /// - Returns: `nil` without resamples.
  init?(_ rankings: [[Int]], whole: [Int]) {
    guard !rankings.isEmpty else { return nil }
    resamples = rankings.count
    var frequencies = whole.map { _ in Array(repeating: 0, count: whole.count) }
    for ranks in rankings {
      for (method, rank) in ranks.enumerated() { frequencies[method][rank - 1] += 1 }
    }
    self.frequencies = frequencies
    meanRanks = whole.indices.map { method in
      Double(rankings.reduce(0) { $0 + $1[method] }) / Double(rankings.count)
    }
    intervals = whole.indices.map { method in
      let sorted = rankings.map { $0[method] }.sorted()
      // The ranks at the ends of the middle 95 %: whole numbers, so nothing is interpolated.
      let skipped = sorted.count / 40
      return sorted[skipped]...sorted[sorted.count - 1 - skipped]
    }
    sameOrderShare = Double(rankings.count { $0 == whole }) / Double(rankings.count)
    let agreements = rankings.compactMap { kendallTau($0, whole) }
    meanKendallTau =
      agreements.isEmpty ? nil : agreements.reduce(0, +) / Double(agreements.count)
  }
}

/// Kendall's τ-b of two rankings: concordant less discordant pairs, corrected for ties.
/// - Returns: `nil` where a ranking has only ties.
/// - SeeAlso: Kendall, *Biometrika* 33 (1945), 239–251.
package func kendallTau(_ a: [Int], _ b: [Int]) -> Double? {
  var balance = 0
  var untiedInA = 0
  var untiedInB = 0
  for pair in RankingRules.pairs(of: a.count) {
    let first = (a[pair.first] - a[pair.second]).signum()
    let second = (b[pair.first] - b[pair.second]).signum()
    balance += first * second
    untiedInA += abs(first)
    untiedInB += abs(second)
  }
  guard untiedInA > 0, untiedInB > 0 else { return nil }
  return Double(balance) / (Double(untiedInA).squareRoot() * Double(untiedInB).squareRoot())
}
