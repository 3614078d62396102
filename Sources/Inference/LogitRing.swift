import Torch

/// Weighted sums of logits for the planes that windows still reach: a ring along axis 0.
///
/// Windows come in rows along axis 0, so a plane is final once the next row starts beyond it. One
/// window's depth of planes, plus the last finished one, is all that exists of the class × volume
/// array. Values and roundings are nnU-Net's: fp16 sums and weights, added window by window.
final class LogitRing {
  private let size: [Int]
  private let channels: Int
  private let channelStride: Int
  private let depth: Int
  private let sums: [UnsafeMutableBufferPointer<UInt16>]
  private let uncoveredLogit: Float
  private let weights: UnsafeMutableBufferPointer<UInt16>
  private(set) var finishedPlanes = 0

  /// A ring of zeros.
  /// - Parameters:
  ///   - size: the padded grid `[D, H, W]`.
  ///   - windowDepth: the size of a window along axis 0.
  ///   - channels: the number of logits per voxel.
  ///   - folds: how many networks are averaged.
  ///   - hasBackgroundChannel: whether channel 0 is what lies where no window was placed; regions
  ///     have no such channel, and none of them is there.
  init(size: [Int], windowDepth: Int, channels: Int, folds: Int, hasBackgroundChannel: Bool) {
    self.size = size
    uncoveredLogit = hasBackgroundChannel ? Self.certainty : -Self.certainty
    self.channels = channels
    channelStride = LogitKernels.channelStride(channels)
    depth = min(windowDepth + 1, size[0])
    let voxels = depth * size[1] * size[2]
    sums = (0..<folds).map { [channelStride] _ in .allocate(zeros: voxels * channelStride) }
    weights = .allocate(zeros: voxels)
  }

  deinit {
    for sum in sums { sum.deallocate() }
    weights.deallocate()
  }

  /// The number of voxels of a plane.
  private var planeVoxels: Int { size[1] * size[2] }

  /// Adds one window of one fold.
  func add(
    _ logits: Tensor,
    fold: Int,
    gaussian: [UInt16],
    at start: [Int]
  ) throws(TorchError) {
    try LogitKernels.blend(
      logits,
      gaussian: gaussian,
      into: sums[fold],
      weights: fold == 0 ? weights : nil,
      volumeSize: size,
      start: start,
      ringDepth: depth,
      channelStride: channelStride
    )
  }

  /// Finishes the planes below `plane`, in order, and hands each to `body` with the one before it.
  /// - Throws: ``InferenceError/notFinite`` where a logit overflowed.
  func finish(
    before plane: Int,
    _ body: (
      _ plane: Int, _ previous: UnsafePointer<UInt16>, _ current: UnsafePointer<UInt16>
    ) throws(TorchError) -> Void
  ) throws(InferenceError) {
    while finishedPlanes < plane {
      let current = finishedPlanes
      let slot = current % depth
      do {
        let isFinite = try LogitKernels.finish(
          planes: sums.map { pointer(in: $0, slot: slot) },
          weights: UnsafePointer(pointer(in: weights, slot: slot, stride: 1)),
          voxels: planeVoxels,
          channels: channels,
          channelStride: channelStride,
          uncovered: uncoveredLogit
        )
        guard isFinite else { throw InferenceError.notFinite }
        let previous = pointer(in: sums[0], slot: max(current - 1, 0) % depth)
        try body(current, UnsafePointer(previous), UnsafePointer(pointer(in: sums[0], slot: slot)))
      } catch let error as TorchError {
        throw .torch(error)
      } catch let error as InferenceError {
        throw error
      } catch {
        throw .notFinite
      }
      if current > 0 { clear(slot: (current - 1) % depth) }
      finishedPlanes += 1
    }
  }

  /// The magnitude of logits where no window was placed; far from any real decision.
  private static let certainty: Float = 100

  private func pointer(
    in buffer: UnsafeMutableBufferPointer<UInt16>,
    slot: Int,
    stride: Int? = nil
  ) -> UnsafeMutablePointer<UInt16> {
    let offset = slot * planeVoxels * (stride ?? channelStride)
    return UnsafeMutableBufferPointer(rebasing: buffer[offset...]).baseAddress.unsafelyUnwrapped
  }

  private func clear(slot: Int) {
    for sum in sums {
      pointer(in: sum, slot: slot).update(repeating: 0, count: planeVoxels * channelStride)
    }
    pointer(in: weights, slot: slot, stride: 1).update(repeating: 0, count: planeVoxels)
  }
}

extension UnsafeMutableBufferPointer<UInt16> {
  /// New memory of this many zeros; the caller deallocates it.
  fileprivate static func allocate(zeros count: Int) -> Self {
    let buffer = allocate(capacity: count)
    buffer.initialize(repeating: 0)
    return buffer
  }
}
