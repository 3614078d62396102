import CTorch

// Channels, masks and gates, with gradients, on 5D tensors `[N, C, D, H, W]`.
extension Tensor {
  /// Some of the channels.
  /// - Throws: ``TorchError`` where they are not there.
  public func channels(_ range: Range<Int>) throws(TorchError) -> Tensor {
    let (first, count) = (Int64(range.lowerBound), Int64(range.count))
    return try Tensor(TensorHandle("channels \(range)") { ct_channels(pointer, first, count, $0) })
  }

  /// Tensors joined by their channels, in order.
  /// - Throws: ``TorchError`` where their sizes differ.
  public static func joined(_ parts: [Tensor]) throws(TorchError) -> Tensor {
    let pointers = parts.map { Optional($0.pointer) }
    return try withExtendedLifetime(parts) { () throws(TorchError) in
      try Tensor(TensorHandle("joining channels") { ct_join(pointers, pointers.count, $0) })
    }
  }

  /// The mean of each channel over D, H and W: `[N, C, 1, 1, 1]`.
  public func spatialMean() throws(TorchError) -> Tensor { try map(CT_SPATIAL_MEAN, "a mean") }

  /// The mean over the channels: `[N, 1, D, H, W]`.
  public func channelMean() throws(TorchError) -> Tensor { try map(CT_CHANNEL_MEAN, "a mean") }

  /// The largest of the channels: `[N, 1, D, H, W]`.
  public func channelMaximum() throws(TorchError) -> Tensor {
    try map(CT_CHANNEL_MAXIMUM, "a maximum")
  }

  /// The sum of each channel over D, H and W: `[N, C, 1, 1, 1]`.
  public func spatialSum() throws(TorchError) -> Tensor { try map(CT_SPATIAL_SUM, "a sum") }

  /// The mean of each channel over D, H and W, and its maximum beside it: `[N, C, 2, 1, 1]`.
  public func pooledTwice() throws(TorchError) -> Tensor {
    try map(CT_POOLED_TWICE, "a mean and a maximum")
  }

  /// The largest voxel of each block of `stride` voxels.
  /// - Throws: ``TorchError`` where a size is no multiple of its stride.
  public func blockMaxima(stride: [Int]) throws(TorchError) -> Tensor {
    let factors = try Self.factors(stride)
    return try Tensor(TensorHandle("block maxima") { ct_block_maxima(pointer, factors, $0) })
  }

  /// Probabilities of the channels from logits.
  public func softmax() throws(TorchError) -> Tensor { try map(CT_SOFTMAX, "softmax") }

  /// Zero where an element is below.
  public func rectified() throws(TorchError) -> Tensor { try map(CT_RECTIFY, "max(x, 0)") }

  /// For each sample 1 where some channel's voxels differ by more than a thousandth, else 0:
  /// `[N, 1, 1, 1, 1]`.
  ///
  /// Intensities are normalized, so a scan differs by more; rounding does not. Without a gradient.
  public func presence() throws(TorchError) -> Tensor { try map(CT_PRESENCE, "a presence") }

  /// How alike the places of this tensor and another one's near them are, as a cost volume.
  ///
  /// For each of the (2 · radius + 1)³ shifts `o`, the last axis fastest, the mean over the channels of
  /// `a(p) · b(p + o)`, 0 outside (Dosovitskiy et al., ICCV 2015; Sun et al., CVPR 2018).
  /// - Parameters:
  ///   - other: Of the same shape `[N, C, D, H, W]`.
  ///   - radius: From 0 to 4 voxels.
  /// - Returns: `[N, (2 · radius + 1)³, D, H, W]`, with gradients to both.
  /// - Throws: ``TorchError`` where shapes differ or the radius is another.
  public func correlation(with other: Tensor, radius: Int) throws(TorchError) -> Tensor {
    try Tensor(
      TensorHandle("a correlation") { ct_correlation(pointer, other.pointer, Int64(radius), $0) }
    )
  }

  /// `x · (base + sigmoid(gate))`; the gate is broadcast.
  public func gated(by gate: Tensor, base: Double) throws(TorchError) -> Tensor {
    try Tensor(TensorHandle("a gate") { ct_gate(pointer, gate.pointer, base, $0) })
  }

  /// `scale` times as many voxels along D, H and W, trilinear; voxels' borders stay in place.
  public func enlarged(by scale: [Int]) throws(TorchError) -> Tensor {
    let factors = try Self.factors(scale)
    return try Tensor(TensorHandle("enlarging") { ct_enlarge(pointer, factors, $0) })
  }

  /// Sums of the channels that belong together: `[N, count, D, H, W]`.
  /// - Parameters:
  ///   - groups: For each channel the group it is added to; negative for none.
  ///   - count: The number of groups.
  /// - Returns: The sums, with their gradients.
  /// - Throws: ``TorchError`` where there is not one group a channel.
  public func groupSums(_ groups: [Int], count: Int) throws(TorchError) -> Tensor {
    let numbers = groups.map { Int64($0) }
    return try Tensor(
      TensorHandle("sums of channels") {
        ct_group_sums(pointer, numbers, numbers.count, Int64(count), $0)
      }
    )
  }

  private func map(
    _ operation: ct_channel_operation,
    _ name: String
  ) throws(TorchError) -> Tensor {
    try Tensor(TensorHandle(name) { ct_channel_map(operation, pointer, $0) })
  }

  /// Three factors as the C boundary takes them.
  static func factors(_ scale: [Int]) throws(TorchError) -> [Int64] {
    guard scale.count == 3, scale.allSatisfy({ (1...65536).contains($0) }) else {
      throw .invalidArgument(operation: "a scale", reason: "\(scale), expected three factors")
    }
    return scale.map { Int64($0) }
  }
}
