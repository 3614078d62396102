internal import Volumes

extension CroppedMask {
  /// The structure on another grid: each voxel of it is what the voxel nearest to its center is.
  ///
  /// Halfway between two voxels the one with the larger index counts, as in ITK. Outside this mask's
  /// grid there is nothing.
  /// - Complexity: O(voxels of the other grid in the box around the structure).
  func resampled(onto other: VoxelGrid) -> CroppedMask {
    guard let box else { return CroppedMask(emptyOn: other) }
    let map = other.patientFromVoxel.then(grid.voxelFromPatient)
    guard
      let box = other.box(around: box, mapped: grid.patientFromVoxel.then(other.voxelFromPatient))
    else { return CroppedMask(emptyOn: other) }
    var voxels: [UInt8] = []
    voxels.reserveCapacity(box.count)
    for k in box.k {
      for j in box.j {
        for i in box.i {
          let place = map(Point(Double(i), Double(j), Double(k))).coordinates
          let nearest = SIMD3<Int>((place + 0.5).rounded(.down), clampedTo: 0x1p40)
          voxels.append(self[nearest.x, nearest.y, nearest.z] ? 1 : 0)
        }
      }
    }
    return CroppedMask(grid: other, box: box, voxels: voxels)
  }
}

extension VoxelGrid {
  /// The voxels of this grid whose centers can lie in voxels of a box of another grid.
  fileprivate func box(
    around box: VoxelBox,
    mapped map: AffineTransform<VoxelSpace, VoxelSpace>
  ) -> VoxelBox? {
    var low = SIMD3<Double>(repeating: .infinity)
    var high = -low
    for i in [box.i.lowerBound, box.i.upperBound] {
      for j in [box.j.lowerBound, box.j.upperBound] {
        for k in [box.k.lowerBound, box.k.upperBound] {
          // The corners of the box's voxels lie half a voxel off their centers.
          let corner = map(Point(Double(i) - 0.5, Double(j) - 0.5, Double(k) - 0.5)).coordinates
          low = pointwiseMin(low, corner)
          high = pointwiseMax(high, corner)
        }
      }
    }
    let first = pointwiseMax(SIMD3<Int>(low.rounded(.down), clampedTo: 0x1p40), .zero)
    let end = pointwiseMin(SIMD3<Int>(high.rounded(.up), clampedTo: 0x1p40) &+ 1, size)
    guard first.x < end.x, first.y < end.y, first.z < end.z else { return nil }
    return VoxelBox(i: first.x..<end.x, j: first.y..<end.y, k: first.z..<end.z)
  }
}

extension SIMD3 where Scalar == Int {
  /// Whole numbers from doubles of any size.
  fileprivate init(_ place: SIMD3<Double>, clampedTo bound: Double) {
    let within = place.clamped(
      lowerBound: SIMD3<Double>(repeating: -bound),
      upperBound: SIMD3<Double>(repeating: bound)
    )
    self.init(Int(within.x), Int(within.y), Int(within.z))
  }
}
