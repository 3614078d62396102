import SegmentationMetrics

extension Ranking {
  /// The ranks as comma-separated values: a line for each metric and method, best first, then one
  /// for each method's final rank, whose metric is `final`.
  ///
  /// `metric,method,rank,significance_score,average_rank,measurements,mean,standard_deviation,median`;
  /// of a final rank, `average_rank` is the mean of the metric ranks and what follows is empty.
  public func csv() -> String {
    let header = [
      "metric", "method", "rank", "significance_score", "average_rank", "measurements", "mean",
      "standard_deviation", "median",
    ]
    var rows: [[String]] = []
    for metric in metrics {
      let order = methods.indices.sorted { (metric.ranks[$0], $0) < (metric.ranks[$1], $1) }
      for method in order {
        let summary = metric.summaries[method]
        rows.append([
          metric.metric.name, methods[method], "\(metric.ranks[method])",
          "\(metric.significanceScores[method])",
          "\(metric.criticalDifference.averageRanks[method])", "\(summary.count)",
          "\(summary.mean)", summary.standardDeviation?.description ?? "", "\(summary.median)",
        ])
      }
    }
    for method in order {
      rows.append(
        ["final", methods[method], "\(finalRanks[method])", "", "\(meanRanks[method])"]
          + Array(repeating: "", count: 4)
      )
    }
    return csvText([header] + rows)
  }

  /// The pairs of methods as comma-separated values, a line for each metric and pair.
  public func comparisonsCSV() -> String {
    let header = [
      "metric", "first", "second", "differences", "zeros", "positive_rank_sum",
      "negative_rank_sum", "alternative", "distribution", "p", "p_bonferroni", "p_holm", "winner",
      "mean_difference", "mean_difference_low", "mean_difference_high", "median_difference",
    ]
    let rows = metrics.flatMap { metric in
      metric.comparisons.map { comparison in
        let test = comparison.test
        let interval = comparison.meanDifference.interval
        return [
          metric.metric.name, methods[comparison.first], methods[comparison.second],
          "\(test.count)", "\(test.zeroCount)", "\(test.positiveRankSum)",
          "\(test.negativeRankSum)", test.alternative.rawValue, test.distribution.rawValue,
          "\(test.pValue)", "\(comparison.bonferroni)", "\(comparison.holm)",
          comparison.winner.map { methods[$0] } ?? "", "\(comparison.meanDifference.mean)",
          interval?.low.description ?? "", interval?.high.description ?? "",
          "\(comparison.medianDifference)",
        ]
      }
    }
    return csvText([header] + rows)
  }
}

/// Records as comma-separated values.
private func csvText(_ records: [[String]]) -> String {
  records.map { $0.map(csvField).joined(separator: ",") + "\n" }.joined()
}
