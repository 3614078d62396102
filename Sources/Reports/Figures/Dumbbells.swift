/// Rows with two values each, joined by a line: how far one lies from the other.
struct Dumbbells: Sendable {
  struct Row: Sendable {
    var label: String
    /// The value that is compared with, such as the observers'.
    var first: Double
    /// The value that is compared, such as the method's.
    var second: Double
    /// What stands at the right.
    var text: String
    /// Whether the difference is more than chance.
    var isEmphasized = false
  }

  let title: String
  let description: String
  let axis: String
  let names: (first: String, second: String)
  let rows: [Row]
  let limits: ClosedRange<Double>

  static let rowHeight = 22.0
  static let width = 920.0

  init(
    title: String,
    description: String,
    axis: String,
    names: (first: String, second: String),
    rows: [Row],
    limits: ClosedRange<Double>
  ) {
    self.title = title
    self.description = description
    self.axis = axis
    self.names = names
    self.rows = rows.filter { $0.first.isFinite && $0.second.isFinite }
    self.limits = limits
  }

  private var left: Double { labelWidth(rows.map(\.label)) }
  private var right: Double { (rows.map { textWidth($0.text, size: 11.5) }.max() ?? 0) + 22 }
  var scale: Scale {
    .suiting(
      rows.flatMap { [$0.first, $0.second] },
      within: limits,
      from: left,
      to: Self.width - right
    )
  }

  var svg: SVG {
    let top = 30.0
    let bottom = top + Double(rows.count) * Self.rowHeight
    var svg = SVG(
      width: Self.width,
      height: bottom + 42,
      title: title,
      description: description
    )
    let scale = scale
    svg.horizontalAxis(scale, top: top, bottom: bottom, title: axis)
    // The legend stands above the axis.
    svg.circle(left + 6, 13, radius: 4.2, class: "estimate plain")
    svg.text(names.first, x: left + 16, y: 17, class: "tick ink")
    let next = left + 16 + textWidth(names.first, size: 11) + 22
    svg.rectangle(x: next - 4, y: 9, width: 8, height: 8, class: "second")
    svg.text(names.second, x: next + 10, y: 17, class: "tick ink")
    for (index, row) in rows.enumerated() {
      let y = top + (Double(index) + 0.5) * Self.rowHeight
      svg.text(
        fitted(row.label, width: left - 12),
        x: left - 10,
        y: y + 4,
        anchor: .end,
        tooltip: row.label
      )
      let (first, second) = (scale(row.first), scale(row.second))
      svg.line(first, y, second, y, class: row.isEmphasized ? "gap strong" : "gap")
      svg.circle(first, y, radius: 4.2, class: "estimate plain", tooltip: names.first)
      svg.rectangle(
        x: second - 4,
        y: y - 4,
        width: 8,
        height: 8,
        class: "second",
        tooltip: names.second
      )
      svg.text(
        row.text,
        x: Self.width - 4,
        y: y + 4,
        anchor: .end,
        class: row.isEmphasized ? "value bold" : "value"
      )
    }
    return svg
  }
}
