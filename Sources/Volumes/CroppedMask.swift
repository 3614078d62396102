/// One structure on a grid, kept as the voxels of the smallest box around it.
///
/// A whole planning scan's mask takes 40 MB, an organ's box a few hundred kilobytes: scoring works
/// on the boxes. `Mask` and `CroppedMask` say the same thing.
public struct CroppedMask: Hashable, Sendable {
  /// Where the voxels of the whole volume lie in the patient.
  public let grid: VoxelGrid
  /// The smallest box around the structure; `nil` where it is empty.
  public let box: VoxelBox?
  /// The box's voxels, `i` fastest: 1 inside the structure, 0 outside.
  public let voxels: [UInt8]
  /// The number of voxels inside the structure.
  public let voxelCount: Int

  /// A structure from the voxels of a box around it, which need not be the smallest.
  /// - Precondition: The box lies in the grid, and `voxels` holds one 0 or 1 for each voxel of it.
  public init(grid: VoxelGrid, box: VoxelBox, voxels: [UInt8]) {
    precondition(
      voxels.count == box.count && box.i.lowerBound >= 0 && box.j.lowerBound >= 0
        && box.k.lowerBound >= 0 && box.i.upperBound <= grid.size.x
        && box.j.upperBound <= grid.size.y && box.k.upperBound <= grid.size.z,
      "a box inside the grid with one value a voxel"
    )
    self.grid = grid
    let extent = extent(of: voxels, size: box.size)
    voxelCount = extent.count
    guard let inner = extent.box else {
      self.box = nil
      self.voxels = []
      return
    }
    self.box = VoxelBox(
      i: (box.i.lowerBound + inner.i.lowerBound)..<(box.i.lowerBound + inner.i.upperBound),
      j: (box.j.lowerBound + inner.j.lowerBound)..<(box.j.lowerBound + inner.j.upperBound),
      k: (box.k.lowerBound + inner.k.lowerBound)..<(box.k.lowerBound + inner.k.upperBound)
    )
    self.voxels = inner.size == box.size ? voxels : cropped(voxels, size: box.size, to: inner)
  }

  /// A structure without voxels.
  public init(emptyOn grid: VoxelGrid) {
    self.grid = grid
    box = nil
    voxels = []
    voxelCount = 0
  }

  /// The structure that a mask holds.
  /// - Complexity: O(voxels).
  public init(_ mask: Mask) {
    let size = mask.grid.size
    self.init(
      grid: mask.grid,
      box: VoxelBox(i: 0..<size.x, j: 0..<size.y, k: 0..<size.z),
      voxels: mask.voxels.map { $0 ? 1 : 0 }
    )
  }

  /// Whether no voxel belongs to the structure.
  public var isEmpty: Bool { voxelCount == 0 }

  /// The volume in mm³: the voxels' number times a voxel's volume.
  public var volume: Double { Double(voxelCount) * grid.voxelVolume }

  /// Whether the voxel `(i, j, k)` of the grid belongs to the structure; outside the grid none does.
  public subscript(i: Int, j: Int, k: Int) -> Bool {
    guard let box, box.i.contains(i), box.j.contains(j), box.k.contains(k) else { return false }
    let row = (k - box.k.lowerBound) * box.j.count + (j - box.j.lowerBound)
    return voxels[row * box.i.count + (i - box.i.lowerBound)] != 0
  }

  /// The same structure over the whole grid.
  public var mask: Mask {
    var mask = Mask(repeating: false, grid: grid)
    guard let box else { return mask }
    mask.withUnsafeMutableVoxels { target in
      var index = 0
      for k in box.k {
        for j in box.j {
          let row = (k * grid.size.y + j) * grid.size.x
          for i in box.i {
            target[row + i] = voxels[index] != 0
            index += 1
          }
        }
      }
    }
    return mask
  }
}

/// The smallest box around the voxels that are not zero, and their number.
private func extent(of voxels: [UInt8], size: SIMD3<Int>) -> (box: VoxelBox?, count: Int) {
  var box: VoxelBox?
  var count = 0
  voxels.withUnsafeBufferPointer { voxels in
    for k in 0..<size.z {
      for j in 0..<size.y {
        let start = (k * size.y + j) * size.x
        let row = voxels[start..<start + size.x]
        let inside = row.reduce(0) { $0 + ($1 != 0 ? 1 : 0) }
        guard inside > 0, let first = row.firstIndex(where: { $0 != 0 }),
          let last = row.lastIndex(where: { $0 != 0 })
        else { continue }
        count += inside
        let line = VoxelBox(i: (first - start)..<(last - start + 1), j: j..<j + 1, k: k..<k + 1)
        box = box.map { $0.union(line) } ?? line
      }
    }
  }
  return (box, count)
}

/// The voxels of a box within a larger one.
private func cropped(_ voxels: [UInt8], size: SIMD3<Int>, to box: VoxelBox) -> [UInt8] {
  var result: [UInt8] = []
  result.reserveCapacity(box.count)
  for k in box.k {
    for j in box.j {
      let row = (k * size.y + j) * size.x
      result += voxels[(row + box.i.lowerBound)..<(row + box.i.upperBound)]
    }
  }
  return result
}
