public import Foundation

/// Each channel's probability at each voxel of the scan, in a file that is mapped into memory.
///
/// `[channel][k][j][i]`. 31 classes of a 512×512×120 scan are 3.9 GB, so the system may write the
/// pages out; the file has no name any more once it is mapped and goes with the value.
public final class ProbabilityVolumes {
  /// The number of voxels of each channel.
  public let voxelCount: Int
  /// The number of channels.
  public let channelCount: Int
  let values: UnsafeMutablePointer<Float>

  /// Zeros, or for a softmax 1 in channel 0 (what lies outside the crop is background).
  /// - Returns: `nil` where the folder cannot hold the file.
  public init?(voxelCount: Int, channelCount: Int, hasBackgroundChannel: Bool, in folder: URL) {
    let bytes = voxelCount * channelCount * MemoryLayout<Float>.stride
    let path = folder.appending(path: ".delineate-\(UUID().uuidString).probabilities").path
    let file = open(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
    guard file >= 0 else { return nil }
    defer { close(file) }
    unlink(path)
    guard posix_fallocate(file, 0, bytes) == 0,
      let memory = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0),
      memory != MAP_FAILED
    else { return nil }
    self.voxelCount = voxelCount
    self.channelCount = channelCount
    values = memory.bindMemory(to: Float.self, capacity: voxelCount * channelCount)
    if hasBackgroundChannel { values.update(repeating: 1, count: voxelCount) }
  }

  deinit { munmap(values, voxelCount * channelCount * MemoryLayout<Float>.stride) }

  /// One channel's probabilities, `i` fastest.
  public func channel(_ index: Int) -> [Float] {
    precondition((0..<channelCount).contains(index), "a channel of the network")
    return Array(UnsafeBufferPointer(start: values + index * voxelCount, count: voxelCount))
  }
}
