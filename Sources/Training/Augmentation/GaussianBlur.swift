import Foundation
import Randomness

/// Blurs channels with a Gaussian that is as wide as drawn along each axis.
///
/// Beyond the border the patch is reflected. The kernel has about 6 σ taps.
/// - SeeAlso: batchgeneratorsv2, `GaussianBlurTransform` and `blur_dimension`.
struct GaussianBlur: Augmentation {
  struct Draw: Codable, Hashable, Sendable {
    /// For each channel three sigmas in voxels, or none where it stays.
    var sigmas: [[Double]]
  }
  var chance: AugmentationPlan.Chance

  func draw(channels: Int, using generator: inout SeededGenerator) -> Draw? {
    guard chance.happens(using: &generator) else { return nil }
    let sigmas = (0..<channels).map { _ in
      let isBlurred = generator.nextUnit() < 0.5
      let values = (0..<3).map { _ in chance.even(using: &generator) }
      return isBlurred ? values : []
    }
    return sigmas.allSatisfy(\.isEmpty) ? nil : Draw(sigmas: sigmas)
  }

  static func apply(_ draw: Draw, to patch: inout Patch) {
    let size = patch.size
    for (channel, sigmas) in draw.sigmas.prefix(patch.channelCount).enumerated()
    where sigmas.count == 3 {
      patch.withChannel(channel) { voxels in
        guard let voxels = voxels.baseAddress else { return }
        blurLines(voxels, size, axis: 0, kernel(sigmas[0]))
        blurLines(voxels, size, axis: 1, kernel(sigmas[1]))
        blurRows(voxels, size, kernel(sigmas[2]))
      }
    }
  }

  /// The taps of one axis, an odd number of them, with the sum 1.
  static func kernel(_ sigma: Double) -> [Float] {
    // As many as six sigmas and a half, to the nearest odd number as batchgeneratorsv2 finds it.
    let exact = sigma * 6 + 0.5
    let whole = exact.rounded(.toNearestOrEven)
    let odd = whole.truncatingRemainder(dividingBy: 2) != 0
    let count = Int(odd ? whole : exact >= whole ? whole + 1 : whole - 1)
    guard count > 1 else { return [1] }
    let taps = (0..<count).map { index in
      let distance = (Double(index) - Double(count - 1) / 2) / sigma
      return exp(-0.5 * distance * distance)
    }
    let sum = taps.reduce(0, +)
    return taps.map { Float($0 / sum) }
  }

  /// The place inside `0..<count` that a place outside is the mirror image of.
  private static func reflected(_ place: Int, _ count: Int) -> Int {
    guard count > 1 else { return 0 }
    let period = 2 * (count - 1)
    let inside = ((place % period) + period) % period
    return inside < count ? inside : period - inside
  }

  /// Along the first or second axis: rows are added to one another whole.
  private static func blurLines(
    _ voxels: UnsafeMutablePointer<Float>,
    _ size: [Int],
    axis: Int,
    _ kernel: [Float]
  ) {
    let (count, width) = (size[axis], size[2])
    let stride = axis == 0 ? size[1] * width : width
    let others = axis == 0 ? (size[1], width) : (size[0], size[1] * width)
    let reach = kernel.count / 2
    let lines = UnsafeMutablePointer<Float>.allocate(capacity: count * width)
    defer { lines.deallocate() }
    for other in 0..<others.0 {
      let base = voxels + other * others.1
      for index in 0..<count {
        (lines + index * width).update(from: base + index * stride, count: width)
      }
      for index in 0..<count {
        let target = base + index * stride
        let center = lines + index * width
        for w in 0..<width { target[w] = kernel[reach] * center[w] }
        for offset in 1..<(reach + 1) {
          let weight = kernel[reach + offset]
          let before = lines + reflected(index - offset, count) * width
          let after = lines + reflected(index + offset, count) * width
          for w in 0..<width { target[w] += weight * (before[w] + after[w]) }
        }
      }
    }
  }

  /// Along the last axis.
  private static func blurRows(
    _ voxels: UnsafeMutablePointer<Float>,
    _ size: [Int],
    _ kernel: [Float]
  ) {
    let width = size[2]
    let reach = kernel.count / 2
    let padded = UnsafeMutablePointer<Float>.allocate(capacity: width + 2 * reach)
    defer { padded.deallocate() }
    let borders = (0..<reach).map { (reflected($0 - reach, width), reflected(width + $0, width)) }
    for row in 0..<size[0] * size[1] {
      let target = voxels + row * width
      (padded + reach).update(from: target, count: width)
      for (offset, border) in borders.enumerated() {
        padded[offset] = target[border.0]
        padded[reach + width + offset] = target[border.1]
      }
      for w in 0..<width { target[w] = kernel[0] * padded[w] }
      for tap in 1..<max(kernel.count, 1) {
        let weight = kernel[tap]
        let source = padded + tap
        for w in 0..<width { target[w] += weight * source[w] }
      }
    }
  }
}
