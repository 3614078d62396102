import Anatomy

/// Pharynx, larynx, trachea, esophagus and lungs.
///
/// Regions as HaN-Seg contours them; measures from anatomy textbooks; heights fit the spine's and
/// mandible's of planning CTs.
struct NeckOrgans {
  let softPieces: [Piece]
  let cartilages: [Piece]
  let airways: [Piece]
  let organs: [OrganAtRisk: Solid]

  init(traits: PatientTraits) {
    let width = traits.airwayWidth
    let size = (traits.isFemale ? 0.92 : 1.03) * traits.growth("larynx", deviation: 0.12)
    let supraglottis = Self.scaled(Self.supraglottis, size)
    let glottis = Self.scaled(Self.glottis, size)
    let arytenoids = Self.scaled(Self.arytenoids, size)
    let cricopharyngeus = Self.cricopharyngeus(traits.growth("cricopharyngeus", deviation: 0.2))
    let esophagus = Self.esophagus(traits.growth("esophagus", deviation: 0.25))
    let glandSize = traits.growth("thyroid", deviation: 0.3)
    let trachea = Solid.curve(Self.trachea, girth: 0.9 + 0.1 * width)
    let thyroid = Solid.cut(
      Self.thyroid(glandSize, traits),
      by: .grown(trachea, by: 2.2),
      blend: 1.5
    )
    var soft: [Piece] = [
      Piece(.mucosa, Self.pharynxWall),
      Piece(.mucosa, .grown(supraglottis, by: 0.6)), Piece(.muscle, .grown(glottis, by: 0.8)),
      Piece(.muscle, cricopharyngeus), Piece(.muscle, esophagus),
      Piece(.fat, Self.scaled(.ellipsoid(center: [0, -33, -100], radii: [9, 4.5, 8]), size)),
      Piece(.thyroid, thyroid),
    ]
    for side: Float in [1, -1] {
      soft.append(
        Piece(.tonsil, .ellipsoid(center: spot(16.5, -22, -54, side), radii: [5, 7.5, 12]))
      )
      soft.append(Piece(.tonsil, .ellipsoid(center: spot(11, -21, -14, side), radii: [5, 6, 8])))
    }
    softPieces = soft
    cartilages = Self.cartilages(size)
    airways = Self.airways(width, size, trachea, esophagus)
    organs = [
      .supraglotticLarynx: supraglottis, .glottis: glottis, .arytenoid: arytenoids,
      .cricopharyngeus: cricopharyngeus,
      .cervicalEsophagus: .shared(
        esophagus,
        .below(normal: [0, 0, -1], offset: 202)
      ),
      .thyroid: thyroid,
    ]
  }

  /// The larynx's middle, about which its size varies.
  private static let middle: SIMD3<Float> = [0, -14, -114]

  private static func scaled(_ solid: Solid, _ size: Float) -> Solid {
    .stretched(center: middle, by: SIMD3(repeating: size), solid)
  }

  /// From the epiglottis's tip to the ventricles; about 12 mL.
  private static let supraglottis = Solid.loft(
    Loft(
      [
        .init(-113, y: -18, width: 11.5, front: 11.5, back: 8.5),
        .init(-106, y: -19, width: 13, front: 12, back: 9.5),
        .init(-98, y: -20, width: 13.8, front: 11, back: 8.5),
        .init(-90, y: -22, width: 13, front: 8.5, back: 6),
        .init(-84, y: -24, width: 11, front: 5, back: 3.5),
      ],
      squareness: 0.3
    )
  )

  /// The vocal folds with 9 mm of height; about 2.8 mL.
  private static let glottis = Solid.loft(
    Loft(
      [
        .init(-122.5, y: -17, width: 8, front: 10.5, back: 10.5),
        .init(-118, y: -17, width: 9.8, front: 13, back: 11),
        .init(-113.5, y: -17, width: 9, front: 12, back: 11),
      ],
      squareness: 0.2
    )
  )

  /// Both cartilages with the muscle between them.
  private static let arytenoids = Solid.union(
    [1, -1].map {
      .curve([[5.5, -6.5, -119, 3.2], [5.2, -7, -112, 2.8], [4.4, -8, -106, 2]], side: $0)
    }
      + [.curve([[-4, -5.2, -114, 2.5], [4, -5.2, -114, 2.5]])],
    blend: 2
  )

  private static let trachea: [SIMD4<Float>] = [
    [0, -15, -125, 7.2], [0, -11, -133, 7.6], [0, -4, -143, 8], [0, 4, -156, 8.4],
    [-1, 14, -171, 8.6],
    [-2, 30, -197, 8.8], [-3, 46, -228, 9], [-3, 62, -265, 9],
  ]

  /// Behind the cricoid; about 3 mL.
  private static func cricopharyngeus(_ growth: Float) -> Solid {
    .stretched(
      center: [0, 3, -136],
      by: SIMD3(2.05 * growth, growth, 1),
      .curve([[0, -1.5, -129, 4.4], [0, 2.8, -137, 4.7], [0, 7.5, -145, 4.7]])
    )
  }

  /// Down to 2 cm below the clavicles' heads; about 10 mL.
  private static func esophagus(_ growth: Float) -> Solid {
    .stretched(
      center: [3, 24, -175],
      by: [1.45 * growth, growth, 1],
      .curve([
        [2.1, 8, -145, 5.3], [3.4, 17, -160, 5.3], [4.4, 26, -175, 5.2], [4.4, 44, -205, 5.3],
        [3.7, 60, -235, 5.4], [3, 74, -268, 5.4],
      ])
    )
  }

  /// Two lobes and the isthmus; about 18 mL.
  private static func thyroid(_ growth: Float, _ traits: PatientTraits) -> Solid {
    let lobes = [Float(1), -1].map { side -> Solid in
      let size = growth * traits.growth("lobe \(side)", deviation: 0.15)
      return .stretched(
        center: spot(17, -6, -146, side),
        by: SIMD3(size, size, size),
        .curve(
          [[16.5, -14, -126, 4], [18, -8, -140, 8], [17, -1, -154, 9], [14.5, 6, -164, 5.5]],
          side: side
        )
      )
    }
    let isthmus = Solid.curve([
      [13 * 1, -12, -150, 4.4], [0, -15.5, -149, 3.6], [-13, -12, -150, 4.4],
    ])
    return .union(lobes + [isthmus], blend: 4)
  }

  /// The soft wall around the pharynx's air.
  private static let pharynxWall = Solid.loft(
    Loft(
      [
        .init(-132, y: -4, width: 15, front: 8, back: 8),
        .init(-112, y: -8, width: 19, front: 8, back: 10),
        .init(-96, y: -12, width: 20, front: 8, back: 11),
        .init(-76, y: -17, width: 20, front: 10, back: 10),
        .init(-52, y: -22, width: 19, front: 9, back: 9),
        .init(-30, y: -25, width: 18, front: 10, back: 10),
        .init(-12, y: -24, width: 17, front: 10, back: 12),
        .init(-3, y: -22, width: 11, front: 7, back: 7),
      ],
      squareness: 0.3
    )
  )

  private static func cartilages(_ size: Float) -> [Piece] {
    func put(_ tissue: Tissue, _ solid: Solid) -> Piece { Piece(tissue, scaled(solid, size)) }
    var pieces = [
      // The cricoid: a ring, higher behind.
      put(
        .cartilage,
        .curve([
          [0, -26, -131, 2.2], [9, -20, -130, 2.2], [10.5, -11, -127, 2.6], [6, -5, -124, 3],
          [0, -4, -124, 3],
        ])
      ),
      put(
        .cartilage,
        .curve([
          [0, -26, -131, 2.2], [-9, -20, -130, 2.2], [-10.5, -11, -127, 2.6], [-6, -5, -124, 3],
          [0, -4, -124, 3],
        ])
      ),
      // The hyoid, then the epiglottis.
      put(
        .cortex,
        .curve([[0, -41, -96, 3.4], [10, -38, -95, 3], [19, -27, -92, 2.4], [22, -17, -89, 2]])
      ),
      put(
        .cortex,
        .curve([
          [0, -41, -96, 3.4], [-10, -38, -95, 3], [-19, -27, -92, 2.4], [-22, -17, -89, 2],
        ])
      ),
    ]
    for side: Float in [1, -1] {
      let plate = HeadFrame.turned(at: spot(10.5, -20, -115, side), x: 0, y: 0, z: -38 * side)
      pieces += [
        put(
          .cartilage,
          .placed(plate, .box(center: [0, 0, 0], half: [1.9, 16, 11.5], rounding: 1.8))
        ),
        put(.cartilage, .curve([[20, -7, -104, 1.8], [20, -7, -92, 1.6]], side: side)),
        put(.cartilage, .curve([[5.5, -6.5, -119, 2.8], [5.2, -7, -110, 2]], side: side)),
      ]
    }
    return pieces
  }

  private static let epiglottis = Solid.stretched(
    center: [0, -22, -95],
    by: [3.6, 1, 1],
    .curve([[0, -17, -84, 1.8], [0, -20, -91, 2.1], [0, -25, -100, 2.1], [0, -28, -107, 1.6]])
  )

  private static func airways(_ width: Float, _ size: Float, _ trachea: Solid, _ esophagus: Solid)
    -> [Piece]
  {
    let pharynx = Solid.loft(
      Loft(
        [
          .init(-109, y: -4.5, width: 10, front: 1.6, back: 1.6),
          .init(-98, y: -7, width: 13, front: 3.5, back: 3.5),
          .init(-90, y: -12, width: 13 * width, front: 6, back: 6),
          .init(-78, y: -16, width: 13 * width, front: 6.5, back: 6),
          .init(-60, y: -21, width: 12 * width, front: 6, back: 5),
          .init(-42, y: -22, width: 11 * width, front: 5, back: 5),
          .init(-26, y: -25, width: 12.5, front: 7, back: 6),
          .init(-10, y: -26, width: 12, front: 8, back: 9),
          .init(-5, y: -26, width: 9, front: 6, back: 6),
        ],
        squareness: 0.2
      )
    )
    let choanae = Solid.union(
      [1, -1].map { .curve([[6.5, -56, -7, 5], [7, -40, -10, 6], [6, -30, -12, 7]], side: $0) }
    )
    let larynx = Solid.loft(
      Loft(
        [
          .init(-128, y: -15, width: 7, front: 7.5, back: 7.5),
          .init(-122, y: -16, width: 5, front: 10, back: 8.5),
          .init(-118.5, y: -18, width: 1.7, front: 10, back: 8),
          .init(-115, y: -18, width: 2.2, front: 10, back: 9),
          .init(-112, y: -18, width: 5, front: 9, back: 8),
          .init(-104, y: -17, width: 7, front: 8, back: 7),
          .init(-95, y: -15, width: 9, front: 7, back: 6),
          .init(-89, y: -13, width: 9, front: 5, back: 5),
        ]
      )
    )
    var pieces = [
      Piece(.cartilage, .grown(trachea, by: 1.6)), Piece(.air, trachea), Piece(.air, pharynx),
      Piece(.air, choanae),
      Piece(.air, scaled(larynx, size)),
      Piece(.air, .curve([[5, 20, -163, 1.2], [6, 34, -188, 1.6]])),
      // The epiglottis stands in the air.
      Piece(.mucosa, scaled(epiglottis, size)),
      Piece(.cartilage, scaled(.grown(epiglottis, by: -0.9), size)),
    ]
    for side: Float in [1, -1] {
      pieces += [
        Piece(.lung, .ellipsoid(center: spot(66, 46, -260, side), radii: [54, 66, 92])),
        // The piriform sinuses.
        Piece(
          .air,
          .curve([[13.5, -7, -100, 3.4], [13, -5, -110, 2.4], [11, -3, -117, 1.2]], side: side)
        ),
      ]
    }
    return pieces
  }
}
