public import Volumes

/// The 48 ways to lay three voxel axes along the patient's axes: 6 permutations × 8 signs.
public let allOrientations: [Matrix3] = {
  let permutations = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
  return permutations.flatMap { axes in
    (0..<8).map { signs in
      let columns = axes.enumerated().map { position, axis in
        var column = SIMD3<Double>(0, 0, 0)
        column[axis] = signs & (1 << position) == 0 ? 1 : -1
        return column
      }
      return Matrix3(columns: columns[0], columns[1], columns[2])
    }
  }
}()
