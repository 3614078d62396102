import Evaluation

/// Differences of volumes over their means, with bias and limits of agreement.
struct BlandAltmanPlot: Sendable {
  let title: String
  /// What the horizontal axis shows, with its unit.
  let axis: String
  /// What the vertical axis shows, with its unit.
  let differenceAxis: String
  let agreement: BlandAltman
  /// What each of the pairs given to ``agreement`` is of.
  let names: [String]

  static let width = 920.0
  static let height = 400.0

  private var spread: [Double] {
    let limits = agreement.limits
    return agreement.points.map(\.difference) + [0, agreement.bias]
      + (limits.map { [$0.lowerBound, $0.upperBound] } ?? [])
  }
  var horizontal: Scale {
    .logarithmic(fitting: agreement.points.map(\.mean), from: 76, to: Self.width - 130)
  }
  var vertical: Scale {
    .linear(fitting: spread, from: Self.height - 48, to: 12)
  }

  var svg: SVG {
    var svg = SVG(
      width: Self.width,
      height: Self.height,
      title: title,
      description: """
        \(counted(agreement.points.count, "pair")); mean difference \(text(agreement.bias))\
        \(agreement.limits.map { ", limits of agreement \(text($0.lowerBound)) to "
          + text($0.upperBound) } ?? "").
        """
    )
    let (horizontal, vertical) = (horizontal, vertical)
    let (left, right) = (horizontal.start, horizontal.end)
    svg.horizontalAxis(horizontal, top: 12, bottom: Self.height - 48, title: axis)
    svg.verticalAxis(vertical, left: left, right: right, title: differenceAxis)
    if let limits = agreement.limits {
      let (high, low) = (vertical(limits.upperBound), vertical(limits.lowerBound))
      svg.rectangle(x: left, y: high, width: right - left, height: low - high, class: "agreement")
    }
    svg.line(left, vertical(0), right, vertical(0), class: "zero")
    for point in agreement.points {
      let name = names.indices.contains(point.index) ? names[point.index] : ""
      svg.circle(
        horizontal(point.mean),
        vertical(point.difference),
        radius: 2.6,
        class: "point",
        tooltip: "\(name): \(text(point.difference)) at \(fixed(point.mean, digits: 2)) ml"
      )
    }
    svg.line(left, vertical(agreement.bias), right, vertical(agreement.bias), class: "bias")
    var notes = [(agreement.bias, "mean")]
    if let limits = agreement.limits {
      for limit in [limits.lowerBound, limits.upperBound] {
        svg.line(left, vertical(limit), right, vertical(limit), class: "limit")
      }
      notes += [(limits.lowerBound, "\u{2212}1.96 sd"), (limits.upperBound, "+1.96 sd")]
    }
    // From the top down, each at least a line below the one before.
    var next = 0.0
    for (value, name) in notes.sorted(by: { $0.0 > $1.0 }) {
      let y = max(vertical(value) - 2, next)
      svg.text(name, x: right + 8, y: y, class: "tick")
      svg.text(text(value), x: right + 8, y: y + 14, class: "value")
      next = y + 30
    }
    return svg
  }

  private func text(_ value: Double) -> String {
    signed(value, digits: 1) + (agreement.scale == .percentOfMean ? " %" : " ml")
  }
}
