import func Foundation.exp
import func Foundation.log
import Randomness

/// What differs from patient to patient, drawn once from the patient's seed.
struct PatientTraits: Sendable {
  /// Sizes along x, y and z beside the average adult of both sexes.
  let scale: SIMD3<Double>
  let isFemale: Bool
  /// Fat under the skin of the neck, mm.
  let neckFat: Float
  /// Muscles' girth beside the average.
  let girth: Float
  let teethMissing: Set<Int>
  /// The teeth with a metal filling, 0…27: 14 upper from right to left, then 14 lower.
  let fillings: [Int]
  /// How far the upper airway is open, beside the average.
  let airwayWidth: Float
  /// Contrast medium in the vessels, beside the average.
  let contrast: Float
  let hasMask: Bool
  private let seed: UInt64

  init(seed: UInt64) {
    self.seed = seed
    var chance = SeededGenerator(seed: seed, stream: "traits")
    isFemale = chance.nextUnit() < 0.3
    let size = (isFemale ? 0.955 : 1.015) * (1 + 0.025 * Self.normal(&chance))
    scale = SIMD3(
      size * (1 + 0.015 * Self.normal(&chance)),
      size * (1 + 0.02 * Self.normal(&chance)),
      size * (1 + 0.02 * Self.normal(&chance))
    )
    neckFat = Float(chance.uniform(2...9))
    girth = Float((isFemale ? 0.92 : 1.0) * (1 + 0.06 * Self.normal(&chance)))
    airwayWidth = Float(chance.uniform(0.8...1.15))
    contrast = Float(chance.uniform(0.55...1.25))
    hasMask = chance.nextUnit() < 0.85
    let missing = chance.index(below: 8)
    teethMissing = Set((0..<missing).map { _ in chance.index(below: 28) })
    let filled = chance.nextUnit() < 0.45 ? 0 : 1 + chance.index(below: 5)
    fillings = (0..<filled).map { _ in chance.index(below: 28) }
  }

  /// A generator for one part of the anatomy, whatever else is drawn.
  func chance(_ part: String) -> SeededGenerator { SeededGenerator(seed: seed, stream: part) }

  /// A factor of lengths whose cube, the factor of volumes, is log-normal with this deviation.
  func growth(_ part: String, deviation: Double) -> Float {
    var chance = chance(part)
    return Float(exp(deviation * Self.normal(&chance) / 3))
  }

  /// A small shift, at most `bound` mm along each axis.
  func shift(_ part: String, _ bound: Double) -> SIMD3<Float> {
    var chance = chance(part + " place")
    return SIMD3(
      Float(chance.uniform(-bound...bound)),
      Float(chance.uniform(-bound...bound)),
      Float(chance.uniform(-bound...bound))
    )
  }

  /// A normal number, cut at two deviations: rare patients stay possible ones.
  static func normal(_ chance: inout SeededGenerator) -> Double {
    min(max(chance.nextNormal(), -2), 2)
  }
}

/// The cube root of a number that is not negative.
func cubeRoot(_ value: Double) -> Double { value > 0 ? exp(log(value) / 3) : 0 }
