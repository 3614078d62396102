public import Volumes

/// The distance between the centers of mass of two masks, in mm: of their voxels' centers.
/// - Returns: `nil` where a mask is empty.
/// - Throws: ``GridMismatch`` where the masks do not lie on one grid.
/// - Complexity: O(voxels of both boxes).
public func centroidDistance(
  reference: CroppedMask,
  prediction: CroppedMask
) throws(GridMismatch) -> Double? {
  try reference.grid.requireMatch(prediction.grid)
  return centroidDistance(onOneGrid: reference, prediction)
}

func centroidDistance(onOneGrid reference: CroppedMask, _ prediction: CroppedMask) -> Double? {
  guard let a = centroid(of: reference), let b = centroid(of: prediction) else { return nil }
  return length(reference.grid.direction * (reference.grid.boundedSpacing * (b - a)))
}

/// The mean of a mask's voxel indices; `nil` where it is empty.
private func centroid(of mask: CroppedMask) -> SIMD3<Double>? {
  guard let box = mask.box else { return nil }
  // Sums within the box are whole numbers that doubles hold exactly.
  var sums = SIMD3<Int>()
  mask.voxels.withUnsafeBufferPointer { voxels in
    var row = 0
    for k in 0..<box.k.count {
      for j in 0..<box.j.count {
        var (count, along) = (0, 0)
        for i in 0..<box.i.count where voxels[row + i] != 0 {
          count += 1
          along += i
        }
        sums &+= SIMD3(along, count * j, count * k)
        row += box.i.count
      }
    }
  }
  let corner = SIMD3(box.i.lowerBound, box.j.lowerBound, box.k.lowerBound)
  return SIMD3<Double>(corner) + SIMD3<Double>(sums) / Double(mask.voxelCount)
}
