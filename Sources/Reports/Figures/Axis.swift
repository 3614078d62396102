/// The horizontal and vertical axes of a figure.
extension SVG {
  /// Grid lines with labels below for an axis to the right.
  mutating func horizontalAxis(_ scale: Scale, top: Double, bottom: Double, title: String) {
    var lastEnd = -Double.infinity
    for tick in scale.ticks {
      let x = scale(tick.value)
      line(x, top, x, bottom, class: "grid")
      let half = textWidth(tick.label, size: 11) / 2
      // A label that would touch the one before is left out; its line stays.
      guard x - half > lastEnd + 4 else { continue }
      text(tick.label, x: x, y: bottom + 15, anchor: .middle, class: "tick")
      lastEnd = x + half
    }
    text(title, x: (scale.start + scale.end) / 2, y: bottom + 33, anchor: .middle, class: "axis")
  }

  /// Grid lines with labels at the left for an axis upward.
  mutating func verticalAxis(_ scale: Scale, left: Double, right: Double, title: String) {
    for tick in scale.ticks {
      let y = scale(tick.value)
      line(left, y, right, y, class: "grid")
      text(tick.label, x: left - 6, y: y + 4, anchor: .end, class: "tick")
    }
    let middle = (scale.start + scale.end) / 2
    text(title, x: 13, y: middle, anchor: .middle, class: "axis", angle: -90)
  }
}

/// How wide the names at the left of a figure's rows must be, within bounds.
func labelWidth(_ labels: [String], size: Double = 12, limit: Double = 230) -> Double {
  min((labels.map { textWidth($0, size: size) }.max() ?? 0) + 14, limit)
}
