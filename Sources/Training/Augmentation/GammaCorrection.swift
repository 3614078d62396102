import Randomness

/// Raises each channel's intensities, as shares of their range, to a power; mean and deviation stay.
///
/// - SeeAlso: batchgeneratorsv2, `GammaTransform` with `p_retain_stats = 1`.
struct GammaCorrection: Augmentation {
  struct Draw: Codable, Hashable, Sendable {
    /// One exponent a channel.
    var exponents: [Float]
    /// Whether dark and bright are exchanged while it is done.
    var isInverted: Bool
  }
  var chance: AugmentationPlan.Chance
  var isInverted: Bool

  func draw(channels: Int, using generator: inout SeededGenerator) -> Draw? {
    guard chance.happens(using: &generator) else { return nil }
    return Draw(
      exponents: (0..<channels).map { _ in Float(chance.factor(using: &generator)) },
      isInverted: isInverted
    )
  }

  private static let smallest: Float = 1e-7

  static func apply(_ draw: Draw, to patch: inout Patch) {
    let sign: Float = draw.isInverted ? -1 : 1
    for (channel, exponent) in draw.exponents.prefix(patch.channelCount).enumerated() {
      patch.withChannel(channel) { voxels in
        let before = ChannelStatistics(voxels)
        let lowest = draw.isInverted ? -before.highest : before.lowest
        let range = before.highest - before.lowest
        let divisor = max(range, smallest)
        for index in voxels.indices {
          let share = (voxels[index] * sign - lowest) / divisor
          voxels[index] = power(share, exponent) * range + lowest
        }
        let after = ChannelStatistics(voxels)
        let factor = before.deviation / max(after.deviation, smallest)
        let (mean, meanBefore) = (after.mean, before.mean * sign)
        for index in voxels.indices {
          voxels[index] = ((voxels[index] - mean) * factor + meanBefore) * sign
        }
      }
    }
  }
}

/// `x` to the power `exponent`, for `x` from 0 to 1 and exponents of about 1.
///
/// Without a branch or a call, so that loops over it are vectorized; off by at most some 1e-6 of the
/// result, and 0 becomes less than 1e-15 for the exponents that gamma has.
@inline(__always)
func power(_ x: Float, _ exponent: Float) -> Float {
  // x = m · 2^e with m from √½ to √2; log2 m by the series of the inverse hyperbolic tangent.
  let bits = Int32(bitPattern: x.bitPattern)
  let e = (bits &- 0x3F35_04F3) &>> 23
  let m = Float(bitPattern: UInt32(bitPattern: bits &- (e &<< 23)))
  let s = (m - 1) / (m + 1)
  let q = s * s
  let series =
    2.885_390_1 + q * (0.961_796_7 + q * (0.577_078 + q * (0.412_198_6 + q * 0.320_598_9)))
  let product = (Float(e) + s * series) * exponent
  // 2^(n + f) with f from -½ to ½; beyond the smallest normal number the answer is as good as 0.
  let y = product < -125 ? -125 : product > 125 ? 125 : product
  let shifted = y + 12_582_912
  let f = y - (shifted - 12_582_912)
  let n = Int32(bitPattern: shifted.bitPattern) &- 0x4B40_0000
  let half = 0.009_618_13 + f * (0.001_333_356 + f * (0.000_154_035_3 + f * 0.000_015_252_73))
  let series2 = 1 + f * (0.693_147_2 + f * (0.240_226_5 + f * (0.055_504_11 + f * half)))
  return Float(bitPattern: UInt32(bitPattern: Int32(bitPattern: series2.bitPattern) &+ (n &<< 23)))
}
