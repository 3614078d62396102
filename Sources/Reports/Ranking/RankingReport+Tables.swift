import Evaluation
import SegmentationMetrics

extension RankingReport {
  /// The methods from best to worst, with what the final rank follows from.
  var finalTable: String {
    let heads = ranking.metrics.map {
      "<th scope=\"colgroup\" colspan=\"4\" class=\"group\">\(escaped($0.metric.heading + $0.metric.arrow))</th>"
    }
    let subheads = ranking.metrics.map { _ in
      """
      <th scope="col" class="group number">rank</th><th scope="col" class="number">beats</th>\
      <th scope="col">mean ± sd</th><th scope="col">median [quartiles]</th>
      """
    }
    let rows = ranking.order.map { method -> String in
      let cells = ranking.metrics.map { metricCells($0, method) }
      let isFirst = ranking.finalRanks[method] == 1
      let name =
        isFirst ? "<b>\(escaped(ranking.methods[method]))</b>" : escaped(ranking.methods[method])
      return """
        <tr><td class="number rank">\(ranking.finalRanks[method])</td><th scope="row">\(name)</th>\
        <td class="number">\(fixed(ranking.meanRanks[method], digits: 2))</td>\(cells.joined())</tr>
        """
    }
    return """
      <section>
      <h2>Final ranking</h2>
      <div class="scroll" tabindex="0">
      <table class="scores">
      <caption>Methods by final rank: the mean of the ranks by each metric decides. «Beats» counts \
      the methods that a method is significantly better than; equal counts share the better \
      rank.</caption>
      <thead><tr><th scope="col" rowspan="2" class="number">Rank</th>\
      <th scope="col" rowspan="2">Method</th><th scope="col" rowspan="2" class="number">Mean rank</th>\
      \(heads.joined())</tr>
      <tr>\(subheads.joined())</tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody>
      </table>
      </div>
      </section>
      """
  }

  private func metricCells(_ ranked: MetricRanking, _ method: Int) -> String {
    let (metric, summary) = (ranked.metric, ranked.summaries[method])
    let spread = summary.standardDeviation.map { " ± " + metric.text($0) } ?? ""
    return """
      <td class="group number">\(ranked.ranks[method])</td>\
      <td class="number">\(ranked.significanceScores[method])</td>\
      <td>\(metric.text(summary.mean))\(spread)</td>\
      <td class="faint">\(metric.text(summary.median)) [\(metric.text(summary.lowerQuartile)), \
      \(metric.text(summary.upperQuartile))]</td>
      """
  }

  /// What the methods lack, and what was done about it; every score is listed.
  var missingList: String {
    guard !ranking.missingScores.isEmpty || !ranking.differences.isEmpty else {
      return """
        <section>
        <h2>Missing scores</h2>
        <p>None: every method has every structure of every case.</p>
        </section>
        """
    }
    let differences = ranking.differences.map { "<li>\(escaped($0))</li>" }.joined(separator: "\n")
    let groups = ranking.methods.compactMap { method -> String? in
      let own = ranking.missingScores.filter { $0.method == method }
      guard !own.isEmpty else { return nil }
      let items = own.map { score in
        let reason = score.reason?.rawValue ?? "no such row"
        let fate =
          score.replacement.map { "\(score.metric.textWithUnit($0)) stands in" }
          ?? "left out for all methods"
        let place = "\(score.measurement.caseName), \(score.measurement.structure)"
        return "<li>\(escaped("\(place), \(score.metric.title): \(reason); \(fate)."))</li>"
      }
      return """
        <details\(own.count <= 6 ? " open=\"open\"" : "")>
        <summary>\(escaped(method))<span class="count">\(own.count)</span></summary>
        <ul>
        \(items.joined(separator: "\n"))
        </ul>
        </details>
        """
    }
    return """
      <section class="findings">
      <h2>Missing scores</h2>
      <p class="note">\(escaped(ranking.plan.missing.sentence))</p>
      \(differences.isEmpty ? "" : "<ul>\n\(differences)\n</ul>")
      \(groups.joined(separator: "\n"))
      </section>
      """
  }

  /// Each structure's means, the methods and published ones side by side, the best in bold.
  var structureTables: String {
    let tables = ranking.metrics.map { ranked -> String in
      let own = zip(ranking.structures, ranked.structureSummaries).map { structure, summaries in
        (
          structure,
          ranking.order.map { summaries.indices.contains($0) ? summaries[$0]?.mean : nil }
        )
      }
      let beside = published.filter { $0.metric == ranked.metric }
      return MeanTable(
        metric: ranked.metric,
        groups: [
          .init(heading: "ranked here", methods: ranking.order.map { ranking.methods[$0] }, own)
        ]
          + beside.map { table in
            .init(
              heading: table.source,
              methods: table.methods,
              rows(of: table)
            )
          }
      ).markup
    }
    let note =
      published.isEmpty
      ? ""
      : """
      <p class="note">Published means are of other cases and contours: they stand side by side and \
      are not compared by any test.</p>
      """
    return """
      <section>
      <h2>Means by structure</h2>
      \(note)
      \(tables.joined(separator: "\n"))
      </section>
      """
  }

  /// A published table's rows, named as the ranking names the same structures.
  private func rows(of table: PublishedTable) -> [(structure: String, means: [Double?])] {
    let own = ranking.structures.compactMap { name in table.row(of: name).map { (name, $0) } }
    let shared = Set(own.map(\.1.structure))
    let others = table.rows.filter { !shared.contains($0.structure) }
    return own.map { ($0, $1.means) } + others.map { ($0.structure, $0.means) }
  }
}
