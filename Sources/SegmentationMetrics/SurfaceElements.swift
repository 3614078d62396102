/// The corners of the voxel grid at which a mask's surface passes, each with the code of the voxels
/// around it.
struct SurfaceElements {
  /// The number of corners along i, j and k.
  let size: SIMD3<Int>
  /// The places of the corners in memory order, `i` fastest.
  private(set) var places: [Int] = []
  /// Which of a corner's eight voxels are inside, as ``SurfaceElementAreas`` counts them.
  private(set) var codes: [UInt8] = []

  /// The surface of voxels (0 or 1, `i` fastest) with an empty margin around them.
  init(of voxels: [UInt8], size: SIMD3<Int>) {
    self.size = size &- 1
    // The four voxels that a corner shares with a step to the side along i, then all eight.
    var quads = [UInt8](repeating: 0, count: size.x)
    var row = [UInt8](repeating: 0, count: size.x - 1)
    let plane = size.x * size.y
    voxels.withUnsafeBufferPointer { voxels in
      quads.withUnsafeMutableBufferPointer { quads in
        row.withUnsafeMutableBufferPointer { buffer in
          // Rows as plain pointers: the compiler then works on 16 corners at a time.
          guard let voxels = voxels.baseAddress, let quads = quads.baseAddress,
            let row = buffer.baseAddress
          else { return }
          for k in 0..<(size.z - 1) {
            for j in 0..<(size.y - 1) {
              let (a, b) = (voxels + k * plane + j * size.x, voxels + k * plane + (j + 1) * size.x)
              let (c, d) = (a + plane, b + plane)
              for i in 0..<size.x { quads[i] = a[i] &<< 6 | b[i] &<< 4 | c[i] &<< 2 | d[i] }
              let next = quads + 1
              for i in 0..<(size.x - 1) { row[i] = quads[i] &<< 1 | next[i] }
              let start = (k * (size.y - 1) + j) * (size.x - 1)
              forEachPlace(in: UnsafeBufferPointer(buffer), without: 255) { i in
                places.append(start + i)
                codes.append(row[i])
              }
            }
          }
        }
      }
    }
  }
}
