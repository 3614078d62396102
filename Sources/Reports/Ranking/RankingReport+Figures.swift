import Evaluation
import SegmentationMetrics

extension RankingReport {
  /// How steady the final ranks are over resamples of the cases.
  var stabilitySection: String {
    guard let stability = ranking.stability else { return "" }
    let blobs = RankBlobs(
      title: "Final ranks over resamples",
      order: ranking.order,
      methods: ranking.methods,
      finalRanks: ranking.finalRanks,
      stability: stability
    )
    let agreement =
      stability.meanKendallTau.map {
        " Kendall's τ with them is \(signed($0, digits: 2)) on average."
      } ?? ""
    return """
      <section>
      <h2>Stability of the ranks</h2>
      <p>\(fixed(stability.sameOrderShare * 100, digits: 1)) % of \
      \(counted(stability.resamples, "resample")) of the cases gave exactly these ranks.\
      \(agreement)</p>
      \(blobs.svg.figure(
        caption: """
          Final rank of each method (row) over \(stability.resamples) bootstrap resamples of the \
          cases: the area of a filled circle is the share of resamples with that rank, the line the \
          middle 95 %, the open circle the rank of the whole data.
          """
      ))
      </section>
      """
  }

  /// Distributions, tests, critical difference and intervals of one metric.
  func metricSection(_ ranked: MetricRanking) -> String {
    let metric = ranked.metric
    let order = ranking.order
    let cloud = Raincloud(
      title: "\(metric.title) by method",
      axis: metric.heading,
      unit: metric.unit,
      digits: metric.decimals,
      rows: order.map { method in
        .init(
          label: ranking.methods[method],
          values: zip(ranked.measurements, ranked.values[method]).map {
            ("\($0.caseName), \($0.structure)", $1)
          },
          missing: 0
        )
      },
      limits: metric.limits
    )
    let diagram = CriticalDifferenceDiagram(
      title: "Critical differences by \(metric.title)",
      methods: ranking.methods,
      difference: ranked.criticalDifference
    )
    let critical = ranked.criticalDifference
    return """
      <section>
      <h2>\(escaped(metric.title))</h2>
      \(cloud.svg.figure(
        caption: """
          \(metric.title) (\(metric.name)) by method over \
          \(counted(ranked.measurements.count, "measurement")), missing scores completed as stated\
          \(cloud.scale.kind == .logarithmic
            ? "; equal distances are equal ratios, zeros lie at the left edge" : "").
          """
      ))
      <h3>Pairwise tests</h3>
      \(significance(ranked).svg.figure(
        caption: """
          Wilcoxon signed-rank tests of \(metric.title) between the method of the row and that of \
          the column: p-values after Bonferroni's correction for \(counted(ranked.comparisons.count, "pair")); \
          colored where the row's method is significantly better at the level \
          \(number(ranking.plan.alpha)).
          """
      ))
      <h3>Critical differences</h3>
      \(diagram.svg.figure(
        caption: """
          Average ranks within \(counted(critical.count, "measurement")), the best at the left; bars \
          join methods that Nemenyi's test does not tell apart at the level \
          \(number(critical.alpha)). Friedman's test: χ² = \
          \(fixed(critical.friedmanStatistic, digits: 1)), p\u{A0}\(pText(critical.friedmanPValue)).
          """
      ))
      \(differences(ranked))
      </section>
      """
  }

  /// The matrix of pairwise tests in the order of the final ranks.
  private func significance(_ ranked: MetricRanking) -> HeatMap {
    let order = ranking.order
    let cells = order.map { row in
      order.map { column -> HeatMap.Cell in
        guard row != column else { return HeatMap.Cell(level: nil, text: "", tooltip: "") }
        guard
          let pair = ranked.comparisons.first(where: {
            ($0.first, $0.second) == (min(row, column), max(row, column))
          })
        else { return HeatMap.Cell(level: nil, text: "", tooltip: "", isHatched: true) }
        let isWin = pair.winner == row
        return HeatMap.Cell(
          level: isWin ? level(of: pair.bonferroni) : nil,
          text: isWin || pair.winner == nil ? shortP(pair.bonferroni) : "",
          tooltip: """
            \(ranking.methods[row]) and \(ranking.methods[column]): p \
            \(pText(pair.bonferroni)) after correction\
            \(pair.winner.map { ", \(ranking.methods[$0]) is better" } ?? ", no difference")
            """
        )
      }
    }
    return HeatMap(
      title: "Pairwise tests of \(ranked.metric.title)",
      description: "Rows and columns are methods by final rank; colored cells are wins of the row.",
      rows: order.map { ranking.methods[$0] },
      columns: order.map { ranking.methods[$0] },
      cells: cells,
      legend: [(2, "p < 0.001"), (3, "p < 0.01"), (4, "p < \(number(ranking.plan.alpha))")]
    )
  }

  private func level(of p: Double) -> Int { p < 0.001 ? 2 : p < 0.01 ? 3 : 4 }

  private func shortP(_ p: Double) -> String {
    p < 0.001 ? "<.001" : p >= 0.995 ? "1" : String(fixed(p, digits: p < 0.1 ? 3 : 2).dropFirst())
  }

  private func pText(_ p: Double) -> String {
    p < 0.001 ? "<\u{A0}0.001" : "=\u{A0}\(fixed(p, digits: 3))"
  }

  /// Mean differences of all pairs with their bootstrap intervals.
  private func differences(_ ranked: MetricRanking) -> String {
    let metric = ranked.metric
    let places = Dictionary(uniqueKeysWithValues: ranking.order.enumerated().map { ($1, $0) })
    var confidence = 0.95
    let rows = ranked.comparisons.map { pair -> (Int, Int, ForestPlot.Row) in
      // The method with the better final rank first.
      let isTurned = places[pair.first, default: 0] > places[pair.second, default: 0]
      let (first, second) = isTurned ? (pair.second, pair.first) : (pair.first, pair.second)
      let sign: Double = isTurned ? -1 : 1
      let interval = pair.meanDifference.interval.map { interval -> ClosedRange<Double> in
        confidence = interval.confidence
        return isTurned ? -interval.high ... -interval.low : interval.low...interval.high
      }
      let mean = sign * pair.meanDifference.mean
      let ends =
        interval.map { " [\(metric.text($0.lowerBound)), \(metric.text($0.upperBound))]" } ?? ""
      return (
        places[first, default: 0], places[second, default: 0],
        ForestPlot.Row(
          label: "\(ranking.methods[first]) − \(ranking.methods[second])",
          estimate: mean,
          interval: interval,
          text: metric.text(mean) + ends,
          isEmphasized: interval.map { !$0.contains(0) } ?? false
        )
      )
    }.sorted { ($0.0, $0.1) < ($1.0, $1.1) }
    let isHigherBetter = metric.isHigherBetter ?? true
    let plot = ForestPlot(
      title: "Mean differences of \(metric.title)",
      description: "Mean difference of each pair of methods with its bootstrap interval.",
      axis: "mean difference of \(metric.heading)",
      textHeading: "mean [interval]",
      rows: rows.map(\.2),
      sides: isHigherBetter
        ? ("second is better", "first is better") : ("first is better", "second is better")
    )
    return """
      <h3>Differences</h3>
      \(plot.svg.figure(
        caption: """
          Mean difference of each pair of methods, the better ranked first, with the \
          \(fixed(confidence * 100, digits: 0)) % interval over bootstrap resamples of the cases; \
          filled where the interval leaves out zero.
          """
      ))
      """
  }
}
