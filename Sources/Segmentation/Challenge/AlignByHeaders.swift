import Foundation
import ImageProcessing
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
  let threads = ProcessInfo.processInfo.activeProcessorCount
  var result = resampled(scan, onto: grid, outside: .nan, threads: threads)
  var isCovered = false
  result.withUnsafeMutableVoxels { voxels in
    for index in voxels.indices {
      if voxels[index].isNaN { voxels[index] = 0 } else { isCovered = true }
    }
  }
  guard isCovered else {
    throw .unusableScan(reason: "it lies wholly outside the CT's field of view")
  }
  return result
}
