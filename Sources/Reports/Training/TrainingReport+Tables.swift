import Models
import Training

extension TrainingReport {
  /// The few numbers a person comes for.
  var tiles: String {
    let share = Double(epochs.count) / Double(max(plan.epochs, 1))
    var tiles = [
      Tile(
        "Epoch",
        "\(epochs.count) <small>of \(plan.epochs)</small>",
        "\(fixed(min(share, 1) * 100, digits: share < 0.1 ? 1 : 0)) % of the steps"
      )
    ]
    if let last = epochs.last {
      if let average = last.averagePseudoDice {
        let aside =
          best.map { best in
            "best \(fixed(best.averagePseudoDice ?? 0, digits: 3)) after epoch \(best.epoch + 1)"
          } ?? ""
        tiles.append(Tile("Pseudo Dice, averaged", fixed(average, digits: 3), aside))
      }
      tiles.append(
        Tile(
          "Training loss",
          signed(last.trainingLoss, digits: 3),
          last.validationLoss.map { "validation \(signed($0, digits: 3))" } ?? "no validation"
        )
      )
      tiles.append(
        Tile(
          "An epoch takes",
          duration(last.seconds),
          "\(fixed(last.waitingShare * 100, digits: 1)) % of it waiting for patches"
        )
      )
    }
    if let left = secondsLeft, isRunning {
      tiles.append(Tile("Time left", duration(left), "as fast as the last ten epochs"))
    } else if !epochs.isEmpty {
      let total = epochs.reduce(0) { $0 + $1.seconds }
      tiles.append(Tile("Time spent", duration(total), "in all epochs together"))
    }
    return "<dl class=\"tiles\">\n\(tiles.map(\.markup).joined(separator: "\n"))\n</dl>"
  }

  private struct Tile {
    let name: String
    /// Markup.
    let figure: String
    let aside: String

    init(_ name: String, _ figure: String, _ aside: String) {
      self.name = name
      self.figure = figure
      self.aside = aside
    }

    var markup: String {
      """
      <div class="tile"><dt>\(escaped(name))</dt><dd class="figure">\(figure)</dd>\
      <dd class="aside">\(escaped(aside))</dd></div>
      """
    }
  }

  /// Each structure's curve, and a table of the last epoch.
  var structureSection: String {
    guard epochs.contains(where: { !$0.pseudoDice.isEmpty }), !structures.isEmpty else { return "" }
    return """
      <section>
      <h2>Structures</h2>
      \(structureCharts)
      \(structureTable)
      </section>
      """
  }

  private var structureTable: String {
    let rows = structures.enumerated().map { index, name in
      let values = epochs.map { $0.pseudoDice.indices.contains(index) ? $0.pseudoDice[index] : nil }
      let last = values.last.flatMap { $0 }
      let earlier = values.count > 10 ? values[values.count - 11] : nil
      let highest = values.enumerated().compactMap { epoch, value in value.map { (epoch, $0) } }
        .max { $0.1 < $1.1 }
      let change = last.flatMap { last in
        earlier.map { (last > $0 ? "+" : "") + signed(last - $0, digits: 3) }
      }
      return """
        <tr><th scope="row">\(escaped(name))</th>\
        <td class="number">\(last.map { fixed($0, digits: 3) } ?? Self.none)</td>\
        <td class="number">\(change ?? Self.none)</td>\
        <td class="number">\(highest.map { fixed($0.1, digits: 3) } ?? Self.none)</td>\
        <td class="number">\(highest.map { "\($0.0 + 1)" } ?? Self.none)</td></tr>
        """
    }
    return """
      <h3>After epoch \(epochs.count)</h3>
      <div class="scroll" tabindex="0">
      <table class="scores">
      <thead><tr><th scope="col">Structure</th><th scope="col" class="number">Pseudo Dice</th>\
      <th scope="col" class="number">Change in 10 epochs</th>\
      <th scope="col" class="number">Highest</th>\
      <th scope="col" class="number">at epoch</th></tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody>
      </table>
      </div>
      """
  }

  private static let none = "<span class=\"faint\">\u{2013}</span>"
}
