import Anatomy

/// Eyes, optic nerves, lacrimal glands and cochleas, in the head's frame.
///
/// Places and volumes follow contours of 16 planning CTs.
struct Orbits {
  let pieces: [Piece]
  let organs: [OrganAtRisk: Solid]

  init(traits: PatientTraits) {
    var pieces: [Piece] = []
    var organs: [OrganAtRisk: Solid] = [:]
    let size = traits.growth("eyes", deviation: 0.09)
    for side: Float in [1, -1] {
      let isLeft = side > 0
      let radius = 12.3 * size * traits.growth("eye \(side)", deviation: 0.03)
      let eye = SIMD3<Float>(32 * side, -77.8, 0) + traits.shift("eye \(side)", 0.8)
      let globe = Solid.union(
        [
          .ellipsoid(center: eye, radii: [radius, radius, radius]),
          .ellipsoid(center: eye - [0, 5.4, 0], radii: [7.6, 8.2, 7.6]),
        ],
        blend: 1
      )
      let lens = Solid.ellipsoid(center: eye - [0, 7.6, 0], radii: [4.7, 2.4, 4.7])
      let front = Solid.below(normal: [0, 1, 0], offset: eye.y - 6.8)
      let nerve = Self.nerve(side: side, eye: eye, radius: radius, traits)
      let gland = Self.lacrimal(side: side, eye: eye, traits)
      let cone = Self.cone(side: side)
      var parts: [(Tissue, Solid)] = [
        (.thinBone, .shared(.grown(cone, by: 1.5), .below(normal: [0, -1, 0], offset: 76))),
        (.fat, .shared(cone, .below(normal: [0, -1, 0], offset: 84))),
      ]
      parts += Self.muscles(side: side, eye: eye).map { (.muscle, $0) }
      parts += [
        (.lacrimalGland, gland), (.fluid, .grown(nerve, by: 0.3)),
        (.nerve, .grown(nerve, by: -0.5)),
        (.sclera, globe), (.vitreous, .grown(globe, by: -1.2)), (.lens, lens),
      ]
      pieces += parts.map { Piece($0.0, HeadFrame.solid($0.1)) }
      let cochlea = Solid.ellipsoid(
        center: Self.cochlea(side: side),
        radii: SIMD3(3.1, 2.7, 2.5) * traits.growth("cochlea \(side)", deviation: 0.2)
      )
      let table: [(OrganAtRisk, OrganAtRisk, Solid)] = [
        (.anteriorEyeLeft, .anteriorEyeRight, .shared(globe, front)),
        (.posteriorEyeLeft, .posteriorEyeRight, globe),
        (.opticNerveLeft, .opticNerveRight, nerve), (.cochleaLeft, .cochleaRight, cochlea),
        (.lacrimalGlandLeft, .lacrimalGlandRight, gland),
      ]
      for (left, right, solid) in table {
        organs[isLeft ? left : right] = HeadFrame.solid(solid)
      }
    }
    self.pieces = pieces
    self.organs = organs
  }

  static func cochlea(side: Float) -> SIMD3<Float> { spot(34, 0, 0, side) }

  private static func cone(side: Float) -> Solid {
    .tube([
      .init(position: spot(31.5, -79, 0, side), radius: 18),
      .init(position: spot(27, -64, 2, side), radius: 15),
      .init(position: spot(18, -46, 7, side), radius: 7),
      .init(position: spot(13, -39, 9.5, side), radius: 3.5),
    ])
  }

  /// From the back of the eye through the optic canal to the chiasm; about 0.7 mL.
  private static func nerve(
    side: Float,
    eye: SIMD3<Float>,
    radius: Float,
    _ traits: PatientTraits
  ) -> Solid {
    let thickness = 2.4 * traits.growth("nerve \(side)", deviation: 0.2)
    let start = eye + SIMD3(-2.5 * side, radius - 1.5, 0.5)
    return .curve(
      [
        SIMD4(start.x * side, start.y, start.z, 1), [25, -56, 3.2, 1], [18.5, -46, 7.5, 1],
        [13, -39, 10.5, 0.9], [9.5, -34, 12.3, 0.9],
      ],
      side: side,
      girth: thickness
    )
  }

  /// Above and beside the eye; half axes of about 11, 6.5 and 3.1 mm.
  private static func lacrimal(
    side: Float,
    eye: SIMD3<Float>,
    _ traits: PatientTraits
  ) -> Solid {
    let growth =
      traits.growth("lacrimal", deviation: 0.22)
      * traits.growth("lacrimal \(side)", deviation: 0.08)
    let frame = HeadFrame.turned(
      at: eye + spot(12.2, 4, 6.2, side),
      x: 8,
      y: 42 * side,
      z: 14 * side
    )
    return .placed(frame, .ellipsoid(center: [0, 0, 0], radii: SIMD3(3.1, 6.9, 8) * growth))
  }

  /// The four straight muscles.
  private static func muscles(side: Float, eye: SIMD3<Float>) -> [Solid] {
    let apex = SIMD4<Float>(15 * side, -42, 8.5, 1.6)
    let offsets: [[Float]] = [[11.5, 0], [-11.5, 0], [0, 11.5], [0, -11.5]]
    return offsets.map { offset -> Solid in
      let start = SIMD4<Float>(eye.x + offset[0], eye.y + 2, eye.z + offset[1], 1.2)
      let x = eye.x * 0.88 + offset[0] * 0.9
      let belly = SIMD4<Float>(x, eye.y + 14, eye.z + 2 + offset[1] * 0.9, 2.6)
      return .curve([start, belly, apex])
    }
  }
}
