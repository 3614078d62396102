import Evaluation
import SegmentationMetrics

extension ObserversReport {
  /// A method beside the observers: the verdicts, then each metric.
  func section(_ method: Method) -> String {
    guard !method.comparisons.isEmpty else { return "" }
    return verdicts(of: method) + "\n"
      + method.comparisons.map { comparisonSection($0, name: method.name) }
      .joined(separator: "\n")
  }

  /// What the comparison of a method with the observers comes to, by metric.
  private func verdicts(of method: Method) -> String {
    let tiles = method.comparisons.map { comparison in
      let (metric, row) = (comparison.metric, comparison.overall)
      return """
        <div class="tile"><dt>\(escaped(metric.title)) <code>\(escaped(metric.name))</code></dt>\
        <dd class="figure">\(escaped(metric.text(row.method.mean)))\
        \(metric.unit.isEmpty ? "" : " <small>\(escaped(metric.unit))</small>")</dd>\
        <dd class="aside">observers \(escaped(metric.textWithUnit(row.observers.mean))), \
        n = \(row.observers.count); <b>\(escaped(row.verdict.rawValue))</b></dd></div>
        """
    }
    return """
      <section>
      <h2>\(escaped(method.name)) beside the observers</h2>
      <dl class="tiles">
      \(tiles.joined(separator: "\n"))
      </dl>
      \(method.comparisons.map(verdictSentence).joined(separator: "\n"))
      </section>
      """
  }

  private func verdictSentence(_ comparison: ObserverComparison) -> String {
    let groups = ObserverComparison.Verdict.allCases.compactMap { verdict -> String? in
      let names = comparison.structures.filter { $0.verdict == verdict }.compactMap(\.structure)
      guard !names.isEmpty else { return nil }
      return "\(verdict.rawValue) for \(counted(names.count, "structure")) "
        + "(\(names.joined(separator: ", ")))"
    }
    return
      "<p>By \(escaped(comparison.metric.title)): \(escaped(groups.joined(separator: "; "))).</p>"
  }

  /// The method beside the observers by one metric: a figure and its numbers.
  private func comparisonSection(_ comparison: ObserverComparison, name: String) -> String {
    let metric = comparison.metric
    let rows = comparison.structures
    let plot = Dumbbells(
      title: "\(metric.title): \(name) beside the observers",
      description: "For each structure the mean score between observers and that of the method.",
      axis: metric.heading,
      names: ("between observers", "\(name) against observers"),
      rows: rows.map { row in
        Dumbbells.Row(
          label: row.structure ?? "All",
          first: row.observers.mean,
          second: row.method.mean,
          text: row.verdict.short,
          isEmphasized: row.verdict == .below || row.verdict == .above
        )
      },
      limits: metric.limits
    )
    let body = (rows + [comparison.overall]).map { comparisonRow($0, metric) }
    return """
      <section>
      <h2>\(escaped("\(name): \(metric.title)"))</h2>
      \(plot.svg.figure(
        caption: """
          Mean \(metric.title) (\(metric.name)) between observers (circle) and of \(name) against \
          them (square); a bold verdict is a difference at the level \(number(comparison.alpha)) \
          after Holm's correction, «below» meaning that the method agrees less.
          """
      ))
      <div class="scroll" tabindex="0">
      <table class="scores">
      <caption>\(escaped(metric.heading + metric.arrow)) between observers and of \
      \(escaped(name)); differences are method minus observers</caption>
      <thead><tr><th scope="col">Structure</th><th scope="col" class="number">n</th>\
      <th scope="col">Observers, mean ± sd</th><th scope="col">Method, mean ± sd</th>\
      <th scope="col">Difference [interval]</th><th scope="col" class="number">p</th>\
      <th scope="col">Verdict</th></tr></thead>
      <tbody>
      \(body.dropLast().joined(separator: "\n"))
      </tbody>
      <tfoot>
      \(body.last ?? "")
      </tfoot>
      </table>
      </div>
      </section>
      """
  }

  private func comparisonRow(_ row: ObserverComparison.Row, _ metric: Metric) -> String {
    let left = row.leftOut > 0 ? " <small>−\(row.leftOut)</small>" : ""
    let interval =
      row.difference.interval.map { " [\(metric.text($0.low)), \(metric.text($0.high))]" } ?? ""
    let isVerdict = row.verdict == .below || row.verdict == .above
    let verdict = escaped(row.verdict.short)
    return """
      <tr><th scope="row">\(escaped(row.structure ?? "All structures"))</th>\
      <td class="number">\(row.observers.count)\(left)</td>\
      <td>\(meanText(row.observers, metric))</td><td>\(meanText(row.method, metric))</td>\
      <td>\(metric.text(row.difference.mean))\(interval)</td>\
      <td class="number">\(escaped(pValue(row.correctedPValue)))</td>\
      <td>\(isVerdict ? "<b>\(verdict)</b>" : verdict)</td></tr>
      """
  }

  private func meanText(_ summary: Summary, _ metric: Metric) -> String {
    metric.text(summary.mean) + (summary.standardDeviation.map { " ± " + metric.text($0) } ?? "")
  }

  private func pValue(_ p: Double) -> String { p < 0.001 ? "<\u{A0}0.001" : fixed(p, digits: 3) }

  /// The means of each pair of observers side by side, where there are several.
  var pairTable: String {
    guard pairs.count > 1 else { return "" }
    let columns = pairs.map { ScoreColumns($0.table) }
    let names = pairs.map { "\($0.predictionName) – \($0.referenceName)" }
    let tables = Metric.main(of: metrics).map { metric in
      MeanTable(
        metric: metric,
        groups: [
          .init(
            heading: "pairs of observers",
            methods: names,
            structures.map { name in (name, columns.map { $0[name, metric].summary?.mean }) }
          )
        ],
        marksBest: false
      ).markup
    }
    return """
      <section>
      <h2>Pairs of observers</h2>
      \(tables.joined(separator: "\n"))
      </section>
      """
  }

  /// A text for a paper: how observers and method were compared.
  var methodsText: String {
    let names = observers.joined(separator: ", ")
    let between = """
      \(counted(observers.count, "observer")) (\(names)) were compared in \
      \(counted(pairs.count, "pair")) over \(counted(cases.count, "case")) and \
      \(counted(structures.count, "structure")). Where a metric has a direction, one observer of each pair \
      stood for the reference.
      """
    return """
      <section class="methods">
      <h2>Methods</h2>
      <p>\(escaped(between))</p>
      \(comparisonMethods.map { "<p>\(escaped($0))</p>" } ?? "")
      <p>\(escaped(EvaluationReport.statistics))</p>
      \(EvaluationReport.definitions(of: distinct(metrics + methods.flatMap(\.comparisons).map(\.metric))))
      </section>
      """
  }

  private var comparisonMethods: String? {
    guard let first = methods.flatMap(\.comparisons).first else { return nil }
    let intervals =
      first.resamples > 0
      ? " Intervals of differences are percentile intervals over \(first.resamples) bootstrap "
        + "resamples of the cases." : ""
    return """
      For every structure of a case, the observers' agreement is the mean score over all pairs of \
      observers, and the method's the mean of its scores against each observer. Their differences \
      were tested with Wilcoxon's signed-rank test (two-sided), for each structure over the cases \
      with Holm's correction for the number of structures, and over all structures of all cases at \
      once. The verdict is «below» or «above» the observers where the corrected p-value is under \
      \(number(first.alpha)), in the direction of the signed ranks, and «not distinguishable» \
      otherwise; with too few cases for any difference to reach the level none is given. Not to be \
      distinguished is not the same as being equal. \(first.missing.sentence)\(intervals)
      """
  }
}

extension ObserverComparison.Verdict {
  /// The verdict in a word or two, for tables and figures.
  var short: String {
    switch self {
    case .below: "below"
    case .notDistinguishable: "not distinguishable"
    case .above: "above"
    case .tooFewCases: "too few cases"
    }
  }
}
