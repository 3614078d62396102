public import Volumes

/// Which intensities a picture shows, from black to white.
public struct IntensityWindow: Hashable, Sendable, Codable {
  /// The intensity shown as middle gray; HU for CT.
  public var level: Float
  /// The difference between white and black; more than 0.
  public var width: Float

  /// A window from its level and width.
  public init(level: Float, width: Float) {
    self.level = level
    self.width = max(width, .leastNormalMagnitude)
  }

  /// The usual window for soft tissue on CT: level 40 HU, width 400 HU.
  public static let softTissue = IntensityWindow(level: 40, width: 400)

  /// The window that suits a scan.
  ///
  /// CT gets ``softTissue``. Anything else, whose numbers have no unit, is shown from the 1st to the
  /// 99.5th percentile of what is not zero.
  /// - Parameters:
  ///   - scan: The scan.
  ///   - isCT: Whether it is a CT; `nil` takes a scan with air below −500 for one.
  public init(suiting scan: Volume<Float>, isCT: Bool? = nil) {
    // A sample of every n-th voxel decides: the window need not be exact.
    let step = max(1, scan.grid.count / 200_000)
    let sample = stride(from: 0, to: scan.grid.count, by: step).map { scan.voxels[$0] }
      .filter(\.isFinite).sorted()
    if isCT ?? ((sample.first ?? 0) <= -500) {
      self = .softTissue
      return
    }
    let tissue = sample.filter { $0 != 0 }
    guard let low = Self.percentile(0.01, of: tissue),
      let high = Self.percentile(0.995, of: tissue)
    else {
      self.init(level: 0, width: 1)
      return
    }
    self.init(level: (low + high) / 2, width: high - low)
  }

  private static func percentile(_ part: Double, of sorted: [Float]) -> Float? {
    sorted.isEmpty ? nil : sorted[Int(part * Double(sorted.count - 1))]
  }

  /// The gray of an intensity, 0 to 255; what is not a number is black.
  @inline(__always)
  func gray(_ intensity: Float) -> UInt8 {
    let position = (intensity - level) / width + 0.5
    return position > 0 ? UInt8((min(position, 1) * 255).rounded()) : 0
  }
}
