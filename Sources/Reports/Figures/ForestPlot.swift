/// Rows of estimates with an interval each, around a line of no difference.
struct ForestPlot: Sendable {
  struct Row: Sendable {
    var label: String
    var estimate: Double
    /// The interval's ends; `nil` where there is none.
    var interval: ClosedRange<Double>?
    /// What stands at the right, such as the numbers.
    var text: String
    /// Whether the row is marked as one that matters.
    var isEmphasized = false
  }

  let title: String
  let description: String
  let axis: String
  /// What the texts at the right are.
  let textHeading: String
  let rows: [Row]
  /// Words below the axis's ends, such as which method is better there.
  var sides: (left: String, right: String)?

  static let rowHeight = 22.0
  static let width = 920.0

  init(
    title: String,
    description: String,
    axis: String,
    textHeading: String,
    rows: [Row],
    sides: (left: String, right: String)? = nil
  ) {
    self.title = title
    self.description = description
    self.axis = axis
    self.textHeading = textHeading
    self.rows = rows.filter { $0.estimate.isFinite }
    self.sides = sides
  }

  private var left: Double { labelWidth(rows.map(\.label), limit: 290) }
  private var right: Double {
    max(rows.map { textWidth($0.text, size: 11.5) }.max() ?? 0, textWidth(textHeading, size: 11))
      + 18
  }
  var scale: Scale {
    let ends = rows.flatMap {
      [$0.interval?.lowerBound, $0.interval?.upperBound].compactMap(\.self)
    }
    return .linear(
      fitting: rows.map(\.estimate) + ends + [0],
      from: left,
      to: Self.width - right
    )
  }

  var svg: SVG {
    let top = 22.0
    let bottom = top + Double(rows.count) * Self.rowHeight
    var svg = SVG(
      width: Self.width,
      height: bottom + (sides == nil ? 42 : 58),
      title: title,
      description: description
    )
    let scale = scale
    svg.horizontalAxis(scale, top: top, bottom: bottom, title: axis)
    svg.text(textHeading, x: Self.width - 4, y: 14, anchor: .end, class: "tick")
    svg.line(scale(0), top, scale(0), bottom, class: "zero")
    if let sides {
      svg.text("\u{2190} " + sides.left, x: scale.start, y: bottom + 51, class: "tick")
      svg.text(sides.right + " \u{2192}", x: scale.end, y: bottom + 51, anchor: .end, class: "tick")
    }
    for (index, row) in rows.enumerated() {
      let y = top + (Double(index) + 0.5) * Self.rowHeight
      svg.text(
        fitted(row.label, width: left - 12),
        x: left - 10,
        y: y + 4,
        anchor: .end,
        tooltip: row.label
      )
      let name = row.isEmphasized ? "strong" : "plain"
      if let interval = row.interval {
        let (low, high) = (scale(interval.lowerBound), scale(interval.upperBound))
        svg.line(low, y, high, y, class: "interval \(name)")
        for end in [low, high] { svg.line(end, y - 3.5, end, y + 3.5, class: "interval \(name)") }
      }
      svg.circle(
        scale(row.estimate),
        y,
        radius: 3.6,
        class: "estimate \(name)",
        tooltip: "\(row.label): \(row.text)"
      )
      svg.text(row.text, x: Self.width - 4, y: y + 4, anchor: .end, class: "value")
    }
    return svg
  }
}
