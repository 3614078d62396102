import Anatomy

/// Brain, ventricles, brainstem, chiasm and pituitary, in the head's frame.
///
/// Extents follow contours of 16 planning CTs (brain, brainstem); ventricles, chiasm and pituitary
/// the usual measures of anatomy textbooks.
struct BrainParts {
  /// The brain's envelope: the skull's inner surface lies some millimeters outside.
  let skullCavity: Solid
  let pieces: [Piece]
  /// Gland, stalk and chiasm, painted after the bones and veins around them.
  let sella: [Piece]
  let organs: [OrganAtRisk: Solid]

  init(traits: PatientTraits) {
    let growth = traits.growth("brain", deviation: 0.1)
    let envelope = Self.envelope(growth)
    skullCavity = HeadFrame.solid(envelope)
    let stem = Self.brainstem(traits.growth("brainstem", deviation: 0.11))
    let chiasm = Self.chiasm(traits)
    let pituitary = Self.pituitary(traits)
    let shift = traits.shift("gyri", 40)
    let gray = Solid.cut(
      .rough(.grown(envelope, by: -2.2), amplitude: 3.4, wavelength: 13, shift: shift),
      by: Self.fissures(),
      blend: 1
    )
    let white = Solid.rough(.grown(gray, by: -4.6), amplitude: 4, wavelength: 12, shift: shift)
    let nuclei = Solid.union(
      [1, -1].flatMap { side -> [Solid] in
        [
          .ellipsoid(center: spot(11, 0, 40, side), radii: [8, 15, 9]),
          .ellipsoid(center: spot(22, -14, 38, side), radii: [8, 19, 11]),
        ]
      },
      blend: 2
    )
    var parts: [(Tissue, Solid)] = [
      (.fluid, .grown(envelope, by: 2.5)), (.grayMatter, gray), (.whiteMatter, white),
      (.grayMatter, nuclei), (.whiteMatter, Self.middleWhiteMatter),
      (.fluid, .grown(stem, by: 1.3)),
      (.fluid, .curve([[0, -9, 24, 7], [0, -7, 8, 7], [0, 4, -8, 7]])),
      (.fluid, .ellipsoid(center: [0, -25, 16], radii: [13, 10, 8])),
      (.whiteMatter, .union([1, -1].map { .curve([[9, 6, 8, 9], [24, 16, 2, 9]], side: $0) })),
      (
        .whiteMatter, .union([1, -1].map { .curve([[7, 2, 28, 7], [13, -4, 40, 8]], side: $0) })
      ),
      (.brainstem, stem),
    ]
    parts += Self.ventricles(traits.growth("ventricles", deviation: 0.6)).map { (.fluid, $0) }
    let sella: [(Tissue, Solid)] = [
      (.pituitary, pituitary), (.whiteMatter, .tube(Self.stalk)), (.nerve, chiasm),
    ]
    self.sella = sella.map { Piece($0.0, HeadFrame.solid($0.1)) }
    pieces = parts.map { Piece($0.0, HeadFrame.solid($0.1)) }
    organs = [
      .brainstem: HeadFrame.solid(stem), .opticChiasm: HeadFrame.solid(chiasm),
      .pituitary: HeadFrame.solid(pituitary),
    ]
  }

  private static func envelope(_ growth: Float) -> Solid {
    let cerebrum = Solid.ellipsoid(center: [0, -7, 40], radii: SIMD3(65, 83, 72) * growth)
    let temporal = [1, -1].map { side -> Solid in
      .ellipsoid(center: spot(38, -12, 14, side), radii: [22, 34, 18])
    }
    let cerebellum = Solid.ellipsoid(center: [0, 34, -1], radii: SIMD3(46, 29, 22) * growth)
    // Below the front lobes lie orbits and nose, between the temporal lobes the sphenoid and clivus.
    let face = Solid.ellipsoid(center: [0, -92, -25], radii: [88, 50, 44])
    let middle = Solid.union(
      [.tube([knot(0, -50, 4, 11), knot(0, -30, -6, 12), knot(0, -8, -24, 12)])]
    )
    let whole = Solid.union([cerebrum, cerebellum] + temporal, blend: 12)
    // The jaw's joints lie in hollows of the base below the temporal lobes.
    let joints = Solid.union(
      [1, -1].map { .ellipsoid(center: spot(51, -12, -9, $0), radii: [14, 14, 13]) }
    )
    let aboveFace = Solid.cut(.cut(whole, by: face, blend: 10), by: middle, blend: 8)
    return .cut(aboveFace, by: joints, blend: 6)
  }

  private static func knot(_ x: Float, _ y: Float, _ z: Float, _ radius: Float) -> Solid.Knot {
    Solid.Knot(position: [x, y, z], radius: radius)
  }

  /// Fissures: between the hemispheres, along the temporal lobes, over the cerebellum.
  private static func fissures() -> Solid {
    .union(
      [
        .box(center: [0, -10, 92], half: [0.9, 90, 42], rounding: 0.5),
        .box(center: [0, -70, 50], half: [0.9, 30, 50], rounding: 0.5),
      ]
        + [1, -1].flatMap { side -> [Solid] in
          [
            .curve([[52, -30, 12, 2.2], [58, -8, 24, 2.2], [58, 16, 36, 1.5]], side: side),
            .curve([[26, -34, 10, 3], [40, -34, 12, 3], [54, -28, 14, 2.5]], side: side),
            .curve([[50, 14, 0, 1.4], [34, 36, 16, 1.4], [8, 62, 12, 1.4]], side: side),
          ]
        }
    )
  }

  /// The corpus callosum and the inner capsules.
  private static let middleWhiteMatter = Solid.union(
    [
      .curve([
        [0, -36, 40, 4], [0, -28, 53, 4], [0, 0, 60, 3.5], [0, 26, 54, 4], [0, 34, 46, 5],
      ])
    ]
      + [1, -1].map { side -> Solid in
        .curve([[15, -20, 44, 2.5], [17, 2, 36, 2.5], [10, 2, 24, 4]], side: side)
      },
    blend: 3
  )

  private static func ventricles(_ growth: Float) -> [Solid] {
    let width = max(growth, 0.6)
    return [1, -1].map { side -> Solid in
      .curve(
        [
          [9, -36, 43, 3], [10, -20, 51, 4], [12, 4, 53, 3.6], [20, 26, 44, 5], [27, 22, 26, 3.4],
          [32, -6, 10, 1.8],
        ],
        side: side,
        girth: width
      )
    } + [
      .ellipsoid(center: [0, -2, 38], radii: SIMD3(2 * width, 15, 10)),
      .tube([knot(0, 14, 30, 1.2), knot(0, 19, 18, 1.4)]),
      .ellipsoid(center: [0, 25, 4], radii: SIMD3(7, 4 * width, 11)),
    ]
  }

  /// Midbrain, pons and medulla: the middle line and half widths by height.
  private static func brainstem(_ growth: Float) -> Solid {
    let shape = Loft(
      [
        .init(-32, y: 24.5, width: 5.6, front: 4.4, back: 4.4),
        .init(-22, y: 22, width: 7.5, front: 6.8, back: 6.2),
        .init(-12, y: 17.5, width: 9.5, front: 8.8, back: 8),
        .init(-5, y: 11, width: 12.5, front: 11.5, back: 11),
        .init(4, y: 5, width: 15.5, front: 13, back: 13.5),
        .init(12, y: 3.5, width: 16, front: 12.5, back: 13),
        .init(20, y: 3, width: 15, front: 11, back: 12.5),
        .init(29, y: 5, width: 14.2, front: 9.5, back: 11),
        .init(33, y: 6, width: 12, front: 7.5, back: 9),
      ],
      squareness: 0.15
    )
    return .stretched(
      center: [0, 10, -32],
      by: [growth, growth, 1],
      .stretched(center: [0, 8, 0], by: SIMD3(1.02, 1.02, 1), .loft(shape))
    )
  }

  /// An X lying flat in the cistern above the sella: about 14 by 8 by 3 mm.
  private static func chiasm(_ traits: PatientTraits) -> Solid {
    let growth = traits.growth("chiasm", deviation: 0.2)
    let arms = [1, -1].flatMap { side -> [Solid] in
      [
        .curve([[8, -32, 13, 1.7], [3, -27, 15.5, 1.9]], side: side),
        .curve([[3, -26, 15.5, 1.9], [7, -21, 17.5, 1.6]], side: side),
      ]
    }
    let middle = Solid.ellipsoid(center: [0, -26.5, 15.6], radii: [5.4, 3.4, 1.9])
    return .stretched(
      center: [0, -26.5, 15.6] + traits.shift("chiasm", 0.6),
      by: SIMD3(repeating: growth),
      .union(arms + [middle], blend: 2)
    )
  }

  private static let stalk = [knot(0, -24, 14, 1), knot(0, -23.5, 8, 1)]

  private static func pituitary(_ traits: PatientTraits) -> Solid {
    let growth = traits.growth("pituitary", deviation: 0.25)
    return .ellipsoid(center: [0, -23, 5.4], radii: SIMD3(6.2, 4.6, 3.5) * growth)
  }
}
