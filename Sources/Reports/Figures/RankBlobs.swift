import Evaluation

/// How often each method had each rank in resamples: one circle a rank, its area the share.
struct RankBlobs: Sendable {
  let title: String
  /// The methods from best to worst, as places in the lists below.
  let order: [Int]
  let methods: [String]
  let finalRanks: [Int]
  let stability: RankStability

  private static let rowHeight = 34.0
  private static let width = 920.0

  private var left: Double { labelWidth(methods, limit: 200) }
  private var column: Double {
    min((Self.width - left - 150) / Double(max(methods.count, 1)), 90)
  }
  /// The largest radius: a method that always has one rank.
  private var radius: Double { min(column / 2 - 1, Self.rowHeight / 2 - 1) }

  /// The middle of a circle.
  func center(row: Int, rank: Int) -> (x: Double, y: Double) {
    (left + (Double(rank) - 0.5) * column, 30 + (Double(row) + 0.5) * Self.rowHeight)
  }

  var svg: SVG {
    let bottom = 30 + Double(order.count) * Self.rowHeight
    let end = left + Double(methods.count) * column
    var svg = SVG(
      width: end + 150,
      height: bottom + 8,
      title: title,
      description: """
        One row a method, one column a rank; the area of a circle is the share of \
        \(stability.resamples) resamples, its outline marks the rank of the whole data.
        """
    )
    for rank in 1...max(methods.count, 1) {
      let x = center(row: 0, rank: rank).x
      svg.text("\(rank)", x: x, y: 20, anchor: .middle, class: "tick")
      svg.line(x, 28, x, bottom, class: "grid")
    }
    svg.text("mean rank [95 %]", x: end + 146, y: 20, anchor: .end, class: "tick")
    for (row, method) in order.enumerated() {
      let y = center(row: row, rank: 1).y
      svg.text(
        fitted(methods[method], width: left - 12),
        x: left - 10,
        y: y + 4,
        anchor: .end,
        tooltip: methods[method]
      )
      let interval = stability.intervals[method]
      svg.line(
        center(row: row, rank: interval.lowerBound).x,
        y,
        center(row: row, rank: interval.upperBound).x,
        y,
        class: "interval strong"
      )
      drawBlobs(of: method, row: row, on: &svg)
      svg.text(
        "\(fixed(stability.meanRanks[method], digits: 2)) "
          + "[\(interval.lowerBound), \(interval.upperBound)]",
        x: end + 146,
        y: y + 4,
        anchor: .end,
        class: "value"
      )
    }
    return svg
  }

  private func drawBlobs(of method: Int, row: Int, on svg: inout SVG) {
    for (index, frequency) in stability.frequencies[method].enumerated() {
      let rank = index + 1
      let place = center(row: row, rank: rank)
      let share = Double(frequency) / Double(max(stability.resamples, 1))
      if frequency > 0 {
        svg.circle(
          place.x,
          place.y,
          radius: max(radius * share.squareRoot(), 1.2),
          class: "blob",
          tooltip: "\(methods[method]), rank \(rank): \(fixed(share * 100, digits: 1)) %"
        )
      }
      if finalRanks[method] == rank {
        svg.circle(place.x, place.y, radius: radius, class: "ring")
      }
    }
  }
}
