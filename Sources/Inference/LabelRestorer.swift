import Foundation
import ImageProcessing
package import Preprocessing
package import Torch
package import Volumes

/// Turns finished planes of logits into labels on the scan's own grid, plane by plane.
///
/// The way back of nnU-Net: resample each class to the cropped size (order 1, separate z where the
/// plan says so), round to half precision, take the first maximum, put the crop back into the scan
/// and undo the axis order. Here in one pass per output plane: the resampled class × volume array
/// never exists.
package final class LabelRestorer {
  private let restoration: GridRestoration
  private let decision: LabelDecision
  private let width: Int
  private let taps: [[InterpolationTap]]
  private let strides: [Int]
  private let origin: Int
  private let roundsToHalf: Bool
  private var nextPlane = 0
  package private(set) var labelMap: LabelMap
  private let probabilities: ProbabilityVolumes?

  /// A restorer for one case.
  /// - Parameters:
  ///   - restoration: the way back.
  ///   - plan: the windows, for their padding.
  ///   - decision: how logits become labels.
  ///   - probabilities: where each channel's probabilities go as well, if wanted.
  /// - Throws: ``InferenceError`` where the plan resamples logits in a way we do not.
  package init(
    _ restoration: GridRestoration,
    plan: WindowPlan,
    decision: LabelDecision,
    probabilities: ProbabilityVolumes?
  ) throws(InferenceError) {
    self.restoration = restoration
    self.decision = decision
    self.probabilities = probabilities
    width = plan.paddedSize[2]
    let isIdentity = restoration.preparedSize == restoration.croppedSize
    // PyTorch's interpolation answers in single precision; SciPy's is cast back to half.
    roundsToHalf = isIdentity || restoration.logitResampling.method != .linear
    var taps: [[InterpolationTap]] = []
    for axis in 0..<3 {
      taps.append(
        try LabelRestorer.taps(restoration, axis: axis, padding: plan.padding[axis])
      )
    }
    self.taps = taps
    let size = restoration.originalGrid.size
    let arrayStrides = [size.x * size.y, size.x, 1]
    strides = restoration.transposeForward.map { arrayStrides[$0] }
    origin = zip(restoration.box, strides).reduce(0) { $0 + $1.0.lowerBound * $1.1 }
    labelMap = LabelMap(repeating: 0, grid: restoration.originalGrid)
  }

  /// Takes the next finished plane, with the one before it, and writes what they decide.
  package func accept(
    plane: Int,
    previous: UnsafePointer<UInt16>,
    current: UnsafePointer<UInt16>
  ) throws(TorchError) {
    while nextPlane < taps[0].count, taps[0][nextPlane].high <= plane {
      let tap = taps[0][nextPlane]
      let pair = LogitKernels.PlanePair(
        low: tap.low == plane ? current : previous,
        high: tap.high == plane ? current : previous,
        weight: tap.weight,
        width: width,
        channels: decision.labels.count
      )
      let first = origin + nextPlane * strides[0]
      try labelMap.withUnsafeMutableVoxels { voxels throws(TorchError) in
        try LogitKernels.restore(
          pair,
          rows: taps[1],
          columns: taps[2],
          roundsToHalf: roundsToHalf,
          decision: decision,
          to: UnsafeMutableBufferPointer(rebasing: voxels[first...]).baseAddress.unsafelyUnwrapped,
          rowStride: strides[1],
          columnStride: strides[2]
        )
      }
      if let probabilities {
        try LogitKernels.restoreProbabilities(
          pair,
          rows: taps[1],
          columns: taps[2],
          roundsToHalf: roundsToHalf,
          decision: decision,
          to: probabilities.values + first,
          channelStep: probabilities.voxelCount,
          rowStride: strides[1],
          columnStride: strides[2]
        )
      }
      nextPlane += 1
    }
  }

  /// The taps of one axis: for each voxel of the cropped scan, where its logits come from.
  static func taps(
    _ restoration: GridRestoration,
    axis: Int,
    padding: Int
  ) throws(InferenceError) -> [InterpolationTap] {
    let source = restoration.preparedSize[axis]
    let target = restoration.croppedSize[axis]
    let rule = restoration.logitResampling
    if restoration.preparedSize == restoration.croppedSize {
      return (0..<target).map { InterpolationTap(low: $0 + padding, high: $0 + padding, weight: 0) }
    }
    guard rule.method != .identity else {
      throw .sizesDiffer(prepared: restoration.preparedSize, scan: restoration.croppedSize)
    }
    let order =
      rule.method == .linear
      ? (axis == restoration.separateAxis ? 0 : 1)
      : (axis == restoration.separateAxis ? rule.orderZ : rule.order)
    guard order == 0 || order == 1 else { throw .unsupportedLogitResampling(order: order) }
    let scale = Double(source) / Double(target)
    return (0..<target).map { index in
      // Voxel centers at whole numbers, edges aligned: SciPy's grid mode, mode "nearest".
      let position = min(max((Double(index) + 0.5) * scale - 0.5, 0), Double(source - 1))
      let low = order == 0 ? Int((position + 0.5).rounded(.down)) : Int(position.rounded(.down))
      let weight = order == 0 ? 0 : Float(position - Double(low))
      let high = weight == 0 ? low : min(low + 1, source - 1)
      return InterpolationTap(low: low + padding, high: high + padding, weight: weight)
    }
  }
}
