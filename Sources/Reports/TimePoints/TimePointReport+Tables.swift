import Evaluation

extension TimePointReport {
  /// One table a structure: the methods' scores.
  var scores: String {
    let tables = study.structures.map { structure -> String in
      let own = study.summaries.filter { $0.structure == structure }
      let best = own.compactMap(\.aggregatedDice).max()
      let rows = own.map { summary in
        let dice = number(summary.aggregatedDice, digits: 3)
        let isBest = summary.aggregatedDice == best && best != nil
        return """
          <tr><th scope="row">\(escaped(summary.method))</th>\
          <td class="number">\(isBest ? "<b>\(dice)</b>" : dice)</td>\
          <td class="group number">\(number(summary.meanDice, digits: 3))</td>\
          <td class="number">\(fixed(summary.meanDiceCredited, digits: 3))</td>\
          <td class="number">\(fixed(summary.meanDicePunished, digits: 3))</td>\
          <td class="group number">\(number(summary.medianHausdorff95, digits: 1))</td>\
          <td class="number">\(number(summary.meanSurfaceDistance, digits: 2))</td></tr>
          """
      }
      return """
        <div class="scroll" tabindex="0">
        <table class="scores">
        <caption>\(escaped(structure))</caption>
        <thead><tr><th scope="col" rowspan="2">Method</th>\
        <th scope="col" rowspan="2" class="number">Aggregated Dice</th>\
        <th scope="colgroup" colspan="3" class="group">Mean Dice, empty on both sides</th>\
        <th scope="colgroup" colspan="2" class="group">Distances, mm</th></tr>
        <tr><th scope="col" class="group number">left out</th><th scope="col" class="number">as 1</th>\
        <th scope="col" class="number">as 0</th><th scope="col" class="group number">HD95, median</th>\
        <th scope="col" class="number">surface, mean</th></tr></thead>
        <tbody>
        \(rows.joined(separator: "\n"))
        </tbody>
        </table>
        </div>
        """
    }
    return "<section>\n<h2>Scores</h2>\n\(tables.joined(separator: "\n"))\n</section>"
  }

  /// Tumors that are gone, and those that are not.
  var vanished: String {
    let rows = study.summaries.map { summary in
      """
      <tr><th scope="row">\(escaped(summary.method))</th><td>\(escaped(summary.structure))</td>\
      <td class="group number">\(text(summary.vanished))</td>\
      <td class="group number">\(text(summary.kept))</td></tr>
      """
    }
    return """
      <section>
      <h2>Vanished tumors</h2>
      <p class="note">A structure of a patient has vanished where it had voxels before and the \
      reference has none now. It is recognized where a method draws nothing (sensitivity); one that is \
      there still is kept where a method draws something (specificity).</p>
      <div class="scroll" tabindex="0">
      <table class="scores">
      <thead><tr><th scope="col">Method</th><th scope="col">Structure</th>\
      <th scope="col" class="group number">Recognized</th>\
      <th scope="col" class="group number">Kept</th></tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody>
      </table>
      </div>
      </section>
      """
  }

  /// Each method against each before it.
  var tests: String {
    guard !study.tests.isEmpty else { return "" }
    let rows = study.tests.map { test in
      """
      <tr><td>\(escaped(test.structure))</td><th scope="row">\(escaped(test.method))</th>\
      <td>\(escaped(test.other))</td><td class="number">\(test.count)</td>\
      <td class="number">\(signed(test.meanDifference, digits: 3))</td>\
      <td class="number">\(probability(test.pValue))</td>\
      <td class="number">\(probability(test.correctedPValue))</td></tr>
      """
    }
    return """
      <section>
      <h2>Tests</h2>
      <div class="scroll" tabindex="0">
      <table class="scores">
      <caption>Paired Wilcoxon tests of the patients’ Dice</caption>
      <thead><tr><th scope="col">Structure</th><th scope="col">Method</th><th scope="col">less</th>\
      <th scope="col" class="number">n</th><th scope="col" class="number">mean difference</th>\
      <th scope="col" class="number">p</th><th scope="col" class="number">p, corrected</th></tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody>
      </table>
      </div>
      </section>
      """
  }

  /// Mean Dice by how large the reference is.
  var volumes: String {
    let tables = study.structures.map { structure -> String in
      let heads = study.volumeBins.map { bin in
        let range =
          bin.upper.map { "\(fixed(bin.lower, digits: 0)) to \(fixed($0, digits: 0)) ml" }
          ?? "above \(fixed(bin.lower, digits: 0)) ml"
        return """
          <th scope="col" class="number">\(escaped(range))\
          <span class="second">n = \(bin.counts[structure] ?? 0)</span></th>
          """
      }
      let rows = study.summaries.filter { $0.structure == structure }.map { summary in
        let cells = summary.diceByVolume.map {
          "<td class=\"number\">\(number($0, digits: 3))</td>"
        }
        return "<tr><th scope=\"row\">\(escaped(summary.method))</th>\(cells.joined())</tr>"
      }
      return """
        <div class="scroll" tabindex="0">
        <table class="scores">
        <caption>\(escaped(structure)): mean Dice by the reference’s volume</caption>
        <thead><tr><th scope="col">Method</th>\(heads.joined())</tr></thead>
        <tbody>
        \(rows.joined(separator: "\n"))
        </tbody>
        </table>
        </div>
        """
    }
    return "<section>\n<h2>By volume</h2>\n\(tables.joined(separator: "\n"))\n</section>"
  }

  private func number(_ value: Double?, digits: Int) -> String {
    value.map { fixed($0, digits: digits) } ?? "–"
  }

  private func text(_ count: TimePointStudy.Count) -> String {
    guard let share = count.share else { return "none" }
    return "\(fixed(100 * share, digits: 0)) % (\(count.count) of \(count.total))"
  }

  /// A p-value as papers print it.
  func probability(_ value: Double) -> String {
    value < 0.001 ? "&lt; 0.001" : fixed(value, digits: 3)
  }
}
