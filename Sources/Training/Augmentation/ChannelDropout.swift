import Randomness

/// Leaves out whole scans: all channels that are made of one become 0 together.
///
/// Never all of them: where chance would take every scan, the one that must stay, or one drawn
/// evenly, is kept.
struct ChannelDropout: Augmentation {
  struct Draw: Codable, Hashable, Sendable {
    /// The channels that become 0.
    var channels: [Int]
  }
  var probability: Double
  /// The scan that each channel is made of; `nil` where each has its own.
  var sources: [Int]?
  /// The scans that may be left out; `nil` is all but the first.
  var optional: Set<Int>?

  func draw(channels: Int, using generator: inout SeededGenerator) -> Draw? {
    let sources = (0..<channels).map { channel in
      self.sources.flatMap { $0.indices.contains(channel) ? $0[channel] : nil } ?? channel
    }
    let scans = Set(sources).sorted()
    let candidates = scans.filter { optional?.contains($0) ?? ($0 > 0) }
    var dropped = Set(candidates.filter { _ in generator.nextUnit() < probability })
    if dropped.count == scans.count, !scans.isEmpty {
      dropped.remove(scans[generator.index(below: scans.count)])
    }
    let left = sources.indices.filter { dropped.contains(sources[$0]) }
    return left.isEmpty ? nil : Draw(channels: left)
  }

  static func apply(_ draw: Draw, to patch: inout Patch) {
    for channel in draw.channels where channel < patch.channelCount {
      patch.withChannel(channel) { $0.update(repeating: 0) }
    }
  }
}
