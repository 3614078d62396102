/// A polygon in a plane, in pixels.
typealias PlanePolygon = [SIMD2<Double>]

/// Joins a polygon with the holes in it to one, by slits of no width.
///
/// Each slit is walked twice, to the hole and back, at the shortest distance between two corners
/// that no line crosses. Holes run against the outer polygon's sense, as they do here already.
/// - Returns: One polygon; a hole that no slit reaches is left out of it and returned.
func keyhole(
  _ outer: PlanePolygon,
  holes: [PlanePolygon]
) -> (polygon: PlanePolygon, unreached: [PlanePolygon]) {
  var polygon = outer
  var waiting = holes
  var unreached: [PlanePolygon] = []
  while !waiting.isEmpty {
    // The nearest hole first: slits of the others may then end at it.
    let distances = waiting.map { nearest(polygon, $0) }
    guard let index = distances.indices.min(by: { distances[$0] < distances[$1] }) else { break }
    let hole = waiting.remove(at: index)
    guard let slit = slit(polygon, hole, others: waiting) else {
      unreached.append(hole)
      continue
    }
    let around = hole[slit.hole...] + hole[...slit.hole]
    polygon.insert(
      contentsOf: Array(around) + [polygon[slit.polygon]],
      at: slit.polygon + 1
    )
  }
  return (polygon, unreached)
}

/// The square of the shortest distance between two corners.
private func nearest(_ a: PlanePolygon, _ b: PlanePolygon) -> Double {
  var best = Double.infinity
  for p in a {
    for q in b { best = min(best, ((p - q) * (p - q)).sum()) }
  }
  return best
}

/// The shortest line between two corners that crosses nothing.
private func slit(
  _ polygon: PlanePolygon,
  _ hole: PlanePolygon,
  others: [PlanePolygon]
) -> (polygon: Int, hole: Int)? {
  var pairs: [(square: Double, polygon: Int, hole: Int)] = []
  for (i, p) in polygon.enumerated() {
    for (j, q) in hole.enumerated() {
      pairs.append((((p - q) * (p - q)).sum(), i, j))
    }
  }
  pairs.sort { ($0.square, $0.polygon, $0.hole) < ($1.square, $1.polygon, $1.hole) }
  let found = pairs.first { pair in
    let (p, q) = (polygon[pair.polygon], hole[pair.hole])
    return ([polygon, hole] + others).allSatisfy { !crosses(p, q, $0) }
  }
  return found.map { ($0.polygon, $0.hole) }
}

/// Whether a line crosses or touches a polygon, apart from at the line's own ends.
private func crosses(_ p: SIMD2<Double>, _ q: SIMD2<Double>, _ polygon: PlanePolygon) -> Bool {
  func side(_ a: SIMD2<Double>, _ b: SIMD2<Double>, _ c: SIMD2<Double>) -> Double {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
  }
  guard var a = polygon.last else { return false }
  for b in polygon {
    defer { a = b }
    if a == p || a == q || b == p || b == q { continue }
    let first = side(p, q, a) * side(p, q, b)
    let second = side(a, b, p) * side(a, b, q)
    if first <= 0 && second <= 0 { return true }
  }
  return false
}

/// Whether a point lies inside a polygon: an odd number of its lines are to the right.
func contains(_ polygon: PlanePolygon, _ point: SIMD2<Double>) -> Bool {
  guard var a = polygon.last else { return false }
  var isInside = false
  for b in polygon {
    if (a.y > point.y) != (b.y > point.y),
      point.x < a.x + (b.x - a.x) * (point.y - a.y) / (b.y - a.y)
    {
      isInside.toggle()
    }
    a = b
  }
  return isInside
}
