public import Volumes

/// The labels of a label map as the pixels of a stack's slices.
/// - Parameters:
///   - labels: In any orientation whose planes are the stack's slices.
///   - stack: The slices.
/// - Returns: For each slice its pixels, row by row; empty where no voxel of it has a label.
/// - Throws: ``SliceMismatch`` where the label map's voxels are not the stack's pixels.
public func slicePixels(
  of labels: LabelMap,
  on stack: SliceStack
) throws(SliceMismatch) -> [[UInt16]] {
  let planes = try StackedPlanes(labels.grid, on: stack)
  return labels.withUnsafeVoxels { voxels in
    planes.starts.map { start in
      guard let start else { return [] }
      var pixels: [UInt16] = []
      pixels.reserveCapacity(planes.size.x * planes.size.y)
      var isEmpty = true
      for y in 0..<planes.size.y {
        let row = start + y * planes.yStride
        for x in 0..<planes.size.x {
          let label = voxels[row + x * planes.xStride]
          if label > 0 { isEmpty = false }
          pixels.append(label)
        }
      }
      return isEmpty ? [] : pixels
    }
  }
}

/// The voxels of a grid whose pixels on the slices of a stack are inside a structure.
/// - Parameters:
///   - pixels: A slice's pixels, row by row, 1 inside and 0 outside; `nil` where none is inside.
///   - stack: The slices.
///   - grid: In any orientation whose planes are the stack's slices.
/// - Returns: The mask; slices beyond the grid are left out.
/// - Throws: ``SliceMismatch`` where the stack's pixels are not the grid's voxels.
public func mask(
  ofPixels pixels: (_ slice: Int) -> [UInt8]?,
  of stack: SliceStack,
  on grid: VoxelGrid
) throws(SliceMismatch) -> CroppedMask {
  let planes = try StackedPlanes(grid, on: stack)
  var inside: [Int] = []
  for (slice, start) in planes.starts.enumerated() {
    guard let start, let values = pixels(slice) else { continue }
    for y in 0..<planes.size.y {
      for x in 0..<planes.size.x where values[y * planes.size.x + x] == 1 {
        inside.append(start + y * planes.yStride + x * planes.xStride)
      }
    }
  }
  let size = grid.size
  var (low, high) = (SIMD3(Int.max, Int.max, Int.max), SIMD3(Int.min, Int.min, Int.min))
  for place in inside {
    let voxel = SIMD3(place % size.x, place / size.x % size.y, place / (size.x * size.y))
    low = pointwiseMin(low, voxel)
    high = pointwiseMax(high, voxel)
  }
  guard !inside.isEmpty else { return CroppedMask(emptyOn: grid) }
  let box = VoxelBox(i: low.x..<high.x + 1, j: low.y..<high.y + 1, k: low.z..<high.z + 1)
  var voxels = [UInt8](repeating: 0, count: box.count)
  for place in inside {
    let (i, j) = (place % size.x - low.x, place / size.x % size.y - low.y)
    let k = place / (size.x * size.y) - low.z
    voxels[(k * box.j.count + j) * box.i.count + i] = 1
  }
  return CroppedMask(grid: grid, box: box, voxels: voxels)
}
