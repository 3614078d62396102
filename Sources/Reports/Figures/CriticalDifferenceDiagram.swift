import Evaluation

/// The methods on a line of average ranks, with bars over those that do not differ.
struct CriticalDifferenceDiagram: Sendable {
  let title: String
  let methods: [String]
  let difference: CriticalDifference

  static let width = 920.0
  private static let side = 210.0
  private static let rowHeight = 21.0

  /// The best methods' names stand at the left, the others at the right, the outermost rank's on top.
  private var order: [Int] {
    methods.indices.sorted {
      (difference.averageRanks[$0], $0) < (difference.averageRanks[$1], $1)
    }
  }
  /// The axis of average ranks, the best at the left.
  var scale: Scale {
    let last = Double(max(methods.count, 2))
    return Scale(
      kind: .linear,
      low: 1,
      high: last,
      start: Self.side,
      end: Self.width - Self.side,
      ticks: (1...max(methods.count, 2)).map { .init(value: Double($0), label: "\($0)") }
    )
  }

  var svg: SVG {
    let order = order
    let half = (order.count + 1) / 2
    let axis = 62.0
    let bars = axis + 10
    let names = bars + Double(difference.groups.count) * 8 + 16
    let height = names + Double(half) * Self.rowHeight
    var svg = SVG(
      width: Self.width,
      height: height,
      title: title,
      description: """
        \(order.map { "\(methods[$0]): \(fixed(difference.averageRanks[$0], digits: 2))" }
          .joined(separator: ", ")). Critical difference \
        \(fixed(difference.criticalDifference, digits: 2)).
        """
    )
    let scale = scale
    svg.line(scale.start, axis, scale.end, axis, class: "frame")
    for tick in scale.ticks {
      let x = scale(tick.value)
      svg.line(x, axis - 5, x, axis, class: "frame")
      svg.text(tick.label, x: x, y: axis - 10, anchor: .middle, class: "tick")
    }
    drawDifference(scale, on: &svg)
    for (row, group) in difference.groups.enumerated() {
      let places = group.map { scale(difference.averageRanks[$0]) }
      guard let first = places.min(), let last = places.max() else { continue }
      let y = bars + Double(row) * 8
      svg.line(
        max(first - 4, scale.start - 6),
        y,
        min(last + 4, scale.end + 6),
        y,
        class: "clique"
      )
    }
    for (place, method) in order.enumerated() {
      let isLeft = place < half
      let row = isLeft ? place : order.count - 1 - place
      let y = names + (Double(row) + 0.4) * Self.rowHeight
      let rank = difference.averageRanks[method]
      let x = scale(rank)
      let edge = isLeft ? scale.start - 8 : scale.end + 8
      svg.path([(x, axis), (x, y), (edge, y)], class: "lead")
      svg.circle(x, axis, radius: 2.6, class: "estimate strong")
      let value = fixed(rank, digits: 2)
      let name = fitted(methods[method], width: Self.side - 56)
      svg.text(
        isLeft ? "\(name)  \(value)" : "\(value)  \(name)",
        x: isLeft ? edge - 5 : edge + 5,
        y: y + 4,
        anchor: isLeft ? .end : .start,
        tooltip: methods[method]
      )
    }
    return svg
  }

  /// The length of the critical difference, above the axis's start.
  private func drawDifference(_ scale: Scale, on svg: inout SVG) {
    let length = min(
      difference.criticalDifference * (scale.end - scale.start) / (scale.high - scale.low),
      scale.end - scale.start
    )
    guard length.isFinite, length > 0 else { return }
    let y = 18.0
    svg.line(scale.start, y, scale.start + length, y, class: "clique")
    for x in [scale.start, scale.start + length] { svg.line(x, y - 4, x, y + 4, class: "frame") }
    svg.text(
      "critical difference \(fixed(difference.criticalDifference, digits: 2))",
      x: scale.start - 8,
      y: y + 4,
      anchor: .end,
      class: "tick"
    )
  }
}
