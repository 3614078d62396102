/// Ovals stacked along z: each with a middle, a half width, and half depths to the front and back.
struct Loft: Sendable {
  /// One oval.
  struct Section: Sendable {
    var z: Float
    /// The middle of its width; x and y.
    var middle: SIMD2<Float>
    var halfWidth: Float
    /// From the middle to the front (−y) and to the back (+y).
    var front: Float
    var back: Float

    init(_ z: Float, y: Float, width: Float, front: Float, back: Float, x: Float = 0) {
      self.z = z
      middle = [x, y]
      halfWidth = width
      self.front = front
      self.back = back
    }

    fileprivate var packed: SIMD8<Float> {
      [middle.x, middle.y, halfWidth, front, back, 0, 0, 0]
    }
  }

  /// 0 for ellipses, 1 for the rounder squares of fourth powers.
  let squareness: Float
  let low: Float
  let high: Float
  /// Whether the solid ends at the last sections or goes on with them.
  private let table: [SIMD8<Float>]
  let bounds: Bounds

  /// A loft through at least two sections, lowest first, by a Catmull–Rom spline over z.
  init(_ sections: [Section], squareness: Float = 0) {
    precondition(sections.count > 1, "a loft has a lower and an upper section")
    self.squareness = squareness
    let (low, high) = (sections[0].z, sections[sections.count - 1].z)
    self.low = low
    self.high = high
    let count = max(2, Int((high - low).rounded(.up)) + 1)
    var table: [SIMD8<Float>] = []
    for step in 0..<count {
      let z = low + (high - low) * Float(step) / Float(count - 1)
      let upper = min(max(sections.firstIndex { $0.z >= z } ?? 0, 1), sections.count - 1)
      table.append(Self.between(sections, upper, z))
    }
    self.table = table
    bounds = table.reduce(Bounds.nothing) { box, row in
      let across = SIMD2(row[2], 0)
      let left = SIMD2(row[0], row[1]) - across - SIMD2(0, row[3])
      let right = SIMD2(row[0], row[1]) + across + SIMD2(0, row[4])
      return box.union(Bounds(low: [left.x, left.y, low], high: [right.x, right.y, high]))
    }
  }

  /// Monotone-ish interpolation: a cubic whose slopes are limited by the neighbors' differences.
  private static func between(_ sections: [Section], _ upper: Int, _ z: Float) -> SIMD8<Float> {
    let (b, c) = (sections[upper - 1], sections[upper])
    let t = (z - b.z) / max(c.z - b.z, 1e-3)
    func slope(_ index: Int) -> SIMD8<Float> {
      guard index > 0, index < sections.count - 1 else { return SIMD8(repeating: 0) }
      let before = sections[index - 1]
      let after = sections[index + 1]
      return (after.packed - before.packed) / (after.z - before.z)
    }
    let width = c.z - b.z
    let (m0, m1) = (slope(upper - 1) * width, slope(upper) * width)
    let (t2, t3) = (t * t, t * t * t)
    let first = b.packed * (2 * t3 - 3 * t2 + 1) + m0 * (t3 - 2 * t2 + t)
    return first + c.packed * (3 * t2 - 2 * t3) + m1 * (t3 - t2)
  }

  /// Distances of a block of places.
  func distances(at p: Places, into out: LanePointer) {
    let scale = Float(table.count - 1) / (high - low)
    table.withUnsafeBufferPointer { table in
      for group in 0..<p.groups {
        let z = p.z[group]
        let position = pointwiseMin(
          pointwiseMax((z - low) * scale, lanes(0)),
          lanes(Float(table.count) - 1.001)
        )
        var (x0, y0, width, front, back) = (lanes(0), lanes(0), lanes(1), lanes(1), lanes(1))
        for lane in 0..<8 {
          let index = Int(position[lane])
          let weight = position[lane] - Float(index)
          let row = table[index] + (table[min(index + 1, table.count - 1)] - table[index]) * weight
          x0[lane] = row[0]
          y0[lane] = row[1]
          width[lane] = row[2]
          front[lane] = row[3]
          back[lane] = row[4]
        }
        let dx = p.x[group] - x0
        let dy = p.y[group] - y0
        let depth = front.replacing(with: back, where: dy .> 0)
        let (u, v) = (dx / width, dy / depth)
        let (u2, v2) = (u * u, v * v)
        let round = (u2 + v2).squareRoot()
        let square = (u2 * u2 + v2 * v2).squareRoot().squareRoot()
        let level = round + (square - round) * squareness
        let (gu, gv) = (u / width, v / depth)
        let gradient = (gu * gu + gv * gv).squareRoot()
        let smallest = pointwiseMin(width, depth)
        let side =
          (level - 1)
          * pointwiseMin(
            round / pointwiseMax(gradient, lanes(1e-6)),
            smallest * 4
          )
        let middle = (level - 1) * smallest
        let lateral = side.replacing(with: middle, where: round .< 0.05)
        out[group] = pointwiseMax(lateral, pointwiseMax(low - z, z - high))
      }
    }
  }
}
