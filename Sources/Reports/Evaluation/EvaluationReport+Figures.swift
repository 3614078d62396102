import Evaluation
import SegmentationMetrics

extension EvaluationReport {
  /// Densities, boxes and points by structure, one figure for each main metric.
  func distributions(_ columns: ScoreColumns) -> String {
    let metrics = Metric.main(of: result.metrics)
    guard !metrics.isEmpty, !result.structures.isEmpty else { return "" }
    let figures = metrics.map { metric in
      let plot = Raincloud(
        title: "\(metric.title) by structure",
        axis: metric.heading,
        unit: metric.unit,
        digits: metric.decimals,
        rows: ordered(by: metric, columns).map { structure in
          let column = columns[structure, metric]
          return .init(label: structure, values: column.values, missing: column.missing.count)
        },
        limits: metric.limits
      )
      return "<h3>\(escaped(metric.title))</h3>\n"
        + plot.svg.figure(
          caption: """
            \(metric.title) (\(metric.name)): density, box of the quartiles with the median, \
            whiskers to the furthest values within 1.5 interquartile ranges, and every case as a \
            point\(plot.scale.kind == .logarithmic
              ? "; equal distances are equal ratios, zeros lie at the left edge" : "").
            """
        )
    }
    return """
      <section>
      <h2>Distributions</h2>
      \(figures.joined(separator: "\n"))
      </section>
      """
  }

  /// Agreement of volumes after Bland and Altman: all pairs, then bias and limits by structure.
  func volumes(_ columns: ScoreColumns) -> String {
    var names: [String] = []
    var all: [(first: Double, second: Double)] = []
    var rows: [ForestPlot.Row] = []
    for structure in result.structures {
      let predicted = Dictionary(
        columns[structure, .predictionVolume].values.map { ($0.name, $0.value) },
        uniquingKeysWith: { first, _ in first }
      )
      var pairs: [(first: Double, second: Double)] = []
      for (name, reference) in columns[structure, .referenceVolume].values {
        // A side without contour has no volume to agree with: it is among the findings.
        guard let prediction = predicted[name], reference > 0, prediction > 0 else { continue }
        pairs.append((reference, prediction))
        names.append("\(name), \(structure)")
      }
      all += pairs
      if let row = agreementRow(structure, pairs) { rows.append(row) }
    }
    guard let agreement = BlandAltman(all, scale: .percentOfMean) else { return "" }
    let plot = BlandAltmanPlot(
      title: "Bland–Altman plot of volumes",
      axis: "mean of both volumes, ml",
      differenceAxis: "prediction − reference, % of mean",
      agreement: agreement,
      names: names
    )
    let forest = ForestPlot(
      title: "Bias of volumes by structure",
      description: "Mean difference of volumes with the limits of agreement, for each structure.",
      axis: "prediction − reference, % of mean",
      textHeading: "mean [limits], %",
      rows: rows,
      sides: ("prediction smaller", "prediction larger")
    )
    return """
      <section>
      <h2>Volumes</h2>
      \(plot.svg.figure(
        caption: """
          Bland–Altman plot of \(counted(agreement.points.count, "pair")) with voxels on both \
          sides. Differences are in percent of the pair's mean, so that large and small structures \
          fit one axis; lines are the mean difference and 1.96 standard deviations around it.
          """
      ))
      \(forest.svg.figure(
        caption: """
          Mean difference (point) and limits of agreement (mean ± 1.96 standard deviations, line) \
          by structure; filled where the limits leave out zero.
          """
      ))
      </section>
      """
  }

  private func agreementRow(
    _ structure: String,
    _ pairs: [(first: Double, second: Double)]
  ) -> ForestPlot.Row? {
    guard let agreement = BlandAltman(pairs, scale: .percentOfMean) else { return nil }
    let limits = agreement.limits
    let ends =
      limits.map {
        " [\(signed($0.lowerBound, digits: 1)), \(signed($0.upperBound, digits: 1))]"
      } ?? ""
    return ForestPlot.Row(
      label: structure,
      estimate: agreement.bias,
      interval: limits,
      text: signed(agreement.bias, digits: 1) + ends,
      isEmphasized: limits.map { !$0.contains(0) } ?? false
    )
  }

  /// Cases by structures, colored by the first metric that is a share.
  func heatMap(_ columns: ScoreColumns) -> String {
    let shares: [Metric] = result.metrics.filter { $0.limits == 0...1 }
    guard let metric = shares.contains(.dice) ? .dice : shares.first, !result.cases.isEmpty,
      !result.structures.isEmpty
    else { return "" }
    let steps = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95]
    let values = result.structures.map { structure in
      let column = columns[structure, metric]
      return (
        Dictionary(column.values.map { ($0.name, $0.value) }, uniquingKeysWith: { a, _ in a }),
        Dictionary(column.missing.map { ($0.name, $0.reason) }, uniquingKeysWith: { a, _ in a })
      )
    }
    let cells = result.cases.map { name in
      zip(result.structures, values).map { structure, column -> HeatMap.Cell in
        let place = "\(name), \(structure)"
        if let value = column.0[name] {
          return HeatMap.Cell(
            level: steps.filter { value >= $0 }.count,
            text: value.magnitude < 0.995 ? String(fixed(value, digits: 2).dropFirst()) : "1",
            tooltip: "\(place): \(metric.text(value))"
          )
        }
        let reason = column.1[name]?.rawValue ?? "not scored"
        return HeatMap.Cell(level: nil, text: "", tooltip: "\(place): \(reason)", isHatched: true)
      }
    }
    let names =
      ["< 0.5"] + zip(steps, steps.dropFirst()).map { "\(number($0))–\(number($1))" } + ["≥ 0.95"]
    let map = HeatMap(
      title: "\(metric.title) by case and structure",
      description: "One row a case, one column a structure; the strongest colors are low.",
      rows: result.cases,
      columns: result.structures,
      cells: cells,
      legend: names.enumerated().map { ($0.offset, $0.element) } + [(nil, "no value")]
    )
    return """
      <section>
      <h2>Case by case</h2>
      \(map.svg.figure(
        caption: """
          \(metric.title) of each case (row) and structure (column). Hatched cells have no value; \
          the findings say why.
          """
      ))
      </section>
      """
  }
}
