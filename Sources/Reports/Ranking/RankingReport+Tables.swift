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

  /// Each structure's means, the methods side by side, the best in bold.
  var structureTables: String {
    let tables = ranking.metrics.map { ranked -> String in
      let rows = zip(ranking.structures, ranked.structureSummaries).map { structure, summaries in
        (
          structure,
          ranking.order.map { summaries.indices.contains($0) ? summaries[$0]?.mean : nil }
        )
      }
      return MeanTable(
        caption: "Mean \(ranked.metric.heading) by structure; the best of each row in bold",
        methods: ranking.order.map { ranking.methods[$0] },
        rows: rows,
        isHigherBetter: ranked.metric.isHigherBetter ?? true,
        digits: ranked.metric.decimals
      ).markup
    }
    return """
      <section>
      <h2>Means by structure</h2>
      \(tables.joined(separator: "\n"))
      </section>
      """
  }

  /// A published table; larger is taken for better, as in tables of Dice.
  func publishedTable(_ table: PublishedTable) -> String {
    let markup = MeanTable(
      caption: "\(table.heading), as published; the best of each row in bold",
      methods: table.methods,
      rows: table.rows.map { ($0.structure, $0.means) },
      isHigherBetter: true,
      digits: 1
    ).markup
    return """
      <section>
      <h2>Published beside</h2>
      <p class="note">\(escaped(table.source)). Other cases and contours: side by side, not \
      compared by any test.</p>
      \(markup)
      </section>
      """
  }
}

/// Means by structure, one column a method.
struct MeanTable {
  let caption: String
  let methods: [String]
  let rows: [(structure: String, means: [Double?])]
  let isHigherBetter: Bool
  let digits: Int

  var markup: String {
    let heads = methods.map { "<th scope=\"col\" class=\"number\">\(escaped($0))</th>" }
    let body = rows.map { structure, means -> String in
      // What reads the same is equally good.
      let texts = means.map { $0.flatMap { $0.isFinite ? signed($0, digits: digits) : nil } }
      let known = means.compactMap { $0 }.filter(\.isFinite)
      let best = isHigherBetter ? known.max() : known.min()
      let bestText = known.count > 1 ? best.map { signed($0, digits: digits) } : nil
      let cells = methods.indices.map { index -> String in
        guard index < texts.count, let text = texts[index] else {
          return "<td class=\"number faint\">–</td>"
        }
        return "<td class=\"number\">\(text == bestText ? "<b>\(text)</b>" : text)</td>"
      }
      return "<tr><th scope=\"row\">\(escaped(structure))</th>\(cells.joined())</tr>"
    }
    return """
      <div class="scroll" tabindex="0">
      <table class="scores">
      <caption>\(escaped(caption))</caption>
      <thead><tr><th scope="col">Structure</th>\(heads.joined())</tr></thead>
      <tbody>
      \(body.joined(separator: "\n"))
      </tbody>
      </table>
      </div>
      """
  }
}
