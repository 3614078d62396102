public import Volumes

extension GridRestoration {
  /// Where the prepared voxels lie in the patient: i, j and k run along the network's W, H and D.
  ///
  /// Resampling keeps the crop's outer borders, so the first center moves by half the difference of
  /// the spacings. Axes that the network takes in another order than the scan stay in the network's,
  /// so that the grid may be left-handed.
  /// - Throws: `GridError` where the scan's own grid is none.
  public func preparedGrid() throws(GridError) -> VoxelGrid {
    let scale = zip(croppedSize, preparedSize).map { Double($0) / Double($1) }
    var first = SIMD3<Double>(0, 0, 0)
    var size = SIMD3<Int>(1, 1, 1)
    var spacing = SIMD3<Double>(1, 1, 1)
    var columns = [SIMD3<Double>](repeating: [0, 0, 0], count: 3)
    for axis in 0..<3 {
      let here = 2 - axis
      let there = 2 - transposeForward[axis]
      first[there] = Double(box[axis].lowerBound) + (scale[axis] - 1) / 2
      size[here] = preparedSize[axis]
      spacing[here] = originalGrid.spacing[there] * scale[axis]
      columns[here] = originalGrid.direction[column: there]
    }
    return try VoxelGrid(
      size: size,
      spacing: spacing,
      origin: originalGrid.patientFromVoxel(Point(first)).coordinates,
      direction: Matrix3(columns: columns[0], columns[1], columns[2])
    )
  }
}
