/// Finds a mask's voxels with a neighbor outside the mask.
/// - Parameters:
///   - voxels: 0 or 1, `i` fastest, with an empty margin around them.
///   - size: The number of voxels along i, j and k, margin included.
///   - neighbors: How far in memory the neighbors are on both sides: six neighbors for three axes,
///     four for the two of a plane.
/// - Returns: Their places in memory order, ascending.
func borderPlaces(of voxels: [UInt8], size: SIMD3<Int>, neighbors: [Int]) -> [Int] {
  var places: [Int] = []
  let width = size.x - 2
  var border = [UInt8](repeating: 0, count: width)
  voxels.withUnsafeBufferPointer { voxels in
    border.withUnsafeMutableBufferPointer { buffer in
      // Rows as plain pointers: the compiler then works on 16 voxels at a time.
      guard let voxels = voxels.baseAddress, let border = buffer.baseAddress else { return }
      for k in 1..<(size.z - 1) {
        for j in 1..<(size.y - 1) {
          let start = (k * size.y + j) * size.x + 1
          let row = voxels + start
          for i in 0..<width { border[i] = 1 }
          for step in neighbors {
            let (before, after) = (row - step, row + step)
            for i in 0..<width { border[i] &= before[i] & after[i] }
          }
          for i in 0..<width { border[i] = row[i] & (border[i] ^ 1) }
          forEachPlace(in: UnsafeBufferPointer(buffer), without: 255) { places.append(start + $0) }
        }
      }
    }
  }
  return places
}
