internal import Volumes

/// Contours sorted onto the slices of a stack.
struct ContourPlanes {
  /// For each slice that has some, its polygons in pixels.
  private(set) var polygons: [Int: [PlanePolygon]] = [:]
  private(set) var findings: [ContourFinding] = []

  /// Contours that lie in one plane.
  private struct Plane {
    /// Along the stack's normal, in mm.
    var position: Double
    var contours: [PlanarContour]
  }

  init(_ contours: [PlanarContour], on stack: SliceStack) {
    let planes = sorted(contours, stack)
    let positions = stack.origins.indices.map { stack.position(of: $0) }
    let order = positions.indices.sorted { positions[$0] < positions[$1] }
    let heights = order.map { positions[$0] }
    var nearest: [Int: (plane: Int, distance: Double)] = [:]
    var (beyond, finer, between) = (0, 0, 0)
    var farthest = 0.0
    for (index, plane) in planes.enumerated() {
      let slice = Self.nearestSlice(to: plane.position, heights)
      let signed = plane.position - heights[slice]
      let distance = signed.magnitude
      guard distance <= Self.reach(of: slice, heights, isAbove: signed > 0, stack) else {
        beyond += plane.contours.count
        continue
      }
      if distance > 0.05 * stack.typicalGap {
        between += plane.contours.count
        farthest = max(farthest, distance)
      }
      if let other = nearest[slice] {
        let loser = distance < other.distance ? other.plane : index
        finer += planes[loser].contours.count
        if loser == index { continue }
      }
      nearest[slice] = (index, distance)
    }
    var chosen = nearest.mapValues(\.plane)
    let filled = Self.fill(&chosen, planes.map(\.position), heights)
    var cut = 0
    for (slice, plane) in chosen {
      let found = planes[plane].contours.map { contour in
        contour.points.map { stack.pixel($0, slice: order[slice]) }
      }
      let end = SIMD2<Double>(stack.size)
      cut += found.count { polygon in
        // Up to half a pixel beyond the border pixels, as contours around few of them reach.
        polygon.contains { $0.x < -1 || $0.y < -1 || $0.x > end.x || $0.y > end.y }
      }
      polygons[order[slice]] = found
    }
    if beyond > 0 { findings.append(.beyondSlices(count: beyond)) }
    if cut > 0 { findings.append(.beyondPixels(count: cut)) }
    if between > 0 { findings.append(.betweenSlices(count: between, distance: farthest)) }
    if finer > 0 { findings.append(.finerThanSlices(count: finer)) }
    if filled > 0 { findings.append(.filledSlices(count: filled)) }
  }

  /// The usable contours by plane, from the lowest to the highest.
  private mutating func sorted(_ contours: [PlanarContour], _ stack: SliceStack) -> [Plane] {
    let normal = stack.normal
    var (few, impossible, turned) = (0, 0, 0)
    var found: [(position: Double, contour: PlanarContour)] = []
    for contour in contours {
      guard contour.points.count > 2 else {
        few += 1
        continue
      }
      let heights = contour.points.map { point -> Double in
        let coordinates = point.coordinates
        let isPossible = (0..<3).allSatisfy { coordinates[$0].magnitude < 1e6 }
        return isPossible ? dot(coordinates, normal) : .nan
      }
      guard heights.allSatisfy(\.isFinite), let low = heights.min(), let high = heights.max() else {
        impossible += 1
        continue
      }
      guard high - low <= 0.5 * stack.typicalGap else {
        turned += 1
        continue
      }
      found.append(((low + high) / 2, contour))
    }
    if few > 0 { findings.append(.tooFewPoints(count: few)) }
    if impossible > 0 { findings.append(.impossiblePoint(count: impossible)) }
    if turned > 0 { findings.append(.notInSlicePlane(count: turned)) }
    found.sort { $0.position < $1.position }
    var planes: [Plane] = []
    for (position, contour) in found {
      if let last = planes.last, position - last.position <= 0.02 * stack.typicalGap {
        planes[planes.count - 1].contours.append(contour)
      } else {
        planes.append(Plane(position: position, contours: [contour]))
      }
    }
    return planes
  }

  private static func nearestSlice(to position: Double, _ heights: [Double]) -> Int {
    var (low, high) = (0, heights.count)
    while low < high {
      let middle = (low + high) / 2
      if heights[middle] < position { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return 0 }
    guard low < heights.count else { return heights.count - 1 }
    return position - heights[low - 1] <= heights[low] - position ? low - 1 : low
  }

  /// How far a contour may be from its slice: half way to the next.
  private static func reach(
    of slice: Int,
    _ heights: [Double],
    isAbove: Bool,
    _ stack: SliceStack
  ) -> Double {
    let next = isAbove ? slice + 1 : slice - 1
    guard heights.indices.contains(next) else { return 0.501 * stack.typicalGap }
    return 0.501 * (heights[next] - heights[slice]).magnitude
  }

  /// Gives slices between two planes of contours those of the nearer, where the planes are as far
  /// apart as they are elsewhere.
  /// - Returns: The number of slices.
  private static func fill(
    _ chosen: inout [Int: Int],
    _ planes: [Double],
    _ heights: [Double]
  ) -> Int {
    let slices = chosen.keys.sorted()
    let gaps = zip(slices.dropFirst(), slices).map { heights[$0] - heights[$1] }
    guard let typical = gaps.sorted().dropFirst(gaps.count / 2).first else { return 0 }
    var filled = 0
    for (slice, next) in zip(slices, slices.dropFirst())
    where next > slice + 1 && heights[next] - heights[slice] <= 1.5 * typical {
      guard let below = chosen[slice], let above = chosen[next] else { continue }
      for between in slice + 1..<next {
        let isBelow = heights[between] - planes[below] <= planes[above] - heights[between]
        chosen[between] = isBelow ? below : above
        filled += 1
      }
    }
    return filled
  }
}
