public import Volumes

extension CroppedMask {
  /// The voxels of one mask or the other.
  /// - Precondition: Both lie on one grid.
  public func union(_ other: CroppedMask) -> CroppedMask {
    precondition(grid == other.grid, "masks on one grid")
    guard let mine = box else { return other }
    guard let theirs = other.box else { return self }
    return made(in: mine.union(theirs)) { self[$0, $1, $2] || other[$0, $1, $2] }
  }

  /// The voxels of both masks.
  /// - Precondition: Both lie on one grid.
  public func intersection(_ other: CroppedMask) -> CroppedMask {
    precondition(grid == other.grid, "masks on one grid")
    guard let box else { return self }
    return made(in: box) { self[$0, $1, $2] && other[$0, $1, $2] }
  }

  /// The voxels that the other mask does not have.
  /// - Precondition: Both lie on one grid.
  public func subtracting(_ other: CroppedMask) -> CroppedMask {
    precondition(grid == other.grid, "masks on one grid")
    guard let box else { return self }
    return made(in: box) { self[$0, $1, $2] && !other[$0, $1, $2] }
  }

  /// The mask with its border moved by a distance in all directions: a spherical margin.
  ///
  /// Outwards, voxels whose center is at most the margin from one inside; inwards, those whose center
  /// is more than that from every one outside. What lies beyond the grid is neither.
  /// - Parameter margin: In mm; negative inwards.
  /// - Returns: A mask on the same grid.
  public func grown(by margin: Double) -> CroppedMask {
    guard let box, margin != 0 else { return self }
    // A voxel more than the margin: room for those outside that an inner margin is measured from.
    let around = box.widened(by: margin.magnitude, on: grid)
    var marks: [UInt8] = []
    marks.reserveCapacity(around.count)
    for k in around.k {
      for j in around.j {
        for i in around.i { marks.append(self[i, j, k] == (margin > 0) ? 1 : 0) }
      }
    }
    let distances = distanceTransform(of: marks, size: around.size, spacing: grid.spacing)
    let bound = margin.magnitude + 1e-9
    let voxels: [UInt8] =
      distances?.map { ($0 <= bound) == (margin > 0) ? 1 : 0 }
      // Nothing is outside: there is nothing to shrink from.
      ?? marks.map { 1 - $0 }
    return CroppedMask(grid: grid, box: around, voxels: voxels)
  }

  private func made(in box: VoxelBox, _ isInside: (Int, Int, Int) -> Bool) -> CroppedMask {
    var voxels: [UInt8] = []
    voxels.reserveCapacity(box.count)
    for k in box.k {
      for j in box.j {
        for i in box.i { voxels.append(isInside(i, j, k) ? 1 : 0) }
      }
    }
    return CroppedMask(grid: grid, box: box, voxels: voxels)
  }
}
