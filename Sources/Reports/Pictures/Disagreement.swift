import Volumes

/// Where two contours of one structure differ most.
struct Disagreement: Sendable {
  /// The center of the voxel of largest disagreement, in patient coordinates, mm.
  let place: SIMD3<Double>
  /// The corners of the box around both contours along the patient's axes, in mm.
  let low: SIMD3<Double>
  let high: SIMD3<Double>

  /// The side of the cube in which differing voxels are counted, in mm.
  private static let cubeSide = 10.0

  /// Finds the differing voxel with the most differing volume in the centimeter cube around it;
  /// where the contours are equal, the middle of their voxels.
  /// - Returns: `nil` where both are empty.
  init?(_ reference: CroppedMask, _ prediction: CroppedMask) {
    let boxes = [reference.box, prediction.box].compactMap(\.self)
    guard let first = boxes.first else { return nil }
    let box = boxes.dropFirst().reduce(first) { $0.union($1) }
    let grid = reference.grid
    var differs: [Int32] = []
    differs.reserveCapacity(box.count)
    for k in box.k {
      for j in box.j {
        for i in box.i { differs.append(reference[i, j, k] != prediction[i, j, k] ? 1 : 0) }
      }
    }
    let reach = (0..<3).map { Int((Self.cubeSide / 2 / grid.spacing[$0]).rounded()) }
    let size = box.size
    var sums = differs
    for axis in 0..<3 { sums = Self.sums(sums, size: size, axis: axis, reach: reach[axis]) }
    var best = -1
    for index in sums.indices where differs[index] == 1 {
      if best < 0 || sums[index] > sums[best] { best = index }
    }
    if best < 0 {
      // Equal contours share their box.
      let inside = reference.voxels.indices.filter { reference.voxels[$0] != 0 }
      best = inside[inside.count / 2]
    }
    let voxel = SIMD3(
      box.i.lowerBound + best % size.x,
      box.j.lowerBound + best / size.x % size.y,
      box.k.lowerBound + best / (size.x * size.y)
    )
    let map = grid.patientFromVoxel
    place = map(Point(SIMD3<Double>(voxel))).coordinates
    let least = SIMD3(box.i.lowerBound, box.j.lowerBound, box.k.lowerBound)
    let corners = (0..<8).map { corner in
      var index = SIMD3<Double>(least) - 0.5
      for axis in 0..<3 where corner >> axis & 1 == 1 { index[axis] += Double(size[axis]) }
      return map(Point(index)).coordinates
    }
    low = corners.dropFirst().reduce(corners[0], pointwiseMin)
    high = corners.dropFirst().reduce(corners[0], pointwiseMax)
  }

  /// Sums over a window of voxels along one axis, by running sums.
  private static func sums(
    _ values: [Int32],
    size: SIMD3<Int>,
    axis: Int,
    reach: Int
  ) -> [Int32] {
    let stride = axis == 0 ? 1 : axis == 1 ? size.x : size.x * size.y
    let count = size[axis]
    var result = values
    for start in values.indices where (start / stride) % count == 0 {
      var sum: Int32 = 0
      for place in 0..<min(reach, count) { sum += values[start + place * stride] }
      for place in 0..<count {
        if place + reach < count { sum += values[start + (place + reach) * stride] }
        if place - reach - 1 >= 0 { sum -= values[start + (place - reach - 1) * stride] }
        result[start + place * stride] = sum
      }
    }
    return result
  }
}
