extension PreparedCase {
  /// The channels whose voxels span less than a thousandth: they show nothing.
  public var constantChannels: [Int] {
    let count = size.reduce(1, *)
    return (0..<channelCount).filter { channel in
      var (low, high) = (Float.infinity, -Float.infinity)
      voxels.withUnsafeBufferPointer { voxels in
        for voxel in voxels[channel * count..<(channel + 1) * count] {
          low = min(low, voxel)
          high = max(high, voxel)
        }
      }
      return !(high - low > 1e-3)
    }
  }

  /// The case with 0 in all channels that show nothing.
  ///
  /// Windows that reach beyond the case see 0 there, so that such a channel stays constant in them.
  public func withoutConstantChannels() -> PreparedCase {
    let constant = constantChannels
    guard !constant.isEmpty else { return self }
    var voxels = voxels
    let count = size.reduce(1, *)
    for channel in constant {
      for index in channel * count..<(channel + 1) * count { voxels[index] = 0 }
    }
    return PreparedCase(
      channelCount: channelCount,
      size: size,
      voxels: voxels,
      restoration: restoration
    )
  }
}
