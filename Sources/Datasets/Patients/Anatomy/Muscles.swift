/// Muscles of neck, jaw and shoulders, with fat between them.
///
/// Lines from origin to insertion as in anatomy atlases, on the left; girths of an average man.
struct Muscles {
  let pieces: [Piece]

  private static let strands: [Strand] = [
    // Trapezius, splenius, semispinalis, the deep muscles, levator scapulae.
    Strand(
      .muscle,
      [
        [9, 88, -28, 5], [20, 83, -75, 6], [48, 88, -125, 8], [92, 84, -158, 10],
        [150, 62, -178, 11],
      ],
      shape: [1.5, 1, 1]
    ),
    Strand(
      .muscle,
      [[46, 36, -14, 6], [36, 58, -50, 8.5], [20, 74, -100, 8.5], [9, 96, -160, 7]]
    ),
    Strand(
      .muscle,
      [
        [15, 66, -8, 9], [15, 58, -50, 11.5], [15, 66, -100, 11.5], [14, 92, -160, 11],
        [16, 128, -235, 12],
      ]
    ),
    Strand(
      .muscle,
      [
        [14, 40, -28, 7], [15, 44, -70, 8], [16, 56, -110, 9], [17, 80, -155, 10],
        [18, 118, -225, 11],
      ]
    ),
    Strand(
      .muscle,
      [[31, 22, -42, 6], [40, 37, -80, 9], [52, 56, -125, 10], [70, 82, -170, 10]]
    ),
    Strand(.muscle, [[30, 30, -22, 7], [28, 40, -50, 7], [24, 44, -80, 6]]),
    // Sternocleidomastoid, scalenes, longus colli.
    Strand(
      .muscle,
      [
        [55, 15, -22, 7], [53, 5, -58, 9], [46, -7, -98, 9.5], [31, -15, -140, 8.5],
        [12, -13, -182, 6],
      ],
      shape: [0.85, 1.4, 1]
    ),
    Strand(
      .muscle,
      [[24, 15, -75, 5], [29, 20, -110, 8.5], [36, 27, -145, 9.5], [46, 28, -178, 9]]
    ),
    Strand(
      .muscle,
      [[31, 26, -85, 5], [39, 37, -120, 9], [49, 46, -155, 10], [58, 50, -182, 9]]
    ),
    Strand(
      .muscle,
      [
        [8, -9, -38, 4.5], [9, -5, -75, 5.5], [9, 3, -110, 6], [9, 17, -145, 6], [9, 40, -185, 5],
      ]
    ),
    // Pharyngeal constrictors, straps, digastric, the floor of the mouth.
    Strand(.muscle, [[17, -17, -28, 3], [19, -18, -60, 3.5], [18, -13, -95, 3]]),
    Strand(
      .muscle,
      [[7, -41, -98, 3.5], [12, -37, -118, 4], [11, -27, -145, 4.5], [9, -12, -182, 5]],
      shape: [1.5, 0.8, 1]
    ),
    Strand(.muscle, [[5, -82, -86, 4], [9, -64, -93, 5.5], [14, -42, -95, 4]]),
    Strand(
      .muscle,
      [[47, 8, -25, 5], [42, -4, -52, 4.5], [32, -22, -84, 4], [18, -38, -95, 3]]
    ),
    Strand(
      .muscle,
      [[30, -48, -72, 3.5], [22, -58, -82, 4], [10, -68, -86, 4]],
      shape: [1, 1.6, 1]
    ),
    // Shoulder: supraspinatus, deltoid, pectoralis, infraspinatus, rhomboids.
    Strand(.muscle, [[60, 92, -185, 11], [105, 84, -186, 14], [150, 60, -190, 12]]),
    Strand(.muscle, [[176, 40, -186, 15], [188, 44, -215, 18], [192, 44, -260, 18]]),
    Strand(
      .muscle,
      [[30, -28, -228, 10], [90, -30, -222, 16], [150, 0, -228, 16]],
      shape: [1, 0.8, 1.5]
    ),
    Strand(
      .muscle,
      [[60, 116, -232, 14], [110, 106, -228, 16], [150, 78, -222, 13]],
      shape: [1, 0.8, 1.6]
    ),
    Strand(
      .muscle,
      [[22, 118, -185, 8], [40, 122, -225, 10], [50, 124, -262, 10]],
      shape: [1.6, 0.8, 1]
    ),
  ]

  /// The muscles behind the spine as one mass, which fat divides.
  private static let back: [Loft.Section] = [
    .init(-262, y: 116, width: 78, front: 28, back: 22),
    .init(-200, y: 100, width: 84, front: 28, back: 32),
    .init(-170, y: 85, width: 64, front: 30, back: 34),
    .init(-140, y: 66, width: 52, front: 30, back: 33),
    .init(-110, y: 55, width: 48, front: 32, back: 31),
    .init(-80, y: 48, width: 48, front: 34, back: 31),
    .init(-50, y: 48, width: 48, front: 36, back: 31),
    .init(-18, y: 56, width: 42, front: 30, back: 24),
  ]

  init(traits: PatientTraits, inside: Solid) {
    var pieces = [
      Piece(.muscle, .shared(.loft(Loft(Self.back, squareness: 0.3)), inside)),
      Piece(.muscle, .ellipsoid(center: [0, -62, -83], radii: [24, 25, 11])),
    ]
    for side: Float in [1, -1] {
      let girth = traits.girth * traits.growth("muscles \(side)", deviation: 0.1)
      for strand in Self.strands {
        let solid = Solid.rough(
          strand.solid(side: side, girth: girth * 1.16),
          amplitude: 1.8,
          wavelength: 26,
          shift: traits.shift("strands", 80)
        )
        // Fat as thin as a sheet of paper shows where muscles meet.
        pieces += [
          Piece(.fat, .shared(.grown(solid, by: 0.7), inside)),
          Piece(.muscle, .shared(solid, inside)),
        ]
      }
      pieces += Self.chewing(side: side, girth: girth)
    }
    self.pieces = pieces
  }

  /// Temporalis, masseter and the pterygoids.
  private static func chewing(side: Float, girth: Float) -> [Piece] {
    let masseter = HeadFrame.turned(at: spot(55, -38, -27, side), x: 18, z: 12 * side)
    let medial = HeadFrame.turned(at: spot(36, -27, -32, side), x: 20, y: -8 * side, z: 8 * side)
    return [
      Piece(
        .muscle,
        HeadFrame.solid(
          .ellipsoid(center: spot(61, -36, 26, side), radii: [9 * girth, 30, 42])
        )
      ),
      Piece(.muscle, HeadFrame.solid(.curve([[56, -38, 2, 9], [53, -38, -26, 6]], side: side))),
      Piece(
        .muscle,
        .placed(masseter, .ellipsoid(center: [0, 0, 0], radii: [7.5 * girth, 17, 30]))
      ),
      Piece(
        .muscle,
        .placed(medial, .ellipsoid(center: [0, 0, 0], radii: [7.5 * girth, 13, 24]))
      ),
      Piece(
        .muscle,
        .ellipsoid(center: spot(36, -32, -4, side), radii: [13 * girth, 14, 9])
      ),
    ]
  }
}
