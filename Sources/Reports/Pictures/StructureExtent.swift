import Volumes

/// Where one structure lies in a label map.
struct StructureExtent: Sendable {
  /// The number of its voxels.
  let voxelCount: Int
  /// The mean of its voxels' centers, in patient coordinates, mm.
  let centroid: SIMD3<Double>
  /// The center of the voxel that lies nearest to the centroid.
  let nearestVoxel: SIMD3<Double>
  /// The corners of the box around its voxels along the patient's axes, in mm.
  let low: SIMD3<Double>
  let high: SIMD3<Double>

  /// The extents of all labels of a map, background left out.
  static func all(in labels: LabelMap) -> [UInt16: StructureExtent] {
    var sums: [UInt16: Sums] = [:]
    labels.forEachRun { label, i, j, k in sums[label, default: Sums()].add(i, j, k) }
    let means = sums.mapValues(\.mean)
    var nearest: [UInt16: (distance: Double, voxel: SIMD3<Double>)] = [:]
    labels.forEachRun { label, range, j, k in
      guard let mean = means[label] else { return }
      let i = min(max(mean.x.rounded(), Double(range.lowerBound)), Double(range.upperBound - 1))
      let voxel = SIMD3(i, Double(j), Double(k))
      let distance = length((voxel - mean) * labels.grid.spacing)
      if distance < nearest[label]?.distance ?? .infinity { nearest[label] = (distance, voxel) }
    }
    let map = labels.grid.patientFromVoxel
    var result: [UInt16: StructureExtent] = [:]
    for (label, sums) in sums {
      let corners = (0..<8).map { corner in
        let index = SIMD3<Double>(
          Double(corner & 1 == 0 ? sums.low.x : sums.high.x),
          Double(corner & 2 == 0 ? sums.low.y : sums.high.y),
          Double(corner & 4 == 0 ? sums.low.z : sums.high.z)
        )
        return map(Point(index)).coordinates
      }
      result[label] = StructureExtent(
        voxelCount: sums.count,
        centroid: map(Point(sums.mean)).coordinates,
        nearestVoxel: map(Point(nearest[label]?.voxel ?? sums.mean)).coordinates,
        low: corners.reduce(corners[0], pointwiseMin),
        high: corners.reduce(corners[0], pointwiseMax)
      )
    }
    return result
  }

  private struct Sums {
    var count = 0
    var low = SIMD3<Int>(repeating: .max)
    var high = SIMD3<Int>(repeating: .min)
    var total = SIMD3<Double>(repeating: 0)
    var mean: SIMD3<Double> { total / Double(count) }

    mutating func add(_ i: Range<Int>, _ j: Int, _ k: Int) {
      let middle = Double(i.lowerBound + i.upperBound - 1) / 2
      total += SIMD3(middle, Double(j), Double(k)) * Double(i.count)
      count += i.count
      low = pointwiseMin(low, SIMD3(i.lowerBound, j, k))
      high = pointwiseMax(high, SIMD3(i.upperBound - 1, j, k))
    }
  }
}
