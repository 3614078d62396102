package import Volumes

/// The pixels that contours surround, as a box of pixels and slices: `i`, `j` and `k` stand for `x`,
/// `y` and the slice.
package struct RasterizedContours: Sendable {
  /// The box; `nil` where no contour can be used.
  package var box: VoxelBox?
  /// 1 inside and 0 outside, `x` fastest.
  package var voxels: [UInt8] = []
  /// What was met.
  package var findings: [ContourFinding] = []
}

/// Fills contours on the slices of a stack.
package func rasterize(
  _ contours: [PlanarContour],
  on stack: SliceStack,
  rule: RasterRule
) -> RasterizedContours {
  let planes = ContourPlanes(contours, on: stack)
  var result = RasterizedContours(findings: planes.findings)
  var low = SIMD2(Double.infinity, .infinity)
  var high = -low
  for point in planes.polygons.values.joined().joined() {
    low = pointwiseMin(low, point)
    high = pointwiseMax(high, point)
  }
  guard let first = planes.polygons.keys.min(), let last = planes.polygons.keys.max(),
    low.x <= high.x
  else { return result }
  func range(_ low: Double, _ high: Double, _ size: Int) -> Range<Int> {
    // A pixel reaches half its size beyond its center.
    let from = Int(min(max(low.rounded(.down), 0), Double(size)))
    let to = Int(min(max(high.rounded(.up) + 1, 0), Double(size)))
    return from..<max(from, to)
  }
  let xs = range(low.x - 0.5, high.x + 0.5, stack.size.x)
  let ys = range(low.y - 0.5, high.y + 0.5, stack.size.y)
  guard !xs.isEmpty, !ys.isEmpty else { return result }
  let box = VoxelBox(i: xs, j: ys, k: first..<last + 1)
  result.box = box
  result.voxels = [UInt8](repeating: 0, count: box.count)
  for (slice, polygons) in planes.polygons {
    let start = (slice - first) * ys.count * xs.count
    switch rule {
    case .centers: fillCenters(polygons, xs, ys, &result.voxels, at: start)
    case .area: fillAreas(polygons, xs, ys, &result.voxels, at: start)
    }
  }
  return result
}

/// Where polygons cross horizontal lines at `y = first + line · step`, from left to right.
private func crossings(
  of polygons: [PlanePolygon],
  first: Double,
  step: Double,
  count: Int
) -> [[Double]] {
  var lines = [[Double]](repeating: [], count: count)
  for polygon in polygons {
    guard var a = polygon.last else { continue }
    for b in polygon {
      defer { a = b }
      let (low, high) = a.y < b.y ? (a, b) : (b, a)
      guard low.y < high.y else { continue }
      // Lines at low.y < y ≤ high.y: each corner belongs to one of the edges that meet there.
      let from = ((low.y - first) / step).rounded(.down) + 1
      let to = ((high.y - first) / step).rounded(.down)
      guard to >= 0, from <= Double(count - 1), from <= to else { continue }
      let slope = (high.x - low.x) / (high.y - low.y)
      for line in Int(max(from, 0))...Int(min(to, Double(count - 1))) {
        lines[line].append(low.x + slope * (first + Double(line) * step - low.y))
      }
    }
  }
  for line in lines.indices { lines[line].sort() }
  return lines
}

private func fillCenters(
  _ polygons: [PlanePolygon],
  _ xs: Range<Int>,
  _ ys: Range<Int>,
  _ voxels: inout [UInt8],
  at start: Int
) {
  let lines = crossings(of: polygons, first: Double(ys.lowerBound), step: 1, count: ys.count)
  for (row, line) in lines.enumerated() {
    for pair in stride(from: 0, to: line.count - 1, by: 2) {
      let from = max(line[pair].rounded(.up), Double(xs.lowerBound))
      let to = min(line[pair + 1].rounded(.up), Double(xs.upperBound))
      guard from < to else { continue }
      let place = start + row * xs.count - xs.lowerBound
      for x in Int(from)..<Int(to) { voxels[place + x] = 1 }
    }
  }
}

/// How many lines a pixel's area is sampled by; along each line the area is exact.
private let linesPerPixel = 16

private func fillAreas(
  _ polygons: [PlanePolygon],
  _ xs: Range<Int>,
  _ ys: Range<Int>,
  _ voxels: inout [UInt8],
  at start: Int
) {
  let step = 1 / Double(linesPerPixel)
  let lines = crossings(
    of: polygons,
    first: Double(ys.lowerBound) - 0.5 + step / 2,
    step: step,
    count: ys.count * linesPerPixel
  )
  let left = Double(xs.lowerBound) - 0.5
  for row in 0..<ys.count {
    var coverage = [Double](repeating: 0, count: xs.count)
    for line in lines[row * linesPerPixel..<(row + 1) * linesPerPixel] {
      for pair in stride(from: 0, to: line.count - 1, by: 2) {
        let from = max(line[pair] - left, 0)
        let to = min(line[pair + 1] - left, Double(xs.count))
        guard from < to else { continue }
        for x in Int(from)..<min(Int(to) + 1, xs.count) {
          coverage[x] += max(0, min(to, Double(x + 1)) - max(from, Double(x)))
        }
      }
    }
    for x in coverage.indices where coverage[x] >= Double(linesPerPixel) / 2 - 1e-9 {
      voxels[start + row * xs.count + x] = 1
    }
  }
}
