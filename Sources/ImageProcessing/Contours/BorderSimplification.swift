/// Takes away vertices of a plane's borders that a straight line replaces.
///
/// A vertex goes only where all that it stood for stays within the tolerance of the new line, and
/// where the triangle that is cut off holds no pixel center and no other vertex. So borders neither
/// cross themselves nor each other, and hold the same centers as before.
struct BorderSimplification {
  private let width: Int
  private let height: Int
  /// The largest distance of a removed vertex from the border, in mm.
  private let tolerance: Double
  /// A pixel's size in mm.
  private let spacing: SIMD2<Double>
  private var nodes: [Node] = []
  /// For each pixel, the nodes on the steps from it to its right neighbor and to the one below.
  private var places: [Int32]

  private struct Node {
    var vertex: BorderVertex
    var border: Int
    var previous: Int
    var next: Int
    var isAlive = true
  }

  init(width: Int, height: Int, spacing: SIMD2<Double>, tolerance: Double) {
    self.width = width
    self.height = height
    self.spacing = spacing
    self.tolerance = tolerance
    places = Array(repeating: -1, count: 2 * width * height)
  }

  /// The borders with fewer vertices, in their order, and each with the area and centroid it had.
  mutating func simplified(_ borders: [Border]) -> [Border] {
    var starts: [Int] = []
    for (index, border) in borders.enumerated() {
      let first = nodes.count
      starts.append(first)
      let count = border.vertices.count
      for (offset, vertex) in border.vertices.enumerated() {
        places[place(of: vertex)] = Int32(truncatingIfNeeded: nodes.count)
        nodes.append(
          Node(
            vertex: vertex,
            border: index,
            previous: first + (offset + count - 1) % count,
            next: first + (offset + 1) % count
          )
        )
      }
    }
    return zip(borders, starts).map { border, start in
      let count = border.vertices.count
      let kept = thin(from: start, count: count)
      restore(border.extent, from: kept)
      return Border(vertices: chain(from: kept).map { nodes[$0].vertex })
    }
  }

  /// Removes vertices in rounds of every second one, so that what stays is spread evenly.
  /// - Returns: A vertex that stays.
  private mutating func thin(from start: Int, count: Int) -> Int {
    var left = count
    var first = start
    var removed = true
    while removed && left > 4 {
      removed = false
      var current = nodes[first].next
      for _ in 0..<left / 2 where left > 4 {
        let following = nodes[nodes[current].next].next
        if current != first, canRemove(current, start: start, count: count) {
          remove(current)
          left -= 1
          removed = true
        }
        current = following
      }
      first = nodes[first].next
    }
    return first
  }

  private mutating func remove(_ index: Int) {
    let node = nodes[index]
    nodes[node.previous].next = node.next
    nodes[node.next].previous = node.previous
    nodes[index].isAlive = false
    places[place(of: node.vertex)] = -1
  }

  private func canRemove(_ index: Int, start: Int, count: Int) -> Bool {
    let node = nodes[index]
    let a = nodes[node.previous].vertex.position
    let b = node.vertex.position
    let c = nodes[node.next].vertex.position
    // All that lay between the two neighbors in the beginning, in their order around the border.
    var between = node.previous
    while true {
      between = start + (between - start + 1) % count
      if between == node.next { break }
      guard distance(of: nodes[between].vertex.position, from: a, to: c) <= tolerance else {
        return false
      }
    }
    return isFree(Triangle(a, b, c), apart: [node.previous, index, node.next])
  }

  /// Moves vertices along their steps until area and centroid are what they were: lines cut round
  /// corners short.
  private mutating func restore(_ extent: Border.Extent, from start: Int) {
    let chain = chain(from: start)
    for _ in 0..<4 {
      let now = Border(vertices: chain.map { nodes[$0].vertex }).extent
      let missing = extent.area - now.area
      let offset = extent.centroid - now.centroid
      guard missing.magnitude > 0.01 || (offset * offset).sum() > 1e-4 else { return }
      // Moving a vertex outwards by its step sweeps half of what its two neighbors span.
      let spans = chain.map { index -> Double in
        let node = nodes[index]
        let base = nodes[node.next].vertex.position - nodes[node.previous].vertex.position
        return max(0, (base.y * node.vertex.step.x - base.x * node.vertex.step.y) / 2)
      }
      let growth = spans.reduce(0, +)
      guard growth > 1e-6 else { return }
      let shift = min(max(missing / growth, -0.2), 0.2)
      for (index, span) in zip(chain, spans) where span > 0 {
        let along = Border.gain * (nodes[index].vertex.step * offset).sum()
        tryMove(index, by: min(max(shift + along, -0.2), 0.2))
      }
    }
  }

  /// Moves a vertex, unless its two lines would sweep over a center or another vertex.
  private mutating func tryMove(_ index: Int, by shift: Double) {
    let node = nodes[index]
    var moved = node.vertex
    moved.move(by: shift)
    let before = nodes[node.previous].vertex.position
    let after = nodes[node.next].vertex.position
    let apart = [node.previous, index, node.next]
    let (old, new) = (node.vertex.position, moved.position)
    guard isFree(Triangle(before, old, new), apart: apart),
      isFree(Triangle(after, old, new), apart: apart)
    else { return }
    nodes[index].vertex = moved
  }

  /// Whether a triangle holds no pixel center and no vertex but those named.
  private func isFree(_ triangle: Triangle, apart: [Int]) -> Bool {
    let low = triangle.low.rounded(.down)
    let high = triangle.high.rounded(.up)
    let (left, top) = (max(0, Int(low.x)), max(0, Int(low.y)))
    let (right, bottom) = (min(width - 1, Int(high.x)), min(height - 1, Int(high.y)))
    guard left <= right, top <= bottom else { return true }
    guard (right - left + 1) * (bottom - top + 1) <= Self.largestBox else { return false }
    for y in top...bottom {
      for x in left...right {
        if triangle.contains([Double(x), Double(y)], within: Self.clearance) { return false }
        let first = 2 * (y * width + x)
        for found in [Int(places[first]), Int(places[first + 1])]
        where found >= 0 && !apart.contains(found) {
          if triangle.contains(nodes[found].vertex.position, within: 1e-6) { return false }
        }
      }
    }
    return true
  }

  private func chain(from start: Int) -> [Int] {
    var chain = [start]
    var current = nodes[start].next
    while current != start {
      chain.append(current)
      current = nodes[current].next
    }
    return chain
  }

  private func place(of vertex: BorderVertex) -> Int {
    let low = pointwiseMin(vertex.base, vertex.base + vertex.step)
    let pixel = Int(low.y) * width + Int(low.x)
    return 2 * pixel + (vertex.step.y != 0 ? 1 : 0)
  }

  /// The distance in mm of a point from a line between two others.
  private func distance(
    of point: SIMD2<Double>,
    from a: SIMD2<Double>,
    to c: SIMD2<Double>
  ) -> Double {
    let line = (c - a) * spacing
    let offset = (point - a) * spacing
    let square = (line * line).sum()
    let along = square > 0 ? min(max((line * offset).sum() / square, 0), 1) : 0
    let rest = offset - along * line
    return (rest * rest).sum().squareRoot()
  }

  /// How near a line may come to a pixel center, in pixels: farther than written decimals round.
  private static let clearance = 0.02
  /// Boxes around triangles are searched up to this many pixels.
  private static let largestBox = 4096
}
