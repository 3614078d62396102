/// The skull: vault, base, petrous bones, sinuses and air cells, in the head's frame.
struct Skull {
  /// Bone and the air in it, painted before the brain.
  let bones: [Piece]
  /// What lies in the base beside the brain, painted after it.
  let inner: [Piece]

  init(traits: PatientTraits, brain: Solid) {
    let thickness = Self.thickness(traits)
    var bones = [
      Piece(.cortex, .grown(brain, by: thickness)),
      Piece(.diploe, .grown(brain, by: thickness - 1.8)),
      Piece(.cortex, .grown(brain, by: 4)),
    ]
    bones += Self.face(traits)
    bones += [1, -1].flatMap { Self.arch(side: $0) }
    self.bones = bones
    inner = Self.base(traits) + [1, -1].flatMap { Self.ear(side: $0, traits) }
  }

  /// From the brain's envelope to the skull's outside, mm.
  static func thickness(_ traits: PatientTraits) -> Float {
    8 * traits.growth("skull", deviation: 0.35)
  }

  private static func head(_ tissue: Tissue, _ solid: Solid) -> Piece {
    Piece(tissue, HeadFrame.solid(solid))
  }

  /// The upper face: nasal bones, orbital rims, maxillae with their sinuses, nasal cavity.
  private static func face(_ traits: PatientTraits) -> [Piece] {
    let sinus = traits.growth("maxillary sinuses", deviation: 0.35)
    let frontal = traits.growth("frontal sinus", deviation: 0.6)
    var pieces: [Piece] = [
      head(.thinBone, .ellipsoid(center: [0, -66, -2], radii: [17, 26, 15])),
      head(.cortex, .curve([[0, -92, 8, 4], [0, -96, -4, 3], [0, -99, -14, 2]])),
      head(
        .cortex,
        .curve([
          [46, -78, 18, 4], [24, -92, 20, 5], [0, -95, 14, 5], [-24, -92, 20, 5],
          [-46, -78, 18, 4],
        ])
      ),
    ]
    for side: Float in [1, -1] {
      let maxilla = Solid.rough(
        .union(
          [
            .ellipsoid(center: spot(26, -62, -28, side), radii: SIMD3(11, 16, 14) * sinus),
            .ellipsoid(center: spot(33, -68, -20, side), radii: SIMD3(10, 8, 7) * sinus),
          ],
          blend: 6
        ),
        amplitude: 2.2,
        wavelength: 22,
        shift: traits.shift("maxilla \(side)", 50)
      )
      pieces += [
        head(
          .cortex,
          .curve([[47, -78, 16, 4], [49, -72, 0, 4.5], [44, -76, -14, 5]], side: side)
        ),
        head(
          .cortex,
          .curve([[44, -78, -16, 4.5], [30, -88, -16, 3.5], [14, -92, -6, 3.5]], side: side)
        ),
        head(.thinBone, .grown(maxilla, by: 1.4)),
        head(.marrow, .ellipsoid(center: spot(42, -68, -20, side), radii: [7, 8, 9])),
        head(.mucosa, maxilla),
        head(.air, .grown(maxilla, by: -1)),
        head(.air, .ellipsoid(center: spot(9, -93, 26, side), radii: SIMD3(8, 3.5, 8) * frontal)),
        head(.thinBone, .curve([[18, -42, -28, 2], [20, -36, -46, 2]], side: side)),
      ]
    }
    // Nasal cavity with septum and conchae, then the ethmoid cells.
    pieces.append(head(.air, .box(center: [0, -68, -24], half: [11, 26, 19], rounding: 8)))
    pieces.append(Piece(.air, .ellipsoid(center: [0, -99, -13], radii: [7, 8, 5])))
    for side: Float in [1, -1] {
      for (x, z, radius) in [(7.5, -33, 4.2), (7, -22, 3.2), (6, -12, 2.2)]
        as [(Float, Float, Float)]
      {
        pieces.append(
          head(
            .mucosa,
            .curve(
              [SIMD4(x, -86, z, 0.8), SIMD4(x, -66, z + 1, 1), SIMD4(x, -48, z + 2, 0.7)],
              side: side,
              girth: radius
            )
          )
        )
      }
      for index in 0..<3 {
        let y = -78 + 14 * Float(index)
        pieces.append(
          head(.air, .ellipsoid(center: SIMD3(7.5 * side, y, 1.5), radii: [5.6, 6.6, 9]))
        )
      }
    }
    pieces.append(
      head(.thinBone, .box(center: [0.6, -66, -20], half: [0.9, 26, 24], rounding: 0.5))
    )
    return pieces
  }

  private static func arch(side: Float) -> [Piece] {
    [
      head(
        .cortex,
        .curve(
          [
            [62, -8, -4, 4], [67, -24, -6, 2.8], [65, -42, -10, 3], [55, -60, -14, 4.5],
            [46, -70, -16, 6],
          ],
          side: side
        )
      ),
      // The articular tubercle above the condyle, the mastoid, the styloid and pterygoid processes.
      head(.cortex, .ellipsoid(center: spot(52, -10, 2, side), radii: [12, 9, 4])),
      head(.diploe, .ellipsoid(center: spot(54, 20, -12, side), radii: [11, 15, 20])),
      head(.cortex, .curve([[44, 4, -16, 2], [36, -8, -42, 1]], side: side)),
      head(.thinBone, .curve([[16, -34, -8, 3], [15, -34, -40, 1.8]], side: side)),
    ]
  }

  /// Sphenoid with its sinus, sella and clivus.
  private static func base(_ traits: PatientTraits) -> [Piece] {
    let cell = min(traits.growth("sphenoid sinus", deviation: 0.4), 1.2)
    let middle: [Piece] = [
      head(
        .cortex,
        .curve([[0, -44, 0, 13], [0, -28, -5, 12], [0, -13, -14, 9], [0, 4, -29, 7]])
      ),
      head(.marrow, .curve([[0, -24, -8, 8], [0, -12, -15, 6.5], [0, 3, -28, 5]])),
      head(
        .air,
        .ellipsoid(center: SIMD3(6 * cell, -41, -2), radii: SIMD3(5.4 * cell, 9 * cell, 8 * cell))
      ),
      head(
        .air,
        .ellipsoid(center: SIMD3(-6 * cell, -41, -2), radii: SIMD3(5 * cell, 9 * cell, 7.5 * cell))
      ),
      head(.cortex, .curve([[-8, -13, 6, 2], [0, -13.5, 8, 2.4], [8, -13, 6, 2]])),
      // The floor of the sella is hollow: gland and veins fill it.
      head(.cavernousSinus, .ellipsoid(center: [0, -23.5, 5], radii: [15, 8.5, 5.5])),
    ]
    return middle
      + [1, -1].map { (side: Float) -> Piece in
        head(
          .cortex,
          .curve([[9, -36, 17, 2], [26, -44, 18, 2.2], [46, -50, 16, 2.2]], side: side)
        )
      }
      + [1, -1].map { (side: Float) -> Piece in
        head(
          .cortex,
          .curve([[14, -36, -8, 5], [34, -28, -14, 4], [50, -18, -10, 4]], side: side)
        )
      }
  }

  /// The petrous bone with cochlea, inner and outer canals, tympanic cavity and mastoid cells.
  private static func ear(side: Float, _ traits: PatientTraits) -> [Piece] {
    let cells = traits.growth("mastoid cells \(side)", deviation: 0.5)
    return [
      head(
        .denseBone,
        .curve(
          [[13, -12, -4, 5], [26, -3, 0, 8.5], [38, 6, 1, 10], [50, 14, -2, 11]],
          side: side
        )
      ),
      head(
        .airCells,
        .rough(
          .ellipsoid(center: spot(52, 20, -8, side), radii: SIMD3(9, 12, 15) * min(cells, 1.1)),
          amplitude: 2.5,
          wavelength: 8,
          shift: traits.shift("cells", 30)
        )
      ),
      head(
        .fluid,
        .tube([
          Solid.Knot(position: spot(18, 6, 2, side), radius: 2.6),
          Solid.Knot(position: spot(30, 5, 2, side), radius: 2),
        ])
      ),
      head(.fluid, .ellipsoid(center: Orbits.cochlea(side: side), radii: [1.5, 1.3, 1.3])),
      head(.fluid, .ellipsoid(center: spot(38, 6, 4, side), radii: [1.8, 2, 1.6])),
      head(.air, .ellipsoid(center: spot(43, -1, -1, side), radii: [2.5, 5, 6])),
      head(.air, .curve([[45, 0, -4, 2.6], [58, 2, -5, 3.2], [80, 3, -7, 4]], side: side)),
    ]
  }
}
