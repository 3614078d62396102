public import Volumes

/// Why a scan could not be prepared for a network.
public enum PreparationError: Error, Hashable {
  /// The number of scans is not the number of the model's channels.
  case channelCount(expected: Int, found: Int)
  /// A channel, or the previous stage's labels (`nil`), do not lie on the first channel's grid.
  case gridMismatch(channel: Int?, GridMismatch)
  /// Voxels of a channel are NaN or infinite.
  case notFinite(channel: Int, count: Int)
  /// Every voxel of every channel is zero.
  case empty
  /// A plan's axes are not a permutation of 0, 1, 2 with three positive spacings.
  case unusablePlan(transposeForward: [Int], spacing: [Double])
  /// A plan asks for a spline order that is not known: 0, 1 and 3 for images, 0 and 1 for labels.
  case unsupportedOrder(Int, supported: [Int])
  /// The plan normalizes a channel as CT without the training set's intensities.
  case missingForeground(channel: Int)
  /// The plan shows a channel through a window without its bounds, or with impossible ones.
  case missingWindow(channel: Int)
  /// A channel to be divided by 255 has values outside 0 to 255.
  case outsideRGB(channel: Int, lowest: Float, highest: Float)
  /// On the plan's spacing an axis would have no voxel or too many, or the scan would not fit in memory;
  /// the sizes are those of the prepared grid, the bound in bytes.
  case unusableSize(prepared: [Double], bytes: Double, limit: Int)
  /// The network needs a previous stage's labels and got none.
  case missingPreviousLabels
  /// A label map to train on holds a class beyond the largest that is stored.
  case tooLargeClass(UInt16, limit: UInt8)
}

extension PreparationError: CustomStringConvertible {
  /// One sentence: what, where, and what was expected.
  public var description: String {
    switch self {
    case .channelCount(let expected, let found):
      "Preparation: the model takes \(expected) scan(s), \(found) given."
    case .gridMismatch(let channel, let mismatch):
      "Preparation: \(channel.map { "channel \($0)" } ?? "the previous stage's label map") does not "
        + "lie on the first channel's grid: \(mismatch)"
    case .notFinite(let channel, let count):
      "Preparation: \(count) voxel(s) of channel \(channel) are NaN or infinite; "
        + "all must be finite."
    case .empty:
      "Preparation: every voxel of the scan is zero; there is nothing to segment."
    case .unusablePlan(let transposeForward, let spacing):
      "Preparation: the plan's axes \(transposeForward) and spacing \(spacing) are not a permutation "
        + "of 0, 1, 2 with three positive spacings in mm."
    case .unsupportedOrder(let order, let supported):
      "Preparation: the plan resamples with splines of order \(order), "
        + "where the orders \(supported) are known."
    case .missingForeground(let channel):
      "Preparation: the plan normalizes channel \(channel) as CT but lacks the training set's "
        + "intensities."
    case .missingWindow(let channel):
      "Preparation: the plan shows channel \(channel) through a window that lacks two finite bounds, "
        + "the lower one first."
    case .outsideRGB(let channel, let lowest, let highest):
      "Preparation: channel \(channel) has values from \(lowest) to \(highest); "
        + "RGB channels hold 0 to 255."
    case .unusableSize(let prepared, let bytes, let limit):
      "Preparation: on the plan's spacing the scan would have "
        + "\(prepared.map { $0.formatted }.joined(separator: "×")) voxels (\(bytes.formatted) bytes); "
        + "each axis needs 1 to 65536 voxels, and \(limit) bytes are the limit."
    case .missingPreviousLabels:
      "Preparation: the network refines a previous stage's labels, but none were given."
    case .tooLargeClass(let label, let limit):
      "Preparation: the label map holds the class \(label), where \(limit) is the largest."
    }
  }
}

extension Double {
  /// A whole number without decimals where it fits, else as Swift writes it.
  fileprivate var formatted: String { Int(exactly: self).map(String.init) ?? String(self) }
}
