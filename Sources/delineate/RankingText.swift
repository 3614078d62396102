import Evaluation
import SegmentationMetrics

/// A ranking as tables for a person's eyes.
struct RankingText {
  private let ranking: Ranking
  private let published: PublishedTable?
  private static let none = "\u{2013}"

  init(_ ranking: Ranking, published: PublishedTable?) {
    self.ranking = ranking
    self.published = published
  }

  /// All tables and remarks.
  var text: String {
    let parts =
      [order] + ranking.metrics.map(comparisons) + [stability, beside, remarks].compactMap { $0 }
    return parts.joined(separator: "\n\n")
  }

  /// The methods from best to worst.
  private var order: String {
    var table = TextTable(
      header: ["Method", "Rank", "Mean of ranks"]
        + ranking.metrics.flatMap { metric in
          [metric.metric.title + unit(metric.metric), "Rank", "Beats"]
        }
    )
    for method in ranking.order {
      table.rows.append(
        [
          ranking.methods[method], "\(ranking.finalRanks[method])",
          ranking.meanRanks[method].text(digits: 1),
        ]
          + ranking.metrics.flatMap { metric in
            [
              metric.summaries[method].mean.text(digits: metric.metric.decimals),
              "\(metric.ranks[method])", "\(metric.significanceScores[method])",
            ]
          }
      )
    }
    return table.text
  }

  private func unit(_ metric: Metric) -> String {
    metric.unit.isEmpty ? "" : ", \(metric.unit)"
  }

  /// The pairs of methods by one metric.
  private func comparisons(_ metric: MetricRanking) -> String {
    let digits = metric.metric.decimals
    var table = TextTable(
      header: [
        metric.metric.title + unit(metric.metric), "Mean difference", "95 % interval", "p",
        "p corrected", "Better",
      ]
    )
    for comparison in metric.comparisons {
      let first = ranking.methods[comparison.first]
      let second = ranking.methods[comparison.second]
      let interval = comparison.meanDifference.interval.map {
        "\($0.low.text(digits: digits)) to \($0.high.text(digits: digits))"
      }
      table.rows.append([
        "\(first) \u{2212} \(second)", comparison.meanDifference.mean.text(digits: digits),
        interval ?? Self.none, pValue(comparison.test.pValue), pValue(comparison.bonferroni),
        comparison.winner.map { ranking.methods[$0] } ?? Self.none,
      ])
    }
    let cd = metric.criticalDifference
    let origins = Set(metric.comparisons.map(\.test.distribution.rawValue)).sorted()
    return table.text
      + """
      \n\(metric.measurements.count) measurements; p-values: \(origins.joined(separator: ", ")). \
      Friedman p \(pValue(cd.friedmanPValue)), critical difference of average ranks \
      \(cd.criticalDifference.text(digits: 2)).
      """
  }

  private func pValue(_ p: Double) -> String { p < 0.0001 ? "<0.0001" : p.text(digits: 4) }

  /// How often the resamples gave each rank.
  private var stability: String? {
    guard let stability = ranking.stability else { return nil }
    let ranks = ranking.methods.indices
    var table = TextTable(
      header: ["Method, % of resamples"] + ranks.map { "Rank \($0 + 1)" } + ["95 %"]
    )
    for method in ranking.order {
      let interval = stability.intervals[method]
      let ends = [interval.lowerBound, interval.upperBound]
      table.rows.append(
        [ranking.methods[method]]
          + stability.frequencies[method].map {
            $0 == 0
              ? Self.none : (100 * Double($0) / Double(stability.resamples)).text(digits: 1)
          } + [ends[0] == ends[1] ? "\(ends[0])" : "\(ends[0]) to \(ends[1])"]
      )
    }
    let tau = stability.meanKendallTau.map { ", mean Kendall τ \($0.text(digits: 2))" } ?? ""
    return table.text
      + """
      \n\(stability.resamples) bootstrap resamples of \(ranking.cases.count) cases: \
      \((100 * stability.sameOrderShare).text(digits: 1)) % have these ranks\(tau).
      """
  }

  /// Each structure's means beside those of a paper.
  private var beside: String? {
    guard let published else { return nil }
    guard let metric = ranking.metrics.first(where: { $0.metric == published.metric }) else {
      return "The published means are of \(published.metric.name), which is not ranked by."
    }
    let digits = metric.metric.decimals
    func text(_ value: Double?) -> String { value?.text(digits: digits) ?? Self.none }
    var table = TextTable(
      header: [metric.metric.title + unit(metric.metric)] + ranking.methods
        + published.methods.map { ranking.methods.contains($0) ? "\($0) (published)" : $0 }
    )
    for (structure, summaries) in zip(ranking.structures, metric.structureSummaries) {
      let row = published.row(of: structure)
      table.rows.append(
        [structure] + summaries.map { text($0?.mean) }
          + published.methods.indices.map { text(row?.means[$0] ?? nil) }
      )
    }
    let own = ranking.methods.indices.map { method in
      mean(metric.structureSummaries.compactMap { $0[method]?.mean })
    }
    table.rows.append(
      ["Mean of structures"] + own.map(text)
        + published.methods.indices.map { text(published.mean(ofMethod: $0)) }
    )
    let known = ranking.structures.count { published.row(of: $0) != nil }
    return table.text
      + """
      \n\(known) of \(ranking.structures.count) structures are published; the published mean is \
      over all \(published.rows.count) that are. \(published.source)
      """
  }

  private func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  /// What a reader must know about missing scores.
  private var remarks: String? {
    var lines = ranking.differences
    for metric in ranking.metrics {
      let own = ranking.missingScores.filter { $0.metric == metric.metric }
      let replaced = own.filter { $0.replacement != nil }
      let excluded = Set(own.filter { $0.replacement == nil }.map(\.measurement)).count
      if !replaced.isEmpty {
        let counts = ranking.methods.compactMap { method in
          let count = replaced.count { $0.method == method }
          return count > 0 ? "\(method) \(count)" : nil
        }
        lines.append(
          """
          \(metric.metric.title): \(replaced.count) missing scores replaced by the rule \
          \(ranking.plan.missing.rawValue) (\(counts.joined(separator: ", "))).
          """
        )
      }
      if excluded > 0 {
        lines.append("\(metric.metric.title): \(excluded) measurements left out for all methods.")
      }
    }
    return lines.isEmpty ? nil : lines.joined(separator: "\n")
  }
}
