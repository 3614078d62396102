/// Three points of a plane.
struct Triangle {
  let a: SIMD2<Double>
  let b: SIMD2<Double>
  let c: SIMD2<Double>

  init(_ a: SIMD2<Double>, _ b: SIMD2<Double>, _ c: SIMD2<Double>) {
    self.a = a
    self.b = b
    self.c = c
  }

  /// The smallest coordinates.
  var low: SIMD2<Double> { pointwiseMin(a, pointwiseMin(b, c)) }
  /// The largest coordinates.
  var high: SIMD2<Double> { pointwiseMax(a, pointwiseMax(b, c)) }

  /// Whether a point lies inside, or nearer to the triangle than `margin`.
  ///
  /// Near a sharp corner, points somewhat farther away count too.
  func contains(_ point: SIMD2<Double>, within margin: Double) -> Bool {
    let turn = side(a, b, c)
    let sign: Double = turn < 0 ? -1 : 1
    for (from, to) in [(a, b), (b, c), (c, a)] {
      let edge = to - from
      let size = (edge * edge).sum().squareRoot()
      if sign * side(from, to, point) < -margin * size { return false }
    }
    // A triangle without area is bounded by its ends alone.
    let (low, high) = (low - margin, high + margin)
    return point.x >= low.x && point.y >= low.y && point.x <= high.x && point.y <= high.y
  }

  /// Twice the area of three points, positive where they turn left (y upwards).
  private func side(_ a: SIMD2<Double>, _ b: SIMD2<Double>, _ c: SIMD2<Double>) -> Double {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
  }
}
