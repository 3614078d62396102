package import Volumes

/// What one pass over a volume tells about its zeros and its unusable values.
package struct IntensityCensus: Hashable, Sendable {
  /// The smallest box that holds every voxel that is not zero; `nil` where all are.
  package var nonzeroBox: VoxelBox?
  /// The number of voxels that are zero.
  package var zeroCount: Int
  /// The number of voxels that are NaN or infinite.
  package var nonfiniteCount: Int

  /// Counts the voxels of a volume.
  package init(of volume: Volume<Float>, threads: Int) {
    let size = volume.grid.size
    var slices = [IntensityCensus](repeating: .init(), count: size.z)
    volume.withUnsafeVoxels { voxels in
      slices.withUnsafeMutableBufferPointer { slices in
        guard let voxels = voxels.baseAddress, let slices = slices.baseAddress else { return }
        let source = SharedPointer(UnsafeMutablePointer(mutating: voxels))
        let results = SharedPointer(slices)
        concurrently(size.z, threads: threads) { tickets in
          while let k = tickets.next() {
            var census = IntensityCensus()
            for j in 0..<size.y {
              census.count(source.pointer + (k * size.y + j) * size.x, size.x, j: j, k: k)
            }
            results.pointer[k] = census
          }
        }
      }
    }
    self = slices.reduce(into: IntensityCensus()) { total, slice in
      total.zeroCount += slice.zeroCount
      total.nonfiniteCount += slice.nonfiniteCount
      total.add(slice.nonzeroBox)
    }
  }

  private init() {
    nonzeroBox = nil
    zeroCount = 0
    nonfiniteCount = 0
  }

  private mutating func add(_ box: VoxelBox?) {
    guard let box else { return }
    nonzeroBox = nonzeroBox.map { $0.union(box) } ?? box
  }

  private mutating func count(
    _ row: UnsafeMutablePointer<Float>,
    _ length: Int,
    j: Int,
    k: Int
  ) {
    var zeros = 0
    var nonfinite = 0
    for i in 0..<length {
      let bits = row[i].bitPattern
      zeros &+= bits << 1 == 0 ? 1 : 0
      nonfinite &+= bits & 0x7F80_0000 == 0x7F80_0000 ? 1 : 0
    }
    zeroCount += zeros
    nonfiniteCount += nonfinite
    guard zeros < length else { return }
    var first = 0
    while row[first] == 0 { first += 1 }
    var end = length
    while row[end - 1] == 0 { end -= 1 }
    add(VoxelBox(i: first..<end, j: j..<j + 1, k: k..<k + 1))
  }
}

/// The voxels where any channel is not zero, holes filled: nnU-Net's `create_nonzero_mask`.
///
/// - Parameter channels: Volumes of one size, at least one.
/// - Returns: A mask on the first channel's grid.
package func nonzeroMask(of channels: [Volume<Float>]) -> Mask {
  var mask = channels[0].map { $0 != 0 }
  for channel in channels.dropFirst() {
    mask.withUnsafeMutableVoxels { inside in
      channel.withUnsafeVoxels { voxels in
        for index in inside.indices where voxels[index] != 0 { inside[index] = true }
      }
    }
  }
  return mask.fillingHoles()
}
