/// Where in a case the voxels of a patch are looked up, row by row.
///
/// For each voxel of the row: the whole voxel below its place along each axis, and how far above.
struct PatchRows: ~Copyable {
  /// The number of voxels of a row.
  let width: Int
  /// D, H and W of the voxel below, one row after another.
  let below: UnsafeMutablePointer<Int32>
  /// How far above it along D, H and W, from 0 to 1.
  let share: UnsafeMutablePointer<Float>
  /// Where the voxel below lies in memory; -1 where not all eight neighbors lie in the case.
  let offsets: UnsafeMutablePointer<Int32>
  private let places: UnsafeMutablePointer<Double>
  private let size: [Int]
  private let caseSize: [Int]
  private let matrix: [[Double]]
  private let center: [Double]
  private let field: ElasticField?

  init(_ variation: SpatialVariation.Draw, at start: [Int], size: [Int], in caseSize: [Int]) {
    self.size = size
    self.caseSize = caseSize
    width = size[2]
    matrix = variation.matrix
    center = (0..<3).map { Double(start[$0]) + Double(size[$0] - 1) / 2 }
    field = variation.elastic.map { ElasticField($0, size: size) }
    below = .allocate(capacity: 3 * width)
    share = .allocate(capacity: 3 * width)
    offsets = .allocate(capacity: width)
    places = .allocate(capacity: width)
  }

  deinit {
    below.deallocate()
    share.deallocate()
    offsets.deallocate()
    places.deallocate()
  }

  /// Places beyond this are as far outside as any: they fit 32 bits with room.
  private static let farthest = 1e6
  /// Added to a small number, it leaves the nearest whole number in the low bits.
  private static let shift = 0x1.8p52

  /// Finds the places of one row, numbered through the patch.
  func move(to row: Int) {
    let d = Double(row / size[1]) - Double(size[0] - 1) / 2
    let h = Double(row % size[1]) - Double(size[1] - 1) / 2
    let middle = Double(width - 1) / 2
    for axis in 0..<3 {
      let base = center[axis] + matrix[axis][0] * d + matrix[axis][1] * h
      let step = matrix[axis][2]
      for w in 0..<width { places[w] = base + step * (Double(w) - middle) }
      if let field { field.add(row, turnedBy: matrix[axis], to: places, count: width) }
      let (below, share) = (below + axis * width, share + axis * width)
      // Rounding down is a call on older processors; this is vectorized.
      for w in 0..<width {
        let low = places[w] < -Self.farthest ? -Self.farthest : places[w]
        let place = low > Self.farthest ? Self.farthest : low
        let nearest = (place + Self.shift) - Self.shift
        let whole = nearest > place ? nearest - 1 : nearest
        below[w] = Int32(truncatingIfNeeded: (whole + Self.shift).bitPattern)
        share[w] = Float(place - whole)
      }
    }
    let (height, length) = (Int32(caseSize[1]), Int32(caseSize[2]))
    let last = (UInt32(caseSize[0] - 1), UInt32(caseSize[1] - 1), UInt32(caseSize[2] - 1))
    for w in 0..<width {
      let (i, j, k) = (below[w], below[width &+ w], below[2 &* width &+ w])
      // Negative numbers become large ones.
      let isInside =
        UInt32(bitPattern: i) < last.0 && UInt32(bitPattern: j) < last.1
        && UInt32(bitPattern: k) < last.2
      offsets[w] = isInside ? (i &* height &+ j) &* length &+ k : -1
    }
  }
}
