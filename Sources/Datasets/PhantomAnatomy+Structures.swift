import Randomness
import Volumes

extension PhantomAnatomy {
  /// The structures a label map shows, each of its own size, shape and place.
  static func structures(_ chance: inout SeededGenerator) -> [PhantomShape] {
    var shapes: [PhantomShape] = []
    for side in [1.0, -1.0] {
      shapes += eye(side, &chance) + parotid(side, &chance) + submandibular(side, &chance)
    }
    return shapes + cordAndBrainstem(&chance) + mandible(&chance)
  }

  private static func jitter(_ chance: inout SeededGenerator, _ bound: Double) -> SIMD3<Double> {
    SIMD3(
      chance.uniform(-bound...bound),
      chance.uniform(-bound...bound),
      chance.uniform(-bound...bound)
    )
  }

  private static func grown(_ radii: SIMD3<Double>, _ chance: inout SeededGenerator) -> SIMD3<
    Double
  > {
    radii * (1 + jitter(&chance, 0.15))
  }

  private static func eye(_ side: Double, _ chance: inout SeededGenerator) -> [PhantomShape] {
    let structure: PhantomStructure = side > 0 ? .eyeLeft : .eyeRight
    let center = SIMD3(32 * side, -78, 64) + jitter(&chance, 1.5)
    let radii = SIMD3(repeating: chance.uniform(11.5...13.5))
    return [
      .init(
        .ellipsoid(center: center, radii: radii),
        intensity: 18,
        label: structure.rawValue
      ),
      .init(
        .ellipsoid(center: center - [0, 8, 0], radii: [4, 2, 4]),
        intensity: 80,
        label: structure.rawValue
      ),
    ]
  }

  private static func parotid(_ side: Double, _ chance: inout SeededGenerator) -> [PhantomShape] {
    let structure: PhantomStructure = side > 0 ? .parotidLeft : .parotidRight
    let center = SIMD3(57 * side, -4, 20) + jitter(&chance, 2.5)
    let radii = grown([12, 17, 24], &chance)
    // The deep lobe reaches behind the jaw.
    let deep = center + SIMD3(-11 * side, 7, -2)
    let intensity = chance.uniform(-25...15)
    return [
      .init(.ellipsoid(center: center, radii: radii + 3), intensity: -95),
      .init(
        .ellipsoid(center: deep, radii: grown([9, 10, 15], &chance)),
        intensity: intensity,
        label: structure.rawValue
      ),
      .init(
        .ellipsoid(center: center, radii: radii),
        intensity: intensity,
        label: structure.rawValue
      ),
    ]
  }

  private static func submandibular(_ side: Double, _ chance: inout SeededGenerator)
    -> [PhantomShape]
  {
    let structure: PhantomStructure = side > 0 ? .submandibularLeft : .submandibularRight
    let center = SIMD3(27 * side, -40, -19) + jitter(&chance, 2.5)
    let radii = grown([9.5, 14, 11], &chance)
    return [
      .init(.ellipsoid(center: center, radii: radii + 4), intensity: -95),
      .init(
        .ellipsoid(center: center, radii: radii),
        intensity: chance.uniform(35...65),
        label: structure.rawValue
      ),
    ]
  }

  private static func cordAndBrainstem(_ chance: inout SeededGenerator) -> [PhantomShape] {
    let cordRadius = chance.uniform(6...7.2)
    let girth = chance.uniform(0.9...1.12)
    let path: [(SIMD3<Double>, Double)] = [
      ([0, 35, 26], 9), ([0, 28, 42], 13), ([0, 24, 62], 12),
    ]
    func stem(_ extra: Double) -> PhantomShape.Solid {
      .tube(path.map { .init(position: $0.0, radius: $0.1 * girth + extra) })
    }
    return [
      .init(
        .tube(canal.map { .init(position: $0, radius: cordRadius) }),
        intensity: 42,
        label: PhantomStructure.spinalCord.rawValue
      ),
      // A cistern of water around the brainstem; brain and it differ by a few HU only.
      .init(stem(4), intensity: 6),
      .init(stem(0), intensity: 40, label: PhantomStructure.brainstem.rawValue),
    ]
  }

  private static func mandible(_ chance: inout SeededGenerator) -> [PhantomShape] {
    let label = PhantomStructure.mandible.rawValue
    let width = chance.uniform(0.94...1.06)
    let chin = chance.uniform(-3...3)
    let half: [(SIMD3<Double>, Double)] = [
      ([47, -14, 44], 5), ([45, -20, 2], 6.5), ([31, -56, -6], 7), ([14, -76, -10], 7.5),
    ]
    func arch(_ inset: Double) -> PhantomShape.Solid {
      func knots(_ side: Double) -> [PhantomShape.Knot] {
        half.map { point, radius in
          .init(
            position: point * SIMD3(side * width, 1, 1) + SIMD3(0, 0, chin),
            radius: radius - inset
          )
        }
      }
      let front = PhantomShape.Knot(position: [0, -82, -11 + chin], radius: 8 - inset)
      return .tube(knots(1) + [front] + knots(-1).reversed())
    }
    return [
      .init(arch(0), intensity: 880, label: label), .init(arch(4), intensity: 330, label: label),
    ]
  }
}
