/// Curves over the epochs of a training.
struct LineChart: Sendable {
  /// One curve.
  struct Series: Sendable {
    /// What the curve shows.
    let name: String
    /// One value an epoch; `nil` where there is none, which leaves a gap.
    let values: [Double?]
    /// The class of the curve, which decides its looks.
    let kind: String

    init(_ name: String, _ values: [Double?], kind: String = "first") {
      self.name = name
      self.values = values
      self.kind = kind
    }
  }

  let title: String
  /// What the vertical axis shows, with its unit.
  let axis: String
  let series: [Series]
  /// The least and the most that values can be.
  var limits = -1e12...1e12
  /// Whether the vertical axis shows all of ``limits``, so that charts can be compared.
  var hasFullRange = false
  /// Whether the vertical axis shows 0 whatever the values.
  var startsAtZero = false
  /// Digits after the point where a value is written out.
  var digits = 3
  var width = 1100.0
  var height = 300.0
  /// Whether the chart is one of many beside each other: without the names of curves and axes.
  var isSmall = false

  private var epochs: Int { series.map(\.values.count).max() ?? 0 }
  private var values: [Double] { series.flatMap { $0.values.compactMap { $0 } } }
  private var left: Double { isSmall ? 46 : 64 }
  private var right: Double { isSmall ? width - 18 : width - 176 }
  private var bottom: Double { isSmall ? height - 20 : height - 44 }

  var horizontal: Scale {
    let last = Double(max(epochs, 1))
    let count = min(max(epochs, 1), isSmall ? 3 : 8)
    return .linear(fitting: [0, last], within: 0...last, from: left, to: right, count: count)
  }
  var vertical: Scale {
    .linear(
      fitting: hasFullRange
        ? [limits.lowerBound, limits.upperBound] : values + (startsAtZero ? [0] : []),
      within: limits,
      from: bottom,
      to: 10,
      count: isSmall ? 3 : 6
    )
  }

  var svg: SVG {
    let latest = series.compactMap { series in
      series.latest.map { "\(series.name) \(signed($0.value, digits: digits))" }
    }
    var svg = SVG(
      width: width,
      height: height,
      title: title,
      description: "\(counted(epochs, "epoch")); at the last: \(latest.joined(separator: ", "))."
    )
    let (horizontal, vertical) = (horizontal, vertical)
    svg.horizontalAxis(horizontal, top: 10, bottom: bottom, title: isSmall ? "" : "epochs")
    svg.verticalAxis(vertical, left: left, right: right, title: isSmall ? "" : axis)
    if vertical.low < 0, vertical.high > 0 {
      svg.line(left, vertical(0), right, vertical(0), class: "zero")
    }
    for series in series {
      for run in series.runs {
        let points = run.map { (x: horizontal(Double($0.epoch + 1)), y: vertical($0.value)) }
        svg.path(points, class: "curve \(series.kind)")
        // A single epoch between gaps would leave no line.
        if let point = points.first, points.count == 1 {
          svg.circle(point.x, point.y, radius: 2, class: "curve-end \(series.kind)")
        }
      }
    }
    if isSmall { drawEnds(&svg) } else { drawNames(&svg) }
    drawHints(&svg)
    return svg
  }

  private func drawEnds(_ svg: inout SVG) {
    for series in series {
      guard let latest = series.latest else { continue }
      svg.circle(
        horizontal(Double(latest.epoch + 1)),
        vertical(latest.value),
        radius: 2.4,
        class: "curve-end \(series.kind)"
      )
    }
  }

  /// Each curve's name and last value at its end, from the top down, none over another.
  private func drawNames(_ svg: inout SVG) {
    let ends = series.compactMap { series in series.latest.map { (series, $0) } }
      .sorted { vertical($0.1.value) < vertical($1.1.value) }
    var places = ends.map { vertical($0.1.value) - 4 }
    for index in places.indices.dropFirst() {
      places[index] = max(places[index], places[index - 1] + 34)
    }
    // Where the last would leave the chart, all move up together.
    let excess = max(0, (places.last ?? 0) + 18 - height)
    for (end, place) in zip(ends, places) {
      let y = place - excess
      let x = horizontal(Double(end.1.epoch + 1))
      svg.circle(x, vertical(end.1.value), radius: 3, class: "curve-end \(end.0.kind)")
      svg.path(
        [(x + 6, vertical(end.1.value)), (right + 14, y), (right + 18, y)],
        class: "lead"
      )
      svg.text(end.0.name, x: right + 24, y: y - 1, class: "curve-name \(end.0.kind)")
      svg.text(signed(end.1.value, digits: digits), x: right + 24, y: y + 13, class: "value")
    }
  }

  /// Columns that tell an epoch's values where the pointer rests; at most 200.
  private func drawHints(_ svg: inout SVG) {
    let step = max(1, (epochs + 199) / 200)
    let column = (right - left) / Double(max(epochs, 1)) * Double(step)
    for epoch in stride(from: 0, to: epochs, by: step) {
      let texts = series.compactMap { series -> String? in
        guard series.values.indices.contains(epoch), let value = series.values[epoch] else {
          return nil
        }
        return "\(series.name) \(signed(value, digits: digits))"
      }
      guard !texts.isEmpty else { continue }
      let x = horizontal(Double(epoch + 1)) - column / 2
      svg.rectangle(
        x: x,
        y: 10,
        width: min(column, right + column / 2 - x),
        height: bottom - 10,
        class: "hint",
        tooltip: "Epoch \(epoch + 1): \(texts.joined(separator: ", "))"
      )
    }
  }
}

extension LineChart.Series {
  /// The last value there is.
  var latest: (epoch: Int, value: Double)? {
    values.lastIndex { $0 != nil }.flatMap { epoch in values[epoch].map { (epoch, $0) } }
  }

  /// The stretches without gaps.
  fileprivate var runs: [[(epoch: Int, value: Double)]] {
    var runs: [[(epoch: Int, value: Double)]] = [[]]
    for (epoch, value) in values.enumerated() {
      if let value, value.isFinite {
        runs[runs.count - 1].append((epoch, value))
      } else if runs.last?.isEmpty == false {
        runs.append([])
      }
    }
    return runs.filter { !$0.isEmpty }
  }
}
