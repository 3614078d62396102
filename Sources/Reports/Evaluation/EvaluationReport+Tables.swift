import Evaluation
import SegmentationMetrics

extension EvaluationReport {
  /// The figures a reader looks for first.
  func tiles(_ columns: ScoreColumns) -> String {
    let pairs = scoredPairs
    var tiles = [
      tile("Cases", "\(result.cases.count)", "on either side"),
      tile("Structures", "\(result.structures.count)", "on either side"),
      tile(
        "Pairs scored",
        "\(pairs.scored)",
        pairs.scored == pairs.all
          ? "every case and structure" : "of \(pairs.all); the findings name the others"
      ),
    ]
    for metric in Metric.main(of: result.metrics) {
      guard let summary = columns.pooled(result.structures, metric).summary else { continue }
      let spread = "[\(metric.text(summary.lowerQuartile)), \(metric.text(summary.upperQuartile))]"
      tiles.append(
        tile(
          metric.title,
          metric.text(summary.mean),
          "mean of \(summary.count); median \(metric.text(summary.median)) \(spread)",
          unit: metric.unit,
          code: metric.name
        )
      )
    }
    return "<dl class=\"tiles\">\n\(tiles.joined(separator: "\n"))\n</dl>"
  }

  /// How many pairs of case and structure there are, and how many have at least one value.
  var scoredPairs: (scored: Int, all: Int) {
    struct Pair: Hashable {
      let caseName: String
      let structure: String
    }
    var all: Set<Pair> = []
    var scored: Set<Pair> = []
    for score in result.table.scores {
      let pair = Pair(caseName: score.caseName, structure: score.structure)
      all.insert(pair)
      if score.value.value != nil { scored.insert(pair) }
    }
    return (scored.count, all.count)
  }

  private func tile(
    _ name: String,
    _ figure: String,
    _ aside: String,
    unit: String = "",
    code: String? = nil
  ) -> String {
    let unit = unit.isEmpty ? "" : " <small>\(escaped(unit))</small>"
    let code = code.map { " <code>\(escaped($0))</code>" } ?? ""
    return """
      <div class="tile"><dt>\(escaped(name))\(code)</dt>\
      <dd class="figure">\(escaped(figure))\(unit)</dd>\
      <dd class="aside">\(escaped(aside))</dd></div>
      """
  }

  /// Center and spread of every metric by structure, three metrics a table.
  func structureTables(_ columns: ScoreColumns) -> String {
    let groups = stride(from: 0, to: result.metrics.count, by: 3).map {
      Array(result.metrics[$0..<min($0 + 3, result.metrics.count)])
    }
    guard !groups.isEmpty else { return "" }
    let tables = groups.enumerated().map { index, metrics in
      table(of: metrics, columns, withAggregatedDice: index == 0)
    }
    return """
      <section>
      <h2>Scores by structure</h2>
      <p class="note">Mean ± standard deviation, below it the median with its quartiles; every \
      value is a point of the strip, the bar its quartiles, the line its median. n counts the cases \
      with a value, and after the minus sign those without. ▲ marks the best mean, ▼ the worst.</p>
      \(tables.joined(separator: "\n"))
      </section>
      """
  }

  private func table(
    of metrics: [Metric],
    _ columns: ScoreColumns,
    withAggregatedDice: Bool
  ) -> String {
    let hasAggregate = withAggregatedDice && result.aggregatedDice.contains { $0 != nil }
    let strips = metrics.map { metric in
      Strip(
        fitting: columns.pooled(result.structures, metric).values.map(\.value),
        within: metric.limits
      )
    }
    let marks = metrics.map { extremes(of: $0, columns) }
    let heads = metrics.map {
      "<th scope=\"colgroup\" colspan=\"3\" class=\"group\">\(escaped($0.heading + $0.arrow))</th>"
    }
    let ends = strips.map { strip in
      let labels = [strip.scale.low, strip.scale.high].map { number($0) }
      return """
        <th scope="col" class="group number">n</th><th scope="col">mean ± sd</th>\
        <th scope="col"><span class="ends"><span>\(labels[0])</span><span>\(labels[1])</span></span></th>
        """
    }
    let aggregate = hasAggregate ? "<th scope=\"col\" rowspan=\"2\">Aggregated Dice</th>" : ""
    let rows = result.structures.enumerated().map { index, structure in
      let cells = zip(metrics, zip(strips, marks)).map { metric, look in
        scoreCells(
          columns[structure, metric],
          metric,
          strip: look.0,
          mark: structure == look.1.best
            ? "best" : structure == look.1.worst ? "worst" : nil,
          name: structure
        )
      }
      let value = result.aggregatedDice.indices.contains(index) ? result.aggregatedDice[index] : nil
      let total =
        hasAggregate ? "<td class=\"number\">\(value.map { fixed($0, digits: 3) } ?? "–")</td>" : ""
      return "<tr><th scope=\"row\">\(escaped(structure))</th>\(total)\(cells.joined())</tr>"
    }
    let sums = zip(metrics, strips).map { metric, strip in
      scoreCells(
        columns.pooled(result.structures, metric),
        metric,
        strip: strip,
        mark: nil,
        name: ""
      )
    }
    return """
      <div class="scroll" tabindex="0">
      <table class="scores">
      <caption>\(escaped(metrics.map(\.title).joined(separator: ", "))) by structure</caption>
      <thead><tr><th scope="col" rowspan="2">Structure</th>\(aggregate)\(heads.joined())</tr>
      <tr>\(ends.joined())</tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody>
      <tfoot><tr><th scope="row">All pairs</th>\(hasAggregate ? "<td></td>" : "")\(sums.joined())</tr></tfoot>
      </table>
      </div>
      """
  }

  private func scoreCells(
    _ column: ScoreColumns.Column,
    _ metric: Metric,
    strip: Strip,
    mark: String?,
    name: String
  ) -> String {
    let missing = column.missing.isEmpty ? "" : " <small>−\(column.missing.count)</small>"
    let count = "<td class=\"group number\">\(column.values.count)\(missing)</td>"
    guard let summary = column.summary else { return count + "<td class=\"faint\">–</td><td></td>" }
    let spread = summary.standardDeviation.map { " ± " + metric.text($0) } ?? ""
    // A single value is its own median.
    let quartiles =
      summary.count < 2
      ? ""
      : """
      \(metric.text(summary.median)) [\(metric.text(summary.lowerQuartile)), \
      \(metric.text(summary.upperQuartile))]
      """
    let markup = mark.map { " class=\"\($0)\" title=\"\($0) mean\"" } ?? ""
    return """
      \(count)<td><span class="value"><span\(markup)>\(metric.text(summary.mean))\(spread)</span></span>\
      \(quartiles.isEmpty ? "" : "<span class=\"second\">\(quartiles)</span>")</td>\
      <td>\(name.isEmpty ? "" : strip.markup(column.values.map(\.value), name: name))</td>
      """
  }

  /// The structures with the best and the worst mean; none where all are equal or size does not tell.
  private func extremes(of metric: Metric, _ columns: ScoreColumns) -> (
    best: String?, worst: String?
  ) {
    guard let isHigherBetter = metric.isHigherBetter else { return (nil, nil) }
    let means = result.structures.compactMap { name in
      columns[name, metric].summary.map { (name: name, mean: $0.mean) }
    }
    guard let high = means.max(by: { $0.mean < $1.mean }),
      let low = means.min(by: { $0.mean < $1.mean }), high.mean > low.mean
    else { return (nil, nil) }
    return isHigherBetter ? (high.name, low.name) : (low.name, high.name)
  }
}
