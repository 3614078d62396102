/// One closed border on its way from squares to a contour.
struct Border {
  var vertices: [BorderVertex]

  /// The enclosed area in pixels; negative where the inside is around it (a hole).
  var area: Double {
    guard let first = vertices.first?.position else { return 0 }
    var sum = 0.0
    var previous = SIMD2<Double>.zero
    for vertex in vertices {
      let current = vertex.position - first
      sum += previous.x * current.y - previous.y * current.x
      previous = current
    }
    return sum / 2
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

  /// Moves all vertices outwards or inwards by one amount, until the area is that of the pixels.
  ///
  /// Squares cut at the middles of their steps lose half a pixel in all around a border, whatever
  /// its size: `area` is that of the pixels it holds.
  mutating func scale(to area: Double) {
    for _ in 0..<6 {
      let missing = area - self.area
      guard missing.magnitude > 1e-3 else { return }
      // How fast the area grows: by finite differences, since vertices at their margins stay.
      var probe = self
      for index in probe.vertices.indices {
        probe.vertices[index].move(to: probe.vertices[index].fraction + Self.probe)
      }
      let growth = (probe.area - self.area) / Self.probe
      guard growth > 1e-6 else { return }
      let shift = min(max(missing / growth, -0.2), 0.2)
      for index in vertices.indices { vertices[index].move(to: vertices[index].fraction + shift) }
    }
  }

  private static let rounds = 12
  private static let pull = 0.3
  private static let probe = 0.01
}

extension BorderVertex {
  /// Moves to a fraction of the step, but not to its ends.
  mutating func move(to wanted: Double) {
    fraction = min(max(wanted, Self.margin), 1 - Self.margin)
  }
}
