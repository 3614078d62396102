import Evaluation

/// Rows of values, each shown as its density, its box and every single point.
struct Raincloud: Sendable {
  /// One row: a structure, or a method.
  struct Row: Sendable {
    var label: String
    /// Each value with what it is of, such as the case.
    var values: [(name: String, value: Double)]
    /// How many have no value.
    var missing: Int
  }

  let title: String
  let axis: String
  let unit: String
  let digits: Int
  let rows: [Row]
  /// What the axis must not leave, such as 0...1 for a share.
  let limits: ClosedRange<Double>

  static let rowHeight = 36.0
  static let width = 920.0

  init(
    title: String,
    axis: String,
    unit: String,
    digits: Int,
    rows: [Row],
    limits: ClosedRange<Double>
  ) {
    self.title = title
    self.axis = axis
    self.unit = unit
    self.digits = digits
    self.limits = limits
    self.rows = rows.map { row in
      Row(label: row.label, values: row.values.filter(\.value.isFinite), missing: row.missing)
    }
  }

  private var allValues: [Double] { rows.flatMap { $0.values.map(\.value) } }
  private var left: Double { labelWidth(rows.map(\.label)) }
  private static let right = 176.0

  var scale: Scale {
    .suiting(allValues, within: limits, from: left, to: Self.width - Self.right)
  }

  var svg: SVG {
    let top = 22.0
    let bottom = top + Double(rows.count) * Self.rowHeight
    var svg = SVG(
      width: Self.width,
      height: bottom + 42,
      title: title,
      description: """
        For each of \(counted(rows.count, "row")): the density of the values above, box of the \
        quartiles with the median, whiskers to the furthest values within 1.5 interquartile \
        ranges, and each value as a point below.
        """
    )
    let scale = scale
    svg.horizontalAxis(scale, top: top, bottom: bottom, title: axis)
    let column = Self.width - Self.right
    svg.text("n", x: column + 62, y: 14, anchor: .end, class: "tick")
    svg.text("median", x: Self.width - 4, y: 14, anchor: .end, class: "tick")
    for (index, row) in rows.enumerated() {
      let middle = top + (Double(index) + 0.5) * Self.rowHeight
      if index % 2 == 1 {
        svg.rectangle(
          x: 0,
          y: middle - Self.rowHeight / 2,
          width: Self.width,
          height: Self.rowHeight,
          class: "band"
        )
      }
      svg.text(
        fitted(row.label, width: left - 12),
        x: left - 10,
        y: middle + 4,
        anchor: .end,
        tooltip: row.label
      )
      draw(row, at: middle, scale: scale, on: &svg)
      let count =
        row.missing > 0 ? "\(row.values.count) (\u{2212}\(row.missing))" : "\(row.values.count)"
      svg.text(count, x: column + 62, y: middle + 4, anchor: .end, class: "value")
    }
    return svg
  }

  private func draw(_ row: Row, at middle: Double, scale: Scale, on svg: inout SVG) {
    let values = row.values.map(\.value)
    guard let summary = Summary(values) else {
      svg.text("no value", x: scale.start + 6, y: middle + 4, class: "faint-label")
      return
    }
    let cloud = middle - 3
    if let density = Density(of: values.map { scale($0) }) {
      let outline = density.points.map { (x: $0.place, y: cloud - $0.height * 13) }
      let ends = [(x: outline[outline.count - 1].x, y: cloud), (x: outline[0].x, y: cloud)]
      svg.path(outline + ends, closed: true, class: "cloud")
    }
    drawPoints(of: row, at: middle, scale: scale, on: &svg)
    let box = middle + 0.5
    if values.count > 1 {
      let reach = 1.5 * (summary.upperQuartile - summary.lowerQuartile)
      let inside = values.filter {
        $0 >= summary.lowerQuartile - reach && $0 <= summary.upperQuartile + reach
      }
      let low = inside.min() ?? summary.minimum
      let high = inside.max() ?? summary.maximum
      svg.line(scale(low), box, scale(high), box, class: "whisker")
      let (start, end) = (scale(summary.lowerQuartile), scale(summary.upperQuartile))
      svg.rectangle(
        x: start,
        y: box - 3,
        width: max(end - start, 1),
        height: 6,
        class: "box",
        radius: 1.5
      )
    }
    svg.line(scale(summary.median), box - 4.5, scale(summary.median), box + 4.5, class: "median")
    svg.text(text(summary.median), x: Self.width - 4, y: middle + 4, anchor: .end, class: "value")
  }

  private func drawPoints(of row: Row, at middle: Double, scale: Scale, on svg: inout SVG) {
    let places = row.values.enumerated().map { index, item in
      (x: scale(item.value), y: middle + 7 + jitter(index) * 8)
    }
    // Thousands of points with a hint each would make a page too large to open.
    guard places.count <= Self.mostHints else {
      svg.dots(places, class: "dots")
      return
    }
    for (item, place) in zip(row.values, places) {
      svg.circle(
        place.x,
        place.y,
        radius: 1.9,
        class: "point",
        tooltip: "\(row.label), \(item.name): \(text(item.value))"
      )
    }
  }

  private static let mostHints = 150

  private func text(_ value: Double) -> String {
    signed(value, digits: digits) + (unit.isEmpty ? "" : " \(unit)")
  }
}
