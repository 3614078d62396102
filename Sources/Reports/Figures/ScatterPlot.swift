/// Points by two values, in two colors at most.
struct ScatterPlot: Sendable {
  /// Points of one kind.
  struct Series: Sendable {
    var name: String
    var points: [(name: String, x: Double, y: Double)]
  }

  let title: String
  /// What the axes show, with their units.
  let horizontalAxis: String
  let verticalAxis: String
  let series: [Series]
  /// What the vertical axis must not leave.
  let limits: ClosedRange<Double>
  /// Digits of the values in hints.
  var digits = 2

  static let width = 440.0
  static let height = 300.0

  private var points: [(name: String, x: Double, y: Double)] { series.flatMap(\.points) }
  private var horizontal: Scale {
    .linear(fitting: points.map(\.x), from: 64, to: Self.width - 16, count: 5)
  }
  private var vertical: Scale {
    .linear(fitting: points.map(\.y), within: limits, from: Self.height - 48, to: 28, count: 5)
  }

  var svg: SVG {
    var svg = SVG(
      width: Self.width,
      height: Self.height,
      title: title,
      description: series.map { "\($0.name): \(counted($0.points.count, "point"))" }
        .joined(separator: "; ") + "."
    )
    let (horizontal, vertical) = (horizontal, vertical)
    svg.horizontalAxis(
      horizontal,
      top: 28,
      bottom: Self.height - 48,
      title: horizontalAxis
    )
    svg.verticalAxis(
      vertical,
      left: horizontal.start,
      right: horizontal.end,
      title: verticalAxis
    )
    if (horizontal.low...horizontal.high).contains(0) {
      svg.line(horizontal(0), 28, horizontal(0), Self.height - 48, class: "zero")
    }
    for (index, own) in series.enumerated() {
      let kind = index == 0 ? "point" : "second"
      for point in own.points {
        svg.circle(
          horizontal(point.x),
          vertical(point.y),
          radius: 2.8,
          class: kind,
          tooltip: "\(own.name), \(point.name): \(signed(point.x, digits: digits)), "
            + signed(point.y, digits: digits)
        )
      }
    }
    svg.text(title, x: horizontal.start, y: 16, class: "bold")
    return svg
  }
}
