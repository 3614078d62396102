import Anatomy
import func Foundation.cos
import func Foundation.sin

/// Mandible, palate, teeth, tongue and the regions of the mouth.
///
/// The mandible follows contours of 16 planning CTs (61 mL); the mouth's regions HaN-Seg's and
/// Brouwer's descriptions.
struct Jaws {
  let bones: [Piece]
  let softPieces: [Piece]
  let teeth: [Piece]
  let organs: [OrganAtRisk: Solid]
  let fillings: [SIMD3<Float>]

  /// The body's and ramus's line with half widths across the cheek, left side.
  private static let body: [SIMD4<Float>] = [
    [0, -86, -77, 6.5], [12, -83, -75, 6.5], [24, -72, -68, 6.2], [33, -58, -60, 6],
    [40, -44, -52, 5.6], [44.5, -33, -42, 5],
  ]
  private static let alveolus: [SIMD4<Float>] = [
    [0, -86.5, -66, 4.6], [11, -83, -64.5, 4.8], [21, -71, -58, 5], [28.5, -57, -51, 5],
    [36, -46, -44, 4.6],
  ]
  private static let ramus: [[SIMD4<Float>]] = [
    [[45, -28, -48, 5], [47.5, -24, -30, 4.2], [50, -18, -12, 3.6], [51, -14.5, -4, 5.5]],
    [[42, -38, -42, 4.8], [45, -37, -25, 3.6], [47, -41, -10, 2.6], [48, -42, -2, 1.8]],
    [[43.5, -32, -46, 4.6], [46.5, -31, -30, 3.8], [48.5, -30, -14, 2.8]],
  ]

  init(traits: PatientTraits) {
    let growth = 1.1 * traits.growth("mandible", deviation: 0.2)
    let halves = [Float(1), -1].flatMap { side -> [Solid] in
      ([Self.body, Self.alveolus] + Self.ramus).map { knots in
        .curve(knots.map { SIMD4($0.x * side, $0.y, $0.z, $0.w * growth) })
      }
    }
    let mandible = Solid.stretched(
      center: [0, -50, -45],
      by: [1, 1, 1.02],
      .union(halves, blend: 6)
    )
    // Where the heads of the jaw turn, in cartilage.
    let joints = Solid.union(
      [1, -1].map { .ellipsoid(center: spot(51, -14.5, -2, $0), radii: [11, 11, 9]) }
    )
    let mouth = Self.mouth(traits)
    let tongue = Self.tongue(traits)
    let cheeks = [Float(1), -1].map { Self.cheek(side: $0, traits) }
    let lips = Self.lips(traits)
    bones = [
      Piece(.thinBone, .box(center: [0, -70, -21], half: [21, 21, 2], rounding: 1.5)),
      Piece(.thinBone, .curve(Self.arch(y: -91, z: -29, radius: 7))),
      Piece(.disc, .shared(.grown(mandible, by: 1.4), joints)),
      Piece(.cortex, mandible),
      Piece(.marrow, .grown(mandible, by: -2.3)),
    ]
    let palate = Solid.stretched(
      center: [0, -38, -27],
      by: [2.6, 1, 1],
      .curve([[0, -49, -22, 3.5], [0, -38, -26, 4], [0, -28, -36, 4], [0, -25, -46, 3]])
    )
    softPieces =
      cheeks.map { Piece(.mucosa, .grown($0, by: 0.5)) } + [
        Piece(.muscle, .cut(.grown(lips, by: -1.5), by: mouth, blend: 2)),
        Piece(.mucosa, .grown(mouth, by: 0.5)), Piece(.tongue, tongue), Piece(.mucosa, palate),
        Piece(.air, Self.gap(traits)),
      ]
    let crowns = Self.crowns(traits)
    teeth = crowns.pieces
    fillings = crowns.fillings
    organs = [
      .mandible: mandible, .oralCavity: mouth, .buccalMucosa: .union(cheeks),
      .lips: .cut(
        lips,
        by: .union([mouth, .curve(Self.arch(y: -88, z: -46, radius: 5))]),
        blend: 1
      ),
    ]
  }

  private static func mouth(_ traits: PatientTraits) -> Solid {
    let growth = traits.growth("mouth", deviation: 0.15)
    return .loft(
      Loft(
        [
          .init(-83, y: -58, width: 7, front: 10, back: 12),
          .init(-76, y: -56, width: 14, front: 20, back: 20),
          .init(-66, y: -56, width: 19 * growth, front: 25, back: 27),
          .init(-52, y: -56, width: 22.5 * growth, front: 29, back: 28),
          .init(-40, y: -58, width: 24 * growth, front: 31, back: 25),
          .init(-30, y: -62, width: 22 * growth, front: 29, back: 20),
          .init(-24, y: -66, width: 14, front: 20, back: 14),
        ],
        squareness: 0.35
      )
    )
  }

  private static func tongue(_ traits: PatientTraits) -> Solid {
    let shift = traits.shift("tongue", 1.5)
    return .union(
      [
        .ellipsoid(center: [0, -58, -49] + shift, radii: [22, 30, 19]),
        .ellipsoid(center: [0, -38, -65] + shift, radii: [20, 18, 27]),
        .curve([[0, -78, -74, 6], [0, -64, -66, 12], [0, -46, -84, 9], [0, -40, -94, 5]]),
      ],
      blend: 10
    )
  }

  /// Air between tongue and palate.
  private static func gap(_ traits: PatientTraits) -> Solid {
    let width = traits.airwayWidth
    return .curve(
      [[0, -84, -36, 1.5], [0, -70, -28, 2.4], [0, -54, -27, 2.2], [0, -44, -31, 1.2]],
      girth: width
    )
  }

  /// The inside of the cheek beside the teeth; about 6 mL a side.
  private static func cheek(side: Float, _ traits: PatientTraits) -> Solid {
    let growth = traits.growth("cheek", deviation: 0.2)
    let frame = HeadFrame.turned(at: spot(36, -70, -43, side), x: -14, z: -22 * side)
    return .placed(frame, .ellipsoid(center: [0, 0, 0], radii: SIMD3(4, 19.5, 16.5) * growth))
  }

  private static func lips(_ traits: PatientTraits) -> Solid {
    let growth = traits.growth("lips", deviation: 0.2)
    return .stretched(
      center: [0, -98, -47],
      by: SIMD3(repeating: growth),
      .shared(
        .ellipsoid(center: [0, -95, -47], radii: [24.5, 10.8, 13.5]),
        .below(normal: [0, 1, 0], offset: -91)
      )
    )
  }

  /// A dental arch from the right third molar to the left.
  private static func arch(y: Float, z: Float, radius: Float) -> [SIMD4<Float>] {
    stride(from: Float(-1), through: 1, by: 0.125).map { t in
      let angle = t * 1.62
      let bow = 1 - cos(angle)
      return SIMD4(27.5 * sin(angle), y + 40 * bow, z + 6 * bow, radius)
    }
  }

  /// Crowns and roots of 28 teeth less the missing ones; metal crowns.
  private static func crowns(_ traits: PatientTraits) -> (pieces: [Piece], fillings: [SIMD3<Float>])
  {
    var pieces: [Piece] = []
    var fillings: [SIMD3<Float>] = []
    for number in 0..<28
    where !traits.teethMissing.contains(number) || traits.fillings.contains(number) {
      let isUpper = number < 14
      let place = Float(number % 14) - 6.5
      let angle = place / 6.5 * 1.42
      let molar = abs(place) > 3.5
      let base: SIMD3<Float> = isUpper ? [26, -94, -40] : [24.5, -90.5, -53.5]
      let rise: Float = isUpper ? 5 : 13
      let bow = 1 - cos(angle)
      let crown = SIMD3(base.x * sin(angle), base.y + 38 * bow, base.z + rise * bow)
      let up: Float = isUpper ? 1 : -1
      let root = crown + SIMD3(0, 2.5 * cos(angle), 13 * up)
      let width: Float = molar ? 3.9 : 2.7
      pieces.append(
        Piece(
          .tooth,
          .tube([
            .init(position: crown - SIMD3(0, 0, 2.5 * up), radius: width),
            .init(position: crown + SIMD3(0, 0, 3 * up), radius: width),
            .init(position: root, radius: width * 0.45),
          ])
        )
      )
      if traits.fillings.contains(number) {
        fillings.append(crown)
        pieces.append(
          Piece(
            .filling,
            .ellipsoid(
              center: crown - SIMD3(0, 0, 2 * up),
              radii: SIMD3(width * 0.8, width * 0.8, 2.2)
            )
          )
        )
      }
    }
    return (pieces, fillings)
  }
}
