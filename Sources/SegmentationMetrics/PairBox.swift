import Volumes

/// Both masks of a pair over one box around both, with a margin of one empty voxel on every side:
/// outside the scan nothing is contoured, so a structure that touches the border has its surface
/// there.
struct PairBox {
  /// The number of voxels along i, j and k, margin included.
  let size: SIMD3<Int>
  /// The reference's voxels, `i` fastest: 1 inside, 0 outside.
  let reference: [UInt8]
  /// The prediction's voxels in the same way.
  let prediction: [UInt8]

  /// The box of two masks on one grid; `nil` where both are empty.
  init?(reference: CroppedMask, prediction: CroppedMask) {
    let boxes = [reference.box, prediction.box].compactMap { $0 }
    guard var box = boxes.first else { return nil }
    for other in boxes.dropFirst() { box = box.union(other) }
    size = box.size &+ 2
    self.reference = placed(reference, in: box, size: size)
    self.prediction = placed(prediction, in: box, size: size)
  }
}

extension VoxelGrid {
  /// Requires that another mask lies on this grid.
  func requireMatch(_ other: VoxelGrid) throws(GridMismatch) {
    guard matches(other) else { throw GridMismatch(expected: self, found: other) }
  }

  /// The spacing in mm, kept within bounds that no patient's scan comes near, so that whatever a
  /// header claims no square and no volume overflows or vanishes: metrics are never NaN.
  var boundedSpacing: SIMD3<Double> {
    spacing.clamped(lowerBound: SIMD3(repeating: 1e-50), upperBound: SIMD3(repeating: 1e50))
  }
}

/// A mask's voxels within a larger box and its margin.
private func placed(_ mask: CroppedMask, in box: VoxelBox, size: SIMD3<Int>) -> [UInt8] {
  var result = [UInt8](repeating: 0, count: size.x * size.y * size.z)
  guard let own = mask.box else { return result }
  result.withUnsafeMutableBufferPointer { target in
    mask.voxels.withUnsafeBufferPointer { source in
      guard var from = source.baseAddress, let target = target.baseAddress else { return }
      for k in own.k {
        for j in own.j {
          let row = (k - box.k.lowerBound + 1) * size.y + (j - box.j.lowerBound + 1)
          let to = target + row * size.x + (own.i.lowerBound - box.i.lowerBound + 1)
          for i in 0..<own.i.count { to[i] = min(from[i], 1) }
          from += own.i.count
        }
      }
    }
  }
  return result
}

/// Calls `body` with the place of every byte that is neither 0 nor `full`, in order.
///
/// Eight bytes are looked at together: most of a structure's box lies far from its surface.
func forEachPlace(
  in bytes: UnsafeBufferPointer<UInt8>,
  without full: UInt8,
  _ body: (Int) -> Void
) {
  guard let start = bytes.baseAddress else { return }
  let words = UnsafeRawPointer(start)
  let allFull = UInt64(full) &* 0x0101_0101_0101_0101
  var place = 0
  while place + 8 <= bytes.count {
    let word = words.loadUnaligned(fromByteOffset: place, as: UInt64.self)
    if word != 0, word != allFull {
      for offset in place..<(place + 8) where bytes[offset] != 0 && bytes[offset] != full {
        body(offset)
      }
    }
    place += 8
  }
  while place < bytes.count {
    if bytes[place] != 0, bytes[place] != full { body(place) }
    place += 1
  }
}
