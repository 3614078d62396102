/// Part of one image plane: which pixels lie inside a structure, and how surely.
struct PlaneField {
  /// Where the part begins in the plane, in pixels.
  var origin: SIMD2<Int>
  /// Its size, with a border of one pixel that lies outside.
  var width: Int
  var height: Int
  /// 1 inside and 0 outside, `x` fastest.
  var inside: [UInt8]
  /// Probabilities, in the same order, where they are known: the border lies where they are `level`.
  var values: [Float] = []
  var level: Float = 0.5

  /// Whether a center lies inside; none does beyond the part.
  func contains(_ x: Int, _ y: Int) -> Bool {
    x >= 0 && y >= 0 && x < width && y < height && inside[y * width + x] != 0
  }
}

/// A vertex of a border: it lies on the step between two neighboring pixel centers, one inside and
/// one outside, and can move along it.
struct BorderVertex {
  /// The pixel center that lies inside.
  var base: SIMD2<Double>
  /// The step to the one outside: one of (±1, 0) and (0, ±1).
  var step: SIMD2<Double>
  /// How far along the step, above 0 and below 1.
  var fraction: Double

  var position: SIMD2<Double> { base + step * fraction }

  /// How near a vertex may come to a pixel center, in steps: farther than written decimals round.
  static let margin = 0.05
}

extension PlaneField {
  /// The closed borders by marching squares, the inside to the left where y runs upwards.
  ///
  /// Pixels that touch at a corner only are apart; with probabilities they are joined where the
  /// square's mean is above the level. Each square's corners are told apart by its border, wherever
  /// the vertices lie on their steps: the borders hold exactly the centers that are inside.
  /// - SeeAlso: Lorensen, Cline, *Computer Graphics* 21 (1987); Nielson, Hamann, *Visualization* '91.
  func borders() -> [[BorderVertex]] {
    // A vertex lies on the step from a pixel to its right neighbor, or to the one below: two for
    // each pixel. Every vertex ends one segment and starts one.
    var next = [Int32](repeating: -1, count: 2 * width * height)
    for y in 0..<(height - 1) {
      for x in 0..<(width - 1) { link(x, y, &next) }
    }
    var borders: [[BorderVertex]] = []
    for start in next.indices where next[start] >= 0 {
      var border: [BorderVertex] = []
      var current = start
      while next[current] >= 0 {
        border.append(vertex(at: current))
        let following = Int(next[current])
        next[current] = -1
        current = following
      }
      if border.count >= 4 { borders.append(border) }
    }
    return borders
  }

  /// Joins the vertices of the square whose first corner is `(x, y)`.
  private func link(_ x: Int, _ y: Int, _ next: inout [Int32]) {
    let first = y * width + x
    let a = inside[first] != 0
    let b = inside[first + 1] != 0
    let c = inside[first + width + 1] != 0
    let d = inside[first + width] != 0
    let shape = (a ? 1 : 0) | (b ? 2 : 0) | (c ? 4 : 0) | (d ? 8 : 0)
    guard shape != 0, shape != 15 else { return }
    let top = 2 * first
    let left = 2 * first + 1
    let right = 2 * (first + 1) + 1
    let bottom = 2 * (first + width)
    func join(_ from: Int, _ to: Int) { next[from] = Int32(truncatingIfNeeded: to) }
    switch shape {
    case 1: join(top, left)
    case 2: join(right, top)
    case 3: join(right, left)
    case 4: join(bottom, right)
    case 6: join(bottom, top)
    case 7: join(bottom, left)
    case 8: join(left, bottom)
    case 9: join(top, bottom)
    case 11: join(right, bottom)
    case 12: join(left, right)
    case 13: join(top, right)
    case 14: join(left, top)
    case 5 where isJoined(first):
      join(top, right)
      join(bottom, left)
    case 5:
      join(top, left)
      join(bottom, right)
    case 10 where isJoined(first):
      join(left, top)
      join(right, bottom)
    default:
      join(right, top)
      join(left, bottom)
    }
  }

  /// Whether a square of two inside and two outside, crosswise, is joined in its middle.
  private func isJoined(_ first: Int) -> Bool {
    guard !values.isEmpty else { return false }
    let sum = values[first] + values[first + 1] + values[first + width] + values[first + width + 1]
    return sum / 4 > level
  }

  private func vertex(at place: Int) -> BorderVertex {
    let pixel = place / 2
    let x = pixel % width
    let y = pixel / width
    let isDown = place & 1 == 1
    let other = isDown ? pixel + width : pixel + 1
    let step: SIMD2<Double> = isDown ? [0, 1] : [1, 0]
    let isFirstInside = inside[pixel] != 0
    let base = SIMD2(Double(x), Double(y)) + (isFirstInside ? .zero : step)
    var fraction = 0.5
    if !values.isEmpty {
      let (high, low) =
        isFirstInside ? (values[pixel], values[other]) : (values[other], values[pixel])
      let found = Double((high - level) / (high - low))
      if found.isFinite { fraction = found }
    }
    fraction = min(max(fraction, BorderVertex.margin), 1 - BorderVertex.margin)
    return BorderVertex(base: base, step: isFirstInside ? step : -step, fraction: fraction)
  }
}
