import Foundation
import SegmentationMetrics

extension Ranking {
  /// Ranks methods by their tables of scores.
  ///
  /// Methods must have a case and a structure in common and rows of every metric. Cases and structures
  /// that not all of them have are listed in ``differences``; whether they count is the rule's for
  /// missing scores.
  /// - Throws: ``RankingError``.
  /// - Complexity: O(resamples × metrics × pairs of methods × measurements), on all cores.
  public init(_ tables: [ScoreTable], plan: RankingPlan) throws(RankingError) {
    try self.init(tables, plan: plan, threads: ProcessInfo.processInfo.activeProcessorCount)
  }

  /// Ranks methods on a number of threads, which changes nothing but the time.
  package init(_ tables: [ScoreTable], plan: RankingPlan, threads: Int) throws(RankingError) {
    if let problem = plan.problem { throw problem }
    guard tables.count >= 2 else { throw .tooFewMethods(found: tables.count) }
    let methods = tables.map(\.method)
    for (place, name) in methods.enumerated() where methods[..<place].contains(name) {
      throw .doubledMethod(name)
    }
    let wanted = Set(plan.metrics)
    let ranked = tables.map { table in
      ScoreTable(method: table.method, scores: table.scores.filter { wanted.contains($0.metric) })
    }
    for table in ranked {
      let known = Set(table.metrics)
      for metric in plan.metrics where !known.contains(metric) {
        throw .metricMissing(metric, method: table.method)
      }
    }
    let coverage = MethodCoverage(ranked)
    if !coverage.hasCommonCase { throw .noCommonCase }
    if !coverage.hasCommonStructure { throw .noCommonStructure }
    var completed: [CompletedScores] = []
    for metric in plan.metrics {
      let scores = plan.missing.complete(ranked, metric: metric)
      guard !scores.measurements.isEmpty else {
        throw .noMeasurement(metric, missing: plan.missing)
      }
      completed.append(scores)
    }
    let measurements = Set(completed.flatMap(\.measurements))
    cases = distinct(ranked.flatMap(\.cases)).filter(Set(measurements.map(\.caseName)).contains)
    structures = distinct(ranked.flatMap(\.structures))
      .filter(Set(measurements.map(\.structure)).contains)
    self.plan = plan
    self.methods = methods
    missingScores = completed.flatMap(\.missing)
    differences = coverage.sentences(missing: plan.missing)

    let caseNames = cases
    let data = completed.map {
      MetricData($0, isHigherBetter: $0.metric.isHigherBetter ?? true, caseNames: caseNames)
    }
    let everyCaseOnce = Array(repeating: 1, count: caseNames.count)
    let outcomes = data.map { ($0, $0.outcome(weights: everyCaseOnce, plan: plan)) }
    let resampled = ResampledRankings(
      data,
      caseCount: caseNames.count,
      plan: plan,
      threads: threads
    )
    let structureNames = structures
    metrics = outcomes.enumerated().map { place, pair in
      MetricRanking(
        pair.0,
        pair.1,
        structures: structureNames,
        resampledMeans: resampled.means[place],
        alpha: plan.alpha
      )
    }
    meanRanks = RankingRules.meanRanks(outcomes.map(\.1.ranks))
    finalRanks = Evaluation.finalRanks(of: outcomes)
    stability = RankStability(resampled.finalRanks, whole: finalRanks)
  }
}

extension MetricRanking {
  /// Describes the outcome of one metric.
  fileprivate init(
    _ data: MetricData,
    _ outcome: MetricData.Outcome,
    structures: [String],
    resampledMeans: [[Double]],
    alpha: Double
  ) {
    let scores = data.scores
    metric = scores.metric
    measurements = scores.measurements
    values = scores.values
    summaries = scores.values.compactMap { Summary($0) }
    let places = Dictionary(grouping: measurements.indices) { scores.measurements[$0].structure }
    structureSummaries = structures.map { structure in
      scores.values.map { values in Summary(places[structure, default: []].map { values[$0] }) }
    }
    significanceScores = outcome.significanceScores
    ranks = outcome.ranks
    criticalDifference = CriticalDifference(
      scores.values,
      isHigherBetter: data.isHigherBetter,
      alpha: alpha
    )
    let bonferroni = MultipleTesting.bonferroni(outcome.tests.map(\.pValue))
    let holm = MultipleTesting.holm(outcome.tests.map(\.pValue))
    comparisons = data.pairs.enumerated().map { place, pair in
      let differences = MetricData.differences(scores, pair)
      let resampled = resampledMeans.filter { !$0.isEmpty }
        .map { $0[pair.first] - $0[pair.second] }
      return MethodComparison(
        first: pair.first,
        second: pair.second,
        test: outcome.tests[place],
        bonferroni: bonferroni[place],
        holm: holm[place],
        winner: outcome.winners[place],
        meanDifference: MeanDifference(
          mean: differences.reduce(0, +) / Double(differences.count),
          resampled: resampled
        ),
        medianDifference: percentile(50, ofSorted: differences.sorted())
      )
    }
  }
}
