public import Volumes

/// A scan on another grid, by where both lie in the patient: trilinear between its voxels.
///
/// A voxel whose center lies more than half a voxel beyond the scan's outermost centers has the value
/// `outside`; up to there the outermost voxels count.
/// - Parameters:
///   - volume: The scan.
///   - grid: Where its voxels are wanted.
///   - outside: The value where the scan has nothing.
///   - threads: How many threads work; the result does not depend on it.
/// - Returns: A volume on `grid`.
public func resampled(
  _ volume: Volume<Float>,
  onto grid: VoxelGrid,
  outside: Float,
  threads: Int
) -> Volume<Float> {
  var result = Volume<Float>(repeating: outside, grid: grid)
  let indices = grid.patientFromVoxel.then(volume.grid.voxelFromPatient)
  let (size, source) = (grid.size, volume.grid.size)
  result.withUnsafeMutableVoxels { target in
    volume.withUnsafeVoxels { voxels in
      guard let output = target.baseAddress, let input = voxels.baseAddress else { return }
      let written = SharedPointer(output)
      let read = SharedPointer(UnsafeMutablePointer(mutating: input))
      concurrently(size.z, threads: threads) { tickets in
        let reader = TrilinearReader(voxels: read.pointer, size: source)
        while let k = tickets.next() {
          for j in 0..<size.y {
            let row = written.pointer + size.x * (j + size.y * k)
            for i in 0..<size.x {
              let place = indices(Point(Double(i), Double(j), Double(k))).coordinates
              if let value = reader.value(at: place) { row[i] = value }
            }
          }
        }
      }
    }
  }
  return result
}

/// Reads a volume between its voxels.
private struct TrilinearReader {
  let voxels: UnsafeMutablePointer<Float>
  let size: SIMD3<Int>

  func value(at place: SIMD3<Double>) -> Float? {
    var low = SIMD3<Int>.zero
    var share = SIMD3<Double>.zero
    for axis in 0..<3 {
      let last = Double(size[axis] - 1)
      // Written so that a place that is not a number lies outside.
      guard place[axis] >= -0.5, place[axis] <= last + 0.5 else { return nil }
      let inside = min(max(place[axis], 0), last)
      low[axis] = min(Int(inside), max(size[axis] - 2, 0))
      share[axis] = inside - Double(low[axis])
    }
    var sum = 0.0
    for corner in 0..<8 {
      var index = 0
      var weight = 1.0
      for axis in (0..<3).reversed() {
        let isNext = corner >> axis & 1 == 1
        weight *= isNext ? share[axis] : 1 - share[axis]
        index = index * size[axis] + min(low[axis] + (isNext ? 1 : 0), size[axis] - 1)
      }
      if weight > 0 { sum += weight * Double(voxels[index]) }
    }
    return Float(sum)
  }
}
