import Volumes

extension PatientPlane {
  /// Calls `body` with each pixel that a grid's voxels cover and the place of its center among them.
  ///
  /// Half a voxel around the outermost centers still belongs to the grid; places there are moved to
  /// those centers.
  @inline(__always)
  func forEachPixel(on grid: VoxelGrid, _ body: (Int, SIMD3<Double>) -> Void) {
    let map = grid.voxelFromPatient
    let origin = map(position(x: 0, y: 0)).coordinates
    let right = map(position(x: 1, y: 0)).coordinates - origin
    let down = map(position(x: 0, y: 1)).coordinates - origin
    let limit = SIMD3<Double>(grid.size &- 1)
    for y in 0..<height {
      for x in 0..<width {
        let voxel = origin + right * Double(x) + down * Double(y)
        if any(voxel .< -0.5) || any(voxel .> limit + 0.5) { continue }
        body(x + width * y, voxel.clamped(lowerBound: .zero, upperBound: limit))
      }
    }
  }

  /// How much of each pixel's surroundings a structure has, 0 to 1: its voxels' linear
  /// interpolation, so that its border is where this passes one half.
  func shares(of mask: CroppedMask) -> [Float] {
    var shares = [Float](repeating: 0, count: width * height)
    forEachPixel(on: mask.grid) { pixel, voxel in
      forEachCorner(of: voxel) { i, j, k, weight in
        if mask[i, j, k] { shares[pixel] += weight }
      }
    }
    return shares
  }

  /// A scan, interpolated linearly; not a number outside.
  func intensities(of scan: Volume<Float>) -> [Float] {
    var intensities = [Float](repeating: .nan, count: width * height)
    let size = scan.grid.size
    scan.withUnsafeVoxels { voxels in
      forEachPixel(on: scan.grid) { pixel, voxel in
        var intensity: Float = 0
        forEachCorner(of: voxel) { i, j, k, weight in
          intensity += weight * voxels[i + size.x * (j + size.y * k)]
        }
        intensities[pixel] = intensity
      }
    }
    return intensities
  }
}

/// Calls `body` with the index and the weight of each voxel that linear interpolation at a
/// fractional index uses.
@inline(__always)
func forEachCorner(of voxel: SIMD3<Double>, _ body: (Int, Int, Int, Float) -> Void) {
  let low = SIMD3<Int>(Int(voxel.x), Int(voxel.y), Int(voxel.z))
  let fraction = voxel - SIMD3<Double>(low)
  let rest = 1 - fraction
  for corner in 0..<8 {
    let (i, j, k) = (corner & 1, (corner >> 1) & 1, corner >> 2)
    let weight = Float(
      (i == 1 ? fraction.x : rest.x) * (j == 1 ? fraction.y : rest.y)
        * (k == 1 ? fraction.z : rest.z)
    )
    guard weight > 0 else { continue }
    body(low.x + i, low.y + j, low.z + k, weight)
  }
}
