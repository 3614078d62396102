import Volumes

/// A scan on another scan's grid, put where the two files' headers say; between voxels linearly.
///
/// - Parameters:
///   - scan: The scan to move.
///   - grid: Where it is wanted.
/// - Returns: The scan there; 0 outside its own field of view.
/// - Throws: ``ChallengeError/unusableScan(reason:)`` where it has one value everywhere, values that
///   are not finite, or no voxel of the grid lies in it.
func alignedByHeaders(
  _ scan: Volume<Float>,
  onto grid: VoxelGrid
) throws(ChallengeError) -> Volume<Float> {
  guard let first = scan.voxels.first, scan.voxels.contains(where: { $0 != first }) else {
    throw .unusableScan(reason: "it has one value everywhere")
  }
  guard scan.voxels.allSatisfy(\.isFinite) else {
    throw .unusableScan(reason: "some of its voxels are not finite")
  }
  let map = grid.patientFromVoxel.then(scan.grid.voxelFromPatient)
  let size = scan.grid.size
  let last = SIMD3<Double>(size &- 1)
  var result = Volume<Float>(repeating: 0, grid: grid)
  var covered = 0
  result.withUnsafeMutableVoxels { target in
    scan.withUnsafeVoxels { source in
      var index = 0
      for k in 0..<grid.size.z {
        for j in 0..<grid.size.y {
          var place = map(Point(0, Double(j), Double(k))).coordinates
          for _ in 0..<grid.size.x {
            // Half a voxel around the outermost centers belongs to the scan.
            if all(place .> -0.5) && all(place .< last + 0.5) {
              target[index] = linear(
                place.clamped(lowerBound: .zero, upperBound: last),
                source,
                size
              )
              covered += 1
            }
            place += map.linear.x
            index += 1
          }
        }
      }
    }
  }
  guard covered > 0 else {
    throw .unusableScan(reason: "it lies wholly outside the CT's field of view")
  }
  return result
}

private func linear(
  _ place: SIMD3<Double>,
  _ voxels: UnsafeBufferPointer<Float>,
  _ size: SIMD3<Int>
) -> Float {
  let low = SIMD3<Int>(Int(place.x), Int(place.y), Int(place.z))
  let part = SIMD3<Float>(place - SIMD3<Double>(low))
  var value: Float = 0
  for corner in 0..<8 {
    let offset = SIMD3<Int>(corner & 1, corner >> 1 & 1, corner >> 2)
    var weight: Float = 1
    for axis in 0..<3 { weight *= offset[axis] == 1 ? part[axis] : 1 - part[axis] }
    guard weight > 0 else { continue }
    let voxel = low &+ offset
    value += weight * voxels[voxel.x + size.x * (voxel.y + size.y * voxel.z)]
  }
  return value
}
