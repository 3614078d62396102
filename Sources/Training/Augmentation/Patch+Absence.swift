extension Patch {
  /// The channels of scans of which the patch shows nothing.
  /// - Parameters:
  ///   - sources: For each channel the scan that it is made of.
  ///   - isConstantAbsent: Whether a scan whose voxels span less than a thousandth shows nothing, as
  ///     M3-Net takes it; else all of them are 0.
  /// - Returns: Their places, in order.
  func absentChannels(sources: [Int], isConstantAbsent: Bool) -> [Int] {
    let count = voxelCount
    let shown = sources.indices.filter { channel in
      guard channel < channelCount else { return false }
      var (low, high) = (Float.infinity, -Float.infinity)
      for voxel in image[channel * count..<(channel + 1) * count] {
        low = min(low, voxel)
        high = max(high, voxel)
      }
      return isConstantAbsent ? high - low > 1e-3 : low != 0 || high != 0
    }
    let scans = Set(shown.map { sources[$0] })
    return sources.indices.filter { $0 < channelCount && !scans.contains(sources[$0]) }
  }
}
