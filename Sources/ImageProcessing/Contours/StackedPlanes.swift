internal import Synchronization
internal import Volumes

/// A volume's voxels are not the pixels of a stack of slices.
public enum SliceMismatch: Error, Hashable {
  /// No axis of the volume runs along the rows, the columns or the normal of the slices.
  case turned
  /// The planes of the volume have another number of voxels than the slices have pixels.
  case size(volume: SIMD2<Int>, slices: SIMD2<Int>)
  /// A slice does not lie on a plane of the volume; the distance of its first pixel from the
  /// nearest voxel, in mm.
  case apart(slice: Int, distance: Double)
}

extension SliceMismatch: CustomStringConvertible {
  /// One sentence: what, and what was expected.
  public var description: String {
    switch self {
    case .turned:
      "The volume is turned against the slices; its planes must be the slices."
    case .size(let volume, let slices):
      """
      The volume's planes have \(volume.x)×\(volume.y) voxels, the slices \(slices.x)×\(slices.y) \
      pixels; they must be the same.
      """
    case .apart(let slice, let distance):
      """
      Slice \(slice + 1) is \((distance * 1000).rounded() / 1000) mm away from the volume's voxels; \
      the volume's planes must be the slices.
      """
    }
  }
}

/// How the planes of a volume lie on the slices of a stack: which voxel each pixel is.
struct StackedPlanes {
  let size: SIMD2<Int>
  /// For each slice, the memory place of the voxel at its first pixel; `nil` beyond the volume.
  let starts: [Int?]
  /// The memory distance from a pixel to the next in its row, and in its column.
  let xStride: Int
  let yStride: Int
  private let grid: VoxelGrid
  /// The volume's axes along rows and along columns.
  private let axes: SIMD2<Int>

  /// - Throws: ``SliceMismatch``.
  init(_ grid: VoxelGrid, on stack: SliceStack) throws(SliceMismatch) {
    let strides = [1, grid.size.x, grid.size.x * grid.size.y]
    var axes: [Int] = []
    var signs: [Int] = []
    for direction in [stack.row, stack.column, stack.normal] {
      // One part in a thousand is half a voxel over 500: the places are checked below.
      guard
        let axis = (0..<3).first(where: {
          dot(grid.direction[column: $0], direction).magnitude > 0.999
        })
      else { throw .turned }
      axes.append(axis)
      signs.append(dot(grid.direction[column: axis], direction) > 0 ? 1 : -1)
    }
    guard Set(axes).count == 3 else { throw .turned }
    let found = SIMD2(grid.size[axes[0]], grid.size[axes[1]])
    guard found == stack.size else { throw .size(volume: found, slices: stack.size) }
    size = found
    xStride = strides[axes[0]] * signs[0]
    yStride = strides[axes[1]] * signs[1]

    let (x0, y0) = (signs[0] > 0 ? 0 : found.x - 1, signs[1] > 0 ? 0 : found.y - 1)
    let depth = grid.size[axes[2]]
    let count = stack.origins.count
    // An uneven stack has no grid: a volume with a plane for each slice stands for it.
    let gaps = stack.gaps
    let isUneven = (gaps.max() ?? 1) - (gaps.min() ?? 1) > 0.02 * stack.typicalGap
    let rises = count < 2 || stack.position(of: 1) > stack.position(of: 0)
    let isBySlice = isUneven && depth == count
    let toVoxel = grid.voxelFromPatient
    var starts: [Int?] = []
    for slice in 0..<count {
      let last = SIMD2<Double>(stack.size &- 1)
      let first = toVoxel(stack.point(0, 0, slice: slice)).coordinates
      let far = toVoxel(stack.point(last.x, last.y, slice: slice)).coordinates
      var plane = Int(min(max(first[axes[2]].rounded(), -1), Double(depth)))
      if isBySlice { plane = (signs[2] > 0) == rises ? slice : count - 1 - slice }
      var expected = SIMD3<Double>.zero
      expected[axes[0]] = Double(x0)
      expected[axes[1]] = Double(y0)
      expected[axes[2]] = isBySlice ? first[axes[2]] : Double(plane)
      var opposite = expected
      opposite[axes[0]] = Double(found.x - 1 - x0)
      opposite[axes[1]] = Double(found.y - 1 - y0)
      if isBySlice { opposite[axes[2]] = far[axes[2]] }
      let isInside = (0..<depth).contains(plane)
      let off = max(
        length((first - expected) * grid.spacing),
        length((far - opposite) * grid.spacing)
      )
      guard !isInside || off <= 0.1 * grid.spacing.min() else {
        throw .apart(slice: slice, distance: off)
      }
      starts.append(
        isInside ? x0 * strides[axes[0]] + y0 * strides[axes[1]] + plane * strides[axes[2]] : nil
      )
    }
    guard starts.contains(where: { $0 != nil }) else {
      throw .apart(slice: 0, distance: stack.typicalGap)
    }
    self.starts = starts
    self.grid = grid
    self.axes = [axes[0], axes[1]]
  }

  /// One structure on one slice; `nil` where it has no pixel there.
  func maskField(of mask: CroppedMask, slice: Int) -> PlaneField? {
    guard let start = starts[slice], let box = mask.box else { return nil }
    // The pixels that can lie in the mask's box: its corners on this plane, seen along x and y.
    func range(_ axis: Int, _ stride: Int, _ count: Int) -> Range<Int> {
      let voxels = axis == 0 ? box.i : axis == 1 ? box.j : box.k
      return stride > 0 ? voxels : (count - voxels.upperBound)..<(count - voxels.lowerBound)
    }
    var found = PlaneBox()
    func isInside(_ x: Int, _ y: Int) -> Bool {
      let place = start + x * xStride + y * yStride
      return mask[
        place % grid.size.x,
        place / grid.size.x % grid.size.y,
        place / (grid.size.x * grid.size.y)
      ]
    }
    for y in range(axes.y, yStride, size.y) {
      for x in range(axes.x, xStride, size.x) where isInside(x, y) { found.add(x..<x + 1, row: y) }
    }
    return found.low.x <= found.high.x ? field(found, isInside) : nil
  }

  /// The structures of one slice, each in the smallest part of the plane around it.
  func labelFields(
    of voxels: UnsafeBufferPointer<UInt16>,
    slice: Int
  ) -> [(label: UInt16, field: PlaneField)] {
    guard let start = starts[slice] else { return [] }
    var boxes: [UInt16: PlaneBox] = [:]
    for y in 0..<size.y {
      let row = start + y * yStride
      var x = 0
      while x < size.x {
        let label = voxels[row + x * xStride]
        let first = x
        while x < size.x, voxels[row + x * xStride] == label { x += 1 }
        if label > 0 { boxes[label, default: PlaneBox()].add(first..<x, row: y) }
      }
    }
    return boxes.sorted { $0.key < $1.key }.map { label, box in
      (label, field(box) { voxels[start + $0 * xStride + $1 * yStride] == label })
    }
  }

  /// Where one slice's probabilities are above one half; `nil` where none is.
  func probabilityField(of voxels: UnsafeBufferPointer<Float>, slice: Int) -> PlaneField? {
    guard let start = starts[slice] else { return nil }
    var box = PlaneBox()
    for y in 0..<size.y {
      for x in 0..<size.x where voxels[start + x * xStride + y * yStride] > 0.5 {
        box.add(x..<x + 1, row: y)
      }
    }
    guard box.low.x <= box.high.x else { return nil }
    var field = field(box) { voxels[start + $0 * xStride + $1 * yStride] > 0.5 }
    field.values = [Float](repeating: 0, count: field.width * field.height)
    for y in 0..<field.height {
      for x in 0..<field.width {
        let place = SIMD2(x, y) &+ field.origin
        guard place.x >= 0, place.y >= 0, place.x < size.x, place.y < size.y else { continue }
        field.values[y * field.width + x] = voxels[start + place.x * xStride + place.y * yStride]
      }
    }
    return field
  }

  private func field(_ box: PlaneBox, _ isInside: (Int, Int) -> Bool) -> PlaneField {
    let width = box.high.x - box.low.x + 3
    let height = box.high.y - box.low.y + 3
    var inside = [UInt8](repeating: 0, count: width * height)
    for y in box.low.y...box.high.y {
      let row = (y - box.low.y + 1) * width + 1
      for x in box.low.x...box.high.x where isInside(x, y) { inside[row + x - box.low.x] = 1 }
    }
    return PlaneField(origin: box.low &- 1, width: width, height: height, inside: inside)
  }
}

/// The smallest box of a plane around some pixels; both ends belong to it.
private struct PlaneBox {
  var low = SIMD2(Int.max, Int.max)
  var high = SIMD2(Int.min, Int.min)

  mutating func add(_ xs: Range<Int>, row: Int) {
    low = SIMD2(min(low.x, xs.lowerBound), min(low.y, row))
    high = SIMD2(max(high.x, xs.upperBound - 1), max(high.y, row))
  }
}

/// The results of jobs on several threads, in the jobs' order.
func collected<Result: Sendable>(
  _ count: Int,
  threads: Int,
  _ job: @Sendable (Int) -> Result
) -> [Result] {
  let results = Mutex([Result?](repeating: nil, count: count))
  concurrently(count, threads: threads) { tickets in
    while let index = tickets.next() {
      let result = job(index)
      results.withLock { $0[index] = result }
    }
  }
  return results.withLock { $0.compactMap(\.self) }
}
