/// A grid of colored cells with their values, such as cases by structures.
struct HeatMap: Sendable {
  struct Cell: Sendable {
    /// The step of the color scale, 0 the worst; `nil` where there is nothing to color.
    var level: Int?
    /// The text inside.
    var text: String
    /// What the cell is, for a reader who points at it.
    var tooltip: String
    /// Whether the cell is hatched: asked for, but without a value.
    var isHatched = false
  }

  let title: String
  let description: String
  let rows: [String]
  let columns: [String]
  /// The cells of each row.
  let cells: [[Cell]]
  /// The color steps with their meaning, then what hatching means.
  let legend: [(level: Int?, text: String)]

  /// The number of color steps.
  static let levels = 7

  private var isNumeric: Bool { columns.count <= 36 }
  private var left: Double { labelWidth(rows, limit: 200) }
  private var top: Double {
    // Names turned by 60 degrees.
    let longest = columns.map { textWidth(fitted($0, width: 150, size: 11), size: 11) }.max() ?? 0
    return longest * 0.87 + 20
  }
  private var cell: (width: Double, height: Double) {
    let free = max(920 - left - 60, 300)
    let width = min(free / Double(max(columns.count, 1)), 64)
    return isNumeric ? (max(width, 24), 20) : (max(width, 7), 12)
  }

  /// The place of a cell's top left corner.
  func origin(row: Int, column: Int) -> (x: Double, y: Double) {
    (left + Double(column) * cell.width, top + Double(row) * cell.height)
  }

  var svg: SVG {
    let cell = cell
    let end = origin(row: rows.count, column: columns.count)
    // The last column's turned name leans beyond it.
    let lean = textWidth(fitted(columns.last ?? "", width: 150, size: 11), size: 11) * 0.5 + 8
    let width = max(end.x + lean, left + legendWidth)
    var svg = SVG(width: width, height: end.y + 44, title: title, description: description)
    for (column, name) in columns.enumerated() {
      let x = left + (Double(column) + 0.5) * cell.width + 3
      svg.text(
        fitted(name, width: 150, size: 11),
        x: x,
        y: top - 7,
        class: "tick ink",
        angle: -60,
        tooltip: name
      )
    }
    for (row, name) in rows.enumerated() {
      let y = top + (Double(row) + 0.5) * cell.height + 4
      svg.text(fitted(name, width: left - 12), x: left - 8, y: y, anchor: .end, tooltip: name)
      for (column, value) in cells[row].prefix(columns.count).enumerated() {
        draw(value, row: row, column: column, on: &svg)
      }
    }
    drawLegend(y: end.y + 18, on: &svg)
    return svg
  }

  private func draw(_ value: Cell, row: Int, column: Int, on svg: inout SVG) {
    let (place, cell) = (origin(row: row, column: column), cell)
    let shade = value.level.map { "h\(min(max($0, 0), Self.levels - 1))" } ?? "h-none"
    svg.rectangle(
      x: place.x + 0.5,
      y: place.y + 0.5,
      width: cell.width - 1,
      height: cell.height - 1,
      class: "cell \(shade)",
      tooltip: value.tooltip
    )
    if value.isHatched {
      hatch(x: place.x, y: place.y, width: cell.width, height: cell.height, on: &svg)
    }
    if isNumeric, !value.text.isEmpty {
      svg.text(
        value.text,
        x: place.x + cell.width / 2,
        y: place.y + cell.height / 2 + 3.5,
        anchor: .middle,
        class: "cell-text t-\(shade)",
        tooltip: value.tooltip
      )
    }
  }

  private func hatch(x: Double, y: Double, width: Double, height: Double, on svg: inout SVG) {
    let (right, bottom) = (x + width - 1, y + height - 1)
    // Lines at 45 degrees, cut at the cell's sides.
    for offset in stride(from: 6.0, to: width + height, by: 6) {
      let start = (x: min(x + offset, right), y: y + 1 + max(0, x + offset - right))
      let end = (x: x + 1 + max(0, y + offset - bottom), y: min(y + offset, bottom))
      guard start.x > end.x else { continue }
      svg.line(start.x, start.y, end.x, end.y, class: "hatch")
    }
  }

  private var legendWidth: Double {
    legend.reduce(0) { $0 + 26 + textWidth($1.text, size: 11) + 14 }
  }

  private func drawLegend(y: Double, on svg: inout SVG) {
    var x = left
    for entry in legend {
      let shade = entry.level.map { "h\($0)" } ?? "h-none"
      svg.rectangle(x: x, y: y, width: 20, height: 13, class: "cell \(shade)")
      if entry.level == nil { hatch(x: x, y: y, width: 20, height: 13, on: &svg) }
      svg.text(entry.text, x: x + 26, y: y + 11, class: "tick")
      x += 26 + textWidth(entry.text, size: 11) + 14
    }
  }
}
