import Randomness

/// Multiplies each channel's intensities by a factor.
///
/// - SeeAlso: batchgeneratorsv2, `MultiplicativeBrightnessTransform`.
struct Brightness: Augmentation {
  struct Draw: Codable, Hashable, Sendable {
    /// One factor a channel.
    var factors: [Float]
  }
  var chance: AugmentationPlan.Chance

  func draw(channels: Int, using generator: inout SeededGenerator) -> Draw? {
    guard chance.happens(using: &generator) else { return nil }
    return Draw(factors: (0..<channels).map { _ in Float(chance.factor(using: &generator)) })
  }

  static func apply(_ draw: Draw, to patch: inout Patch) {
    for (channel, factor) in draw.factors.prefix(patch.channelCount).enumerated() {
      patch.withChannel(channel) { voxels in
        for index in voxels.indices { voxels[index] *= factor }
      }
    }
  }
}

/// Spreads each channel's intensities about their mean by a factor, within their range.
///
/// - SeeAlso: batchgeneratorsv2, `ContrastTransform`.
struct Contrast: Augmentation {
  typealias Draw = Brightness.Draw
  var chance: AugmentationPlan.Chance

  func draw(channels: Int, using generator: inout SeededGenerator) -> Draw? {
    Brightness(chance: chance).draw(channels: channels, using: &generator)
  }

  static func apply(_ draw: Draw, to patch: inout Patch) {
    for (channel, factor) in draw.factors.prefix(patch.channelCount).enumerated() {
      patch.withChannel(channel) { voxels in
        let statistics = ChannelStatistics(voxels)
        let (mean, lowest, highest) = (statistics.mean, statistics.lowest, statistics.highest)
        for index in voxels.indices {
          let value = (voxels[index] - mean) * factor + mean
          let low = value < lowest ? lowest : value
          voxels[index] = low > highest ? highest : low
        }
      }
    }
  }
}

/// Mean, deviation and range of one channel, gathered in double precision.
struct ChannelStatistics {
  var mean: Float
  /// The deviation of a sample: divided by the count less one, as PyTorch's `std`.
  var deviation: Float
  var lowest: Float
  var highest: Float

  init(_ voxels: UnsafeMutableBufferPointer<Float>) {
    // Eight sums side by side: one alone would wait for each addition.
    var sums = SIMD8<Double>.zero
    var squares = SIMD8<Double>.zero
    var lows = SIMD8<Float>(repeating: .infinity)
    var highs = SIMD8<Float>(repeating: -.infinity)
    let whole = voxels.count & ~7
    var index = 0
    while index < whole {
      var values = SIMD8<Float>.zero
      for lane in 0..<8 { values[lane] = voxels[index &+ lane] }
      let wide = SIMD8<Double>(values)
      sums += wide
      squares += wide * wide
      lows.replace(with: values, where: values .< lows)
      highs.replace(with: values, where: values .> highs)
      index &+= 8
    }
    var (sum, square) = (sums.sum(), squares.sum())
    var (low, high) = (lows.min(), highs.max())
    for value in voxels[whole...] {
      sum += Double(value)
      square += Double(value) * Double(value)
      low = min(low, value)
      high = max(high, value)
    }
    let count = Double(max(voxels.count, 1))
    let average = sum / count
    mean = Float(average)
    let variance = (square - count * average * average) / max(count - 1, 1)
    deviation = Float(max(variance, 0).squareRoot())
    lowest = low
    highest = high
  }
}
