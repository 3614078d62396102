import Foundation
import Randomness

/// Adds normally distributed numbers, each voxel its own.
///
/// - SeeAlso: batchgeneratorsv2, `GaussianNoiseTransform` (whose `noise_variance` is used as the
///   deviation).
struct GaussianNoise: Augmentation {
  struct Draw: Codable, Hashable, Sendable {
    /// The standard deviation.
    var deviation: Float
    /// What the voxels' numbers follow from.
    var seed: UInt64
  }
  var chance: AugmentationPlan.Chance

  func draw(channels: Int, using generator: inout SeededGenerator) -> Draw? {
    guard chance.happens(using: &generator) else { return nil }
    return Draw(deviation: Float(chance.even(using: &generator)), seed: generator.next())
  }

  static func apply(_ draw: Draw, to patch: inout Patch) {
    let seed = SeededGenerator.mixed(draw.seed)
    let deviation = draw.deviation
    patch.image.withUnsafeMutableBufferPointer { image in
      quantiles.withUnsafeBufferPointer { quantiles in
        var index = 0
        var block: UInt64 = 0
        while index < image.count {
          // Four quantiles of 16 bits from one hash.
          var bits = SeededGenerator.mixed(seed &+ block)
          for place in index..<min(index &+ 4, image.count) {
            image[place] += deviation * quantiles[Int(truncatingIfNeeded: bits & 0xFFFF)]
            bits &>>= 16
          }
          index &+= 4
          block &+= 1
        }
      }
    }
  }

  /// The standard normal distribution in 65536 equally likely values, from about −4.3 to 4.3.
  private static let quantiles: [Float] = {
    var upper: [Float] = []
    var z = 0.0
    for index in 0..<32768 {
      let tail = 0.5 - (Double(index) + 0.5) / 65536
      // Newton from the neighbor below; the distances between neighbors are small.
      for _ in 0..<8 {
        let density = exp(-z * z / 2) / (2 * Double.pi).squareRoot()
        let step = (erfc(z / 2.0.squareRoot()) / 2 - tail) / density
        z += step
        if abs(step) < 1e-9 { break }
      }
      upper.append(Float(z))
    }
    return upper.reversed().map { -$0 } + upper
  }()
}
