internal import Foundation
public import ImageProcessing

/// What one channel shows of a CT, where a plan gives a CT several.
///
/// - SeeAlso: The windows of cwlg102's HaN-Seg entry (bone, soft, brain, stroke, and the plain HU).
public enum PlannedWindow: Hashable, Sendable {
  /// nnU-Net's normalization, by the structures' intensities.
  case foreground
  /// Hounsfield units as they are.
  case plain
  /// A range of Hounsfield units, mapped to 0…1.
  case bounds(WindowBounds)

  /// The windows that have a name, in the order that help lists them.
  public static let named: [(name: String, window: PlannedWindow)] = [
    ("ct", .foreground), ("raw", .plain),
    ("bone", .bounds(WindowBounds(lower: -1000, upper: 2000))),
    ("soft", .bounds(WindowBounds(lower: -160, upper: 350))),
    ("brain", .bounds(WindowBounds(lower: -5, upper: 65))),
    ("stroke", .bounds(WindowBounds(lower: 15, upper: 45))),
  ]

  /// A window by its name, or by its bounds as in `-160:350`.
  /// - Returns: `nil` where it is neither, or the bounds are not finite and in order.
  public init?(_ text: String) {
    if let known = Self.named.first(where: { $0.name == text.lowercased() }) {
      self = known.window
      return
    }
    let numbers = text.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
    guard numbers.count == 2, let lower = numbers[0], let upper = numbers[1] else { return nil }
    let bounds = WindowBounds(lower: lower, upper: upper)
    guard bounds.isUsable else { return nil }
    self = .bounds(bounds)
  }

  /// The channel that shows this of the scan at a place.
  func normalization(
    of source: Int,
    foreground: ForegroundIntensities
  ) -> ChannelNormalization {
    switch self {
    case .foreground: ChannelNormalization(scheme: .ct, foreground: foreground, source: source)
    case .plain: ChannelNormalization(scheme: .none, source: source)
    case .bounds(let bounds):
      ChannelNormalization(scheme: .window, window: bounds, source: source)
    }
  }
}
