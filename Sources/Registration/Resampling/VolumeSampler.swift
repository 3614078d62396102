internal import Volumes

/// Reads a volume between its voxels.
struct VolumeSampler {
  let voxels: UnsafeBufferPointer<Float>
  let size: SIMD3<Int>
  private let last: SIMD3<Double>
  private let matrix: Matrix3
  private let offset: SIMD3<Double>

  init(_ voxels: UnsafeBufferPointer<Float>, grid: VoxelGrid) {
    self.voxels = voxels
    size = grid.size
    last = SIMD3<Double>(grid.size &- 1)
    let fromPatient = grid.voxelFromPatient
    matrix = fromPatient.linear
    offset = fromPatient.offset
  }

  /// A point in voxel indices, moved onto the outermost centers where it is up to half a voxel beyond.
  /// - Returns: `nil` farther outside.
  @inline(__always)
  func index(of point: SIMD3<Double>) -> SIMD3<Double>? {
    let index = matrix * point + offset
    guard index.x >= -0.5, index.y >= -0.5, index.z >= -0.5,
      index.x <= last.x + 0.5, index.y <= last.y + 0.5, index.z <= last.z + 0.5
    else { return nil }
    return index.clamped(lowerBound: [0, 0, 0], upperBound: last)
  }

  /// The trilinear value at an index inside.
  @inline(__always)
  func linear(_ index: SIMD3<Double>) -> Float {
    let low = SIMD3<Int>(index)  // not negative, so the cut is a floor
    let f = SIMD3<Float>(index - SIMD3<Double>(low))
    let x = low.x + 1 < size.x ? 1 : 0
    let y = low.y + 1 < size.y ? size.x : 0
    let z = low.z + 1 < size.z ? size.x * size.y : 0
    let base = low.x + size.x * (low.y + size.y * low.z)
    let a = voxels[base] + (voxels[base + x] - voxels[base]) * f.x
    let b = voxels[base + y] + (voxels[base + y + x] - voxels[base + y]) * f.x
    let c = voxels[base + z] + (voxels[base + z + x] - voxels[base + z]) * f.x
    let d = voxels[base + z + y] + (voxels[base + z + y + x] - voxels[base + z + y]) * f.x
    let near = a + (b - a) * f.y
    return near + (c + (d - c) * f.y - near) * f.z
  }

  /// The nearest voxel's place in memory.
  @inline(__always)
  func nearest(_ index: SIMD3<Double>) -> Int {
    let place = SIMD3<Int>((index + 0.5).rounded(.down))
    return place.x + size.x * (place.y + size.y * place.z)
  }

  /// The cubic value at an index inside; beyond the faces the outermost voxels repeat.
  @inline(__always)
  func cubic(_ index: SIMD3<Double>) -> Float {
    let low = SIMD3<Int>(index)
    let f = SIMD3<Float>(index - SIMD3<Double>(low))
    let (wx, wy, wz) = (keys(f.x), keys(f.y), keys(f.z))
    var sum: Float = 0
    for c in 0..<4 {
      let k = min(max(low.z + c - 1, 0), size.z - 1)
      var plane: Float = 0
      for b in 0..<4 {
        let j = min(max(low.y + b - 1, 0), size.y - 1)
        let row = size.x * (j + size.y * k)
        var line: Float = 0
        for a in 0..<4 {
          line += voxels[row + min(max(low.x + a - 1, 0), size.x - 1)] * wx[a]
        }
        plane += line * wy[b]
      }
      sum += plane * wz[c]
    }
    return sum
  }

  /// Cubic convolution with a = −1/2: through the voxels, with continuous slope.
  /// - SeeAlso: Keys, *IEEE Trans. Acoust. Speech Signal Process.* 29 (1981).
  @inline(__always)
  private func keys(_ t: Float) -> SIMD4<Float> {
    let (t2, t3) = (t * t, t * t * t)
    return SIMD4(
      -0.5 * t3 + t2 - 0.5 * t,
      1.5 * t3 - 2.5 * t2 + 1,
      -1.5 * t3 + 2 * t2 + 0.5 * t,
      0.5 * t3 - 0.5 * t2
    )
  }
}
