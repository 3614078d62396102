import Evaluation

/// A drawing the height of a line of text: the values of one row on the axis of its column.
struct Strip: Sendable {
  /// The axis that all rows of a column share.
  let scale: Scale

  static let width = 120.0
  static let height = 16.0

  /// Strips for a column with these values.
  init(fitting values: [Double], within limits: ClosedRange<Double>) {
    scale = .suiting(values, within: limits, from: 3, to: Self.width - 3)
  }

  /// Every value as a point, the quartiles as a bar, the median as a line.
  func markup(_ values: [Double], name: String) -> String {
    let finite = values.filter(\.isFinite)
    guard let summary = Summary(finite) else { return "" }
    var svg = SVG(width: Self.width, height: Self.height, title: name, description: name)
    let middle = Self.height / 2
    svg.line(scale.start, middle, scale.end, middle, class: "grid")
    let (start, end) = (scale(summary.lowerQuartile), scale(summary.upperQuartile))
    svg.rectangle(x: start, y: middle - 3, width: max(end - start, 1), height: 6, class: "bar-fill")
    for value in finite { svg.circle(scale(value), middle, radius: 1.6, class: "point") }
    svg.line(scale(summary.median), 2, scale(summary.median), Self.height - 2, class: "median")
    return """
      <svg class="strip" viewBox="0 0 \(number(Self.width)) \(number(Self.height))" \
      aria-hidden="true">\(svg.elements.joined())</svg>
      """
  }
}
