import Volumes

/// The mask of the voxels of a grid that fulfil a condition.
func mask(on grid: VoxelGrid, where isInside: (SIMD3<Int>) -> Bool) -> CroppedMask {
  var mask = Mask(repeating: false, grid: grid)
  for k in 0..<grid.size.z {
    for j in 0..<grid.size.y {
      for i in 0..<grid.size.x where isInside([i, j, k]) { mask[i, j, k] = true }
    }
  }
  return CroppedMask(mask)
}

/// A box of voxels as a mask.
func block(on grid: VoxelGrid, _ i: Range<Int>, _ j: Range<Int>, _ k: Range<Int>) -> CroppedMask {
  let box = VoxelBox(i: i, j: j, k: k)
  return CroppedMask(grid: grid, box: box, voxels: [UInt8](repeating: 1, count: box.count))
}

/// A ball with its center and radius in mm from the center of voxel (0, 0, 0), along the axes.
func ball(on grid: VoxelGrid, center: SIMD3<Double>, radius: Double) -> CroppedMask {
  mask(on: grid) { length(SIMD3<Double>($0) * grid.spacing - center) <= radius }
}
