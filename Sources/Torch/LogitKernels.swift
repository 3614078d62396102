import CTorch

/// One interpolation along an axis: `(1 − weight) · source[low] + weight · source[high]`.
public struct InterpolationTap: Hashable, Sendable {
  /// The index of the first sample.
  public var low: Int
  /// The index of the second sample; often `low + 1`.
  public var high: Int
  /// The second sample's share, from 0 to 1.
  public var weight: Float

  /// A tap from its parts.
  public init(low: Int, high: Int, weight: Float) {
    self.low = low
    self.high = high
    self.weight = weight
  }

  var code: ct_tap { ct_tap(low: Int32(low), high: Int32(high), weight: weight) }
}

/// How a voxel's logits become its label.
public enum LabelDecision: Hashable, Sendable {
  /// The first largest logit wins; `labels[channel]` is written.
  case firstMaximum(labels: [UInt16])
  /// Each region whose sigmoid exceeds one half writes `labels[channel]`; later ones overwrite.
  case lastRegion(labels: [UInt16])

  /// What each channel stands for.
  public var labels: [UInt16] {
    switch self {
    case .firstMaximum(let labels), .lastRegion(let labels): labels
    }
  }

  var code: ct_decision {
    switch self {
    case .firstMaximum: CT_ARGMAX
    case .lastRegion: CT_REGIONS
    }
  }
}

/// The kernels between a network's logits and labels: fp16 values with the channels innermost.
///
/// Thin, checked wrappers of the C boundary; ``Inference`` owns the memory and the order.
public enum LogitKernels {
  /// The distance between two voxels' channels: the number of channels rounded up to 8.
  public static func channelStride(_ channels: Int) -> Int { (channels + 7) / 8 * 8 }

  /// Cuts a window out of a C-order volume `[C, D, H, W]`; what lies outside is 0.
  /// - Returns: `[1, C, d, h, w]`.
  public static func window(
    of volume: [Float],
    size: [Int],
    channels: Int,
    at start: [Int],
    size windowSize: [Int],
    type: TensorType,
    on device: ComputeDevice
  ) throws(TorchError) -> Tensor {
    precondition(volume.count == channels * size.reduce(1, *), "the volume fills its shape")
    let sizes = size.map(Int64.init)
    let starts = start.map(Int64.init)
    let windowSizes = windowSize.map(Int64.init)
    return try Tensor(
      TensorHandle("a window") {
        ct_cut_window(
          volume,
          sizes,
          Int64(channels),
          starts,
          windowSizes,
          type.code,
          device.code,
          $0
        )
      }
    )
  }

  /// Adds a window's logits to a ring of planes; see `ct_blend_window`.
  /// - Parameters:
  ///   - logits: `[1, C, d, h, w]`.
  ///   - gaussian: the weight of each voxel of the window, halves.
  ///   - sum: the ring `[ringDepth, H, W, channelStride]`, halves.
  ///   - weights: the sum of weights `[ringDepth, H, W]`, or `nil` where another fold has added them.
  ///   - volumeSize: the padded grid `[D, H, W]`.
  ///   - start: where the window begins.
  ///   - ringDepth: the planes in the ring.
  ///   - channelStride: ``channelStride(_:)`` of the channels.
  /// - Throws: ``TorchError`` where the window does not lie inside the volume.
  public static func blend(
    _ logits: Tensor,
    gaussian: [UInt16],
    into sum: UnsafeMutableBufferPointer<UInt16>,
    weights: UnsafeMutableBufferPointer<UInt16>?,
    volumeSize: [Int],
    start: [Int],
    ringDepth: Int,
    channelStride: Int
  ) throws(TorchError) {
    precondition(sum.count >= ringDepth * volumeSize[1] * volumeSize[2] * channelStride)
    precondition(weights.map { $0.count >= ringDepth * volumeSize[1] * volumeSize[2] } ?? true)
    precondition(gaussian.count == logits.shape.suffix(3).reduce(1, *))
    try check(
      ct_blend_window(
        logits.pointer,
        gaussian,
        sum.baseAddress,
        weights?.baseAddress,
        weights != nil,
        volumeSize.map(Int64.init),
        start.map(Int64.init),
        Int64(ringDepth),
        Int64(channelStride)
      ),
      "blending a window"
    )
  }

  /// Turns one plane of weighted sums (one per fold) into logits, in place in the first.
  /// - Returns: `false` where a logit is not finite.
  public static func finish(
    planes: [UnsafeMutablePointer<UInt16>],
    weights: UnsafePointer<UInt16>,
    voxels: Int,
    channels: Int,
    channelStride: Int,
    uncovered: Float
  ) throws(TorchError) -> Bool {
    let pointers: [UnsafeMutablePointer<UInt16>?] = planes
    var isFinite = true
    try check(
      ct_finish_plane(
        pointers,
        pointers.count,
        weights,
        Int64(voxels),
        Int64(channels),
        Int64(channelStride),
        uncovered,
        &isFinite
      ),
      "finishing a plane"
    )
    return isFinite
  }

  /// Two neighboring planes of finished logits and where between them an output plane lies.
  public struct PlanePair {
    let low: UnsafePointer<UInt16>
    let high: UnsafePointer<UInt16>
    let weight: Float
    let width: Int
    let channels: Int

    /// A pair of planes `[H, width, channelStride(channels)]`; `weight` is the second one's share.
    public init(
      low: UnsafePointer<UInt16>,
      high: UnsafePointer<UInt16>,
      weight: Float,
      width: Int,
      channels: Int
    ) {
      self.low = low
      self.high = high
      self.weight = weight
      self.width = width
      self.channels = channels
    }
  }

  /// Writes one output plane of labels; see `ct_restore_plane`.
  /// - Parameters:
  ///   - planes: the logits on both sides.
  ///   - rows: where each output row comes from.
  ///   - columns: where each output column comes from.
  ///   - roundsToHalf: whether interpolated logits are rounded to half precision.
  ///   - decision: how logits become labels.
  ///   - output: the first voxel of the plane.
  ///   - rowStride: how far apart output rows are.
  ///   - columnStride: how far apart output columns are.
  /// - Throws: ``TorchError``.
  public static func restore(
    _ planes: PlanePair,
    rows: [InterpolationTap],
    columns: [InterpolationTap],
    roundsToHalf: Bool,
    decision: LabelDecision,
    to output: UnsafeMutablePointer<UInt16>,
    rowStride: Int,
    columnStride: Int
  ) throws(TorchError) {
    precondition(decision.labels.count == planes.channels, "one label per channel")
    try check(
      ct_restore_plane(
        planes.low,
        planes.high,
        planes.weight,
        Int64(planes.width),
        Int64(planes.channels),
        Int64(channelStride(planes.channels)),
        rows.map(\.code),
        Int64(rows.count),
        columns.map(\.code),
        Int64(columns.count),
        roundsToHalf,
        decision.code,
        decision.labels,
        output,
        Int64(rowStride),
        Int64(columnStride)
      ),
      "restoring a plane"
    )
  }

  /// Writes one output plane of each channel's probability; see `ct_restore_probabilities`.
  public static func restoreProbabilities(
    _ planes: PlanePair,
    rows: [InterpolationTap],
    columns: [InterpolationTap],
    roundsToHalf: Bool,
    decision: LabelDecision,
    to output: UnsafeMutablePointer<Float>,
    channelStep: Int,
    rowStride: Int,
    columnStride: Int
  ) throws(TorchError) {
    try check(
      ct_restore_probabilities(
        planes.low,
        planes.high,
        planes.weight,
        Int64(planes.width),
        Int64(planes.channels),
        Int64(channelStride(planes.channels)),
        rows.map(\.code),
        Int64(rows.count),
        columns.map(\.code),
        Int64(columns.count),
        roundsToHalf,
        decision.code,
        output,
        Int64(channelStep),
        Int64(rowStride),
        Int64(columnStride)
      ),
      "restoring a plane of probabilities"
    )
  }

  /// IEEE half precision, rounded to nearest even.
  public static func halves(_ values: [Float]) -> [UInt16] {
    var result = [UInt16](repeating: 0, count: values.count)
    ct_floats_to_halves(values, &result, values.count)
    return result
  }

  /// Half precision widened to single, exactly.
  public static func floats(_ halves: [UInt16]) -> [Float] {
    var result = [Float](repeating: 0, count: halves.count)
    ct_halves_to_floats(halves, &result, halves.count)
    return result
  }
}
