/// Finds a mask's voxels with a neighbor outside the mask.
/// - Parameters:
///   - voxels: 0 or 1, `i` fastest, with an empty margin around them.
///   - size: The number of voxels along i, j and k, margin included.
///   - neighbors: How far in memory the neighbors are on both sides: six neighbors for three axes,
///     four for the two of a plane.
/// - Returns: Their places in memory order, ascending.
func borderPlaces(of voxels: [UInt8], size: SIMD3<Int>, neighbors: [Int]) -> [Int] {
  var places: [Int] = []
  var border = [UInt8](repeating: 0, count: size.x)
  voxels.withUnsafeBufferPointer { voxels in
    border.withUnsafeMutableBufferPointer { border in
      for k in 1..<(size.z - 1) {
        for j in 1..<(size.y - 1) {
          let start = (k * size.y + j) * size.x
          let inner = 1..<(size.x - 1)
          for i in inner { border[i] = 1 }
          for step in neighbors {
            for i in inner { border[i] &= voxels[start + i - step] & voxels[start + i + step] }
          }
          for i in inner { border[i] = voxels[start + i] & (border[i] ^ 1) }
          forEachPlace(in: UnsafeBufferPointer(border), without: 255) { places.append(start + $0) }
        }
      }
    }
  }
  return places
}
