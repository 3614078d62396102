import Evaluation

extension TimePointReport {
  /// Dice by structure and method: density, box and every patient.
  var distributions: String {
    let figures = study.structures.map { structure in
      let plot = Raincloud(
        title: "Dice of \(structure) by method",
        axis: "Dice",
        unit: "",
        digits: 3,
        rows: study.methods.map { method in
          let own = method.outcomes(of: structure)
          let values = own.compactMap { outcome in
            outcome.dice.map { (name: outcome.caseName, value: $0) }
          }
          return .init(label: method.name, values: values, missing: own.count - values.count)
        },
        limits: 0...1
      )
      return plot.svg.figure(
        caption: "\(structure): Dice of each method, the density above each row, its box and every "
          + "patient below; n without those that are empty on both sides."
      )
    }
    return """
      <section>
      <h2>Distributions</h2>
      \(figures.joined(separator: "\n"))
      </section>
      """
  }

  /// How volumes changed against Dice, one plot a method, both structures in it.
  var changes: String {
    let figures = study.methods.map { method -> String in
      let plot = ScatterPlot(
        title: method.name,
        horizontalAxis: "change of volume, %",
        verticalAxis: "Dice",
        series: study.structures.map { structure in
          ScatterPlot.Series(
            name: structure,
            points: method.outcomes(of: structure).filter(\.persists).compactMap {
              outcome -> (name: String, x: Double, y: Double)? in
              guard let change = outcome.relativeChange, let dice = outcome.dice else {
                return nil
              }
              return (outcome.caseName, 100 * change, dice)
            }
          )
        },
        limits: 0...1
      )
      let words = study.structures.enumerated().map { index, structure -> String in
        let color = index == 0 ? "blue" : "orange"
        guard let found = study.summary(of: method.name, structure)?.correlation else {
          return "\(structure) (\(color)): too few tumors"
        }
        let p = found.pValue < 0.001 ? "p < 0.001" : "p = \(fixed(found.pValue, digits: 3))"
        return "\(structure) (\(color)): ρ = \(signed(found.coefficient, digits: 2)), \(p), n = "
          + "\(found.count)"
      }
      return plot.svg.figure(caption: words.joined(separator: "; ") + ".")
    }
    return """
      <section>
      <h2>Change of volume and Dice</h2>
      <p class="note">Tumors that are there still, each patient’s structure a point; Spearman’s \
      correlation below.</p>
      <div class="pairs">
      \(figures.joined(separator: "\n"))
      </div>
      </section>
      """
  }
}
