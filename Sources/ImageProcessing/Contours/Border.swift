/// One closed border on its way from squares to a contour.
struct Border {
  var vertices: [BorderVertex]

  /// How much a border encloses, in pixels, and where; negative areas lie in a hole.
  struct Extent {
    var area: Double
    var centroid: SIMD2<Double>
  }

  /// What the lines between the vertices enclose.
  var extent: Extent {
    guard let first = vertices.first?.position else { return Extent(area: 0, centroid: .zero) }
    var sum = 0.0
    var moment = SIMD2<Double>.zero
    var previous = SIMD2<Double>.zero
    for vertex in vertices {
      let current = vertex.position - first
      let part = previous.x * current.y - previous.y * current.x
      sum += part
      moment += part * (previous + current)
      previous = current
    }
    return Extent(area: sum / 2, centroid: sum == 0 ? first : first + moment / (3 * sum))
  }

  /// The enclosed area in pixels; negative where the inside is around it (a hole).
  var area: Double { extent.area }

  /// The pixels whose centers are enclosed, of a border that still has all of its vertices.
  var pixels: Extent {
    var count = 0.0
    var sum = SIMD2<Double>.zero
    // Each row of pixels ends at a step to the right, and begins after one to the left.
    for vertex in vertices where vertex.step.x != 0 {
      let last = vertex.step.x > 0 ? vertex.base.x : vertex.base.x - 1
      let sign = vertex.step.x
      count += sign * last
      sum += sign * SIMD2(last * (last + 1) / 2, last * vertex.base.y)
    }
    return Extent(area: count, centroid: count == 0 ? .zero : sum / count)
  }

  /// Whether it goes around a hole.
  var isHole: Bool { area < 0 }

  /// Straightens what is left of the pixels' stairs: each vertex moves along its own step.
  ///
  /// Bending is made small, with a pull to the middle of the step, so that a round structure neither
  /// shrinks nor grows. No vertex reaches a pixel center, so the border holds the same centers as
  /// before.
  mutating func smooth() {
    let count = vertices.count
    guard count >= 4 else { return }
    for _ in 0..<Self.rounds {
      for index in 0..<count {
        let near =
          vertices[(index + count - 1) % count].position + vertices[(index + 1) % count].position
        let far =
          vertices[(index + count - 2) % count].position + vertices[(index + 2) % count].position
        // Where the fourth difference vanishes.
        let target = (4 * near - far) / 6
        let vertex = vertices[index]
        let wanted = ((target - vertex.base) * vertex.step).sum()
        vertices[index].move(to: (6 * wanted + Self.pull * 0.5) / (6 + Self.pull))
      }
    }
  }

  /// Gives the border the area of the pixels that it holds, around their centroid.
  mutating func balance() {
    let pixels = pixels
    for _ in 0..<Self.balances {
      scale(to: pixels.area)
      let offset = Self.gain * (pixels.centroid - extent.centroid)
      guard (offset * offset).sum() > 1e-6 else { return }
      for index in vertices.indices {
        vertices[index].move(by: (vertices[index].step * offset).sum())
      }
    }
    scale(to: pixels.area)
  }

  /// Moves all vertices outwards or inwards by one amount, until the area is that of the pixels.
  ///
  /// Squares cut at the middles of their steps lose half a pixel in all around a border, whatever
  /// its size: `area` is that of the pixels it holds.
  private mutating func scale(to area: Double) {
    for _ in 0..<6 {
      let missing = area - self.area
      guard missing.magnitude > 1e-3 else { return }
      // How fast the area grows: by finite differences, since vertices at their margins stay.
      var probe = self
      for index in probe.vertices.indices {
        probe.vertices[index].move(by: Self.probe)
      }
      let growth = (probe.area - self.area) / Self.probe
      guard growth > 1e-6 else { return }
      let shift = min(max(missing / growth, -0.2), 0.2)
      for index in vertices.indices { vertices[index].move(by: shift) }
    }
  }

  private static let balances = 4
  /// How far vertices move for a border that shall move by one: each moves along its own step, which
  /// on slopes is less than the border.
  static let gain = 1.25
  private static let rounds = 12
  private static let pull = 0.3
  private static let probe = 0.01
}

extension BorderVertex {
  /// Moves to a fraction of the step, but not to its ends.
  mutating func move(to wanted: Double) {
    fraction = min(max(wanted, Self.margin), 1 - Self.margin)
  }

  /// Moves by a part of the step, but not to its ends.
  mutating func move(by part: Double) { move(to: fraction + part) }
}
