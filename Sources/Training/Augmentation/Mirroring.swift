import Randomness

/// Mirrors the patch along axes, each with probability ½.
///
/// - SeeAlso: batchgeneratorsv2, `MirrorTransform`; nnU-Net does not exchange sides, see
///   ``Patch/exchangeSides(_:)``.
struct Mirroring: Augmentation {
  struct Draw: Codable, Hashable, Sendable {
    /// The mirrored axes: 0, 1 or 2.
    var axes: [Int]
  }
  var axes: [Int]

  func draw(channels: Int, using generator: inout SeededGenerator) -> Draw? {
    let drawn = axes.filter { _ in generator.nextUnit() < 0.5 }
    return drawn.isEmpty ? nil : Draw(axes: drawn)
  }

  static func apply(_ draw: Draw, to patch: inout Patch) {
    let size = patch.size
    let axes = Set(draw.axes)
    for channel in 0..<patch.channelCount {
      patch.withChannel(channel) { mirror($0, size, axes) }
    }
    patch.labels.withUnsafeMutableBufferPointer { mirror($0, size, axes) }
  }

  private static func mirror<Scalar>(
    _ voxels: UnsafeMutableBufferPointer<Scalar>,
    _ size: [Int],
    _ axes: Set<Int>
  ) {
    guard let base = voxels.baseAddress else { return }
    let width = size[2]
    func exchange(_ first: Int, _ second: Int, count: Int) {
      for index in 0..<count {
        let value = base[first + index]
        base[first + index] = base[second + index]
        base[second + index] = value
      }
    }
    let plane = size[1] * width
    if axes.contains(0) {
      for d in 0..<size[0] / 2 { exchange(d * plane, (size[0] - 1 - d) * plane, count: plane) }
    }
    if axes.contains(1) {
      for d in 0..<size[0] {
        for h in 0..<size[1] / 2 {
          exchange(d * plane + h * width, d * plane + (size[1] - 1 - h) * width, count: width)
        }
      }
    }
    if axes.contains(2) {
      for row in 0..<size[0] * size[1] {
        let first = base + row * width
        for w in 0..<width / 2 {
          let value = first[w]
          first[w] = first[width - 1 - w]
          first[width - 1 - w] = value
        }
      }
    }
  }
}

extension Patch {
  /// Exchanges classes: what was the left of a pair becomes the right, as a mirror image shows it.
  mutating func exchangeSides(_ pairs: [[Int]]) {
    let table = sideTable(pairs, count: 256)
    labels.withUnsafeMutableBufferPointer { labels in
      for index in labels.indices { labels[index] = table[Int(labels[index])] }
    }
  }
}

/// For each class the one on the other side; itself where it has none.
func sideTable(_ pairs: [[Int]], count: Int) -> [UInt8] {
  var table = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
  for pair in pairs where pair.count == 2 && pair.allSatisfy((1..<count).contains) {
    table.swapAt(pair[0], pair[1])
  }
  return table
}
