import Anatomy

/// Vertebrae with discs, canal and cord.
///
/// The canal's line and the cord's calibers follow contours of 16 planning CTs; vertebrae the usual
/// measures of anatomy textbooks.
struct Spine {
  let pieces: [Piece]
  let organs: [OrganAtRisk: Solid]

  /// The middle of the canal: y by z.
  static let canal: [SIMD2<Float>] = [
    [-285, 112], [-260, 105], [-230, 94], [-200, 78.5], [-190, 73.5], [-180, 68], [-170, 62],
    [-160, 56], [-150, 50.2],
    [-140, 44.8], [-130, 39.8], [-120, 35.6], [-110, 32], [-100, 28.6], [-90, 25.4], [-80, 22.2],
    [-70, 19.7], [-60, 17.7], [-50, 16.4], [-40, 15.9], [-30, 15.3], [-22, 14.6],
  ]
  /// The middle heights of C2…T5.
  private static let levels: [Float] = [
    -52, -69, -86, -103, -120, -138, -158, -180, -203, -227, -252,
  ]

  /// The canal's middle at a height, and the slope of its line.
  static func canal(at z: Float) -> (y: Float, slope: Float) {
    let upper = min(max(canal.firstIndex { $0.x >= z } ?? canal.count - 1, 1), canal.count - 1)
    let (a, b) = (canal[upper - 1], canal[upper])
    let slope = (b.y - a.y) / (b.x - a.x)
    return (a.y + slope * (z - a.x), slope)
  }

  /// - Parameters:
  ///   - traits: What the patient is like.
  ///   - inside: What lies below the fat under the skin: ribs end there.
  init(traits: PatientTraits, inside: Solid) {
    var pieces: [Piece] = []
    let growth = traits.growth("vertebrae", deviation: 0.15)
    for (number, z) in Self.levels.enumerated() {
      pieces += Self.vertebra(number, at: z, growth)
      if number > 5 { pieces += Self.ribs(number, at: z, inside: inside) }
    }
    pieces += Self.atlas(growth)
    let thickness = traits.growth("cord", deviation: 0.25)
    let line = Self.canal.map { SIMD4<Float>(0, $0.y, $0.x, 4.1 * thickness) }
    let cord = Solid.shared(
      .stretched(center: [0, 40, -140], by: [1.27, 1, 1], .curve(line, steps: 2)),
      .below(normal: [0, 0.34, 0.94], offset: -25)
    )
    let wide = Self.canal.filter { $0.x < -26 }.map { SIMD4<Float>(0, $0.y, $0.x, 8.2) }
    let roomy = wide.map { SIMD4<Float>(0, $0.y + 0.8, $0.z, $0.w + 0.5) }
    pieces += [
      Piece(.fat, .stretched(center: [0, 40, -140], by: [1.3, 1, 1], .curve(roomy, steps: 2))),
      Piece(.fluid, .stretched(center: [0, 40, -140], by: [1.24, 1, 1], .curve(wide, steps: 2))),
      Piece(.fluid, HeadFrame.solid(.curve([[0, 27, -38, 11], [0, 25, -24, 12]]))),
      Piece(.cord, cord),
    ]
    self.pieces = pieces
    organs = [.spinalCord: cord]
  }

  private static func vertebra(_ number: Int, at z: Float, _ growth: Float) -> [Piece] {
    let (y, slope) = canal(at: z)
    let isThoracic = number > 5
    let half = SIMD3<Float>(isThoracic ? 15 : 12.5, isThoracic ? 10 : 8, 6) * growth
    // Atan of the slope: the body's plates are square to the canal.
    let angle = -slope * 50
    let frame = HeadFrame.turned(at: [0, y, z], x: -angle)
    func put(_ tissue: Tissue, _ solid: Solid) -> Piece { Piece(tissue, .placed(frame, solid)) }
    let middle = SIMD3<Float>(0, -8.5 - half.y, 0)
    let body = Solid.box(center: middle, half: half, rounding: 3)
    var pieces = [
      put(
        .disc,
        .box(
          center: middle + SIMD3(0, 0, half.z + 2.2),
          half: SIMD3(half.x - 0.5, half.y - 0.5, 4.4),
          rounding: 2.5
        )
      ),
      put(.cortex, body), put(.marrow, .grown(body, by: -1.4)),
    ]
    let spine: Float = number == 0 ? 24 : isThoracic ? 34 : 20 + 2.4 * Float(number)
    let drop: Float = isThoracic ? -16 : -5
    for side: Float in [1, -1] {
      let mass = Solid.ellipsoid(center: spot(18.5, -1, 0, side), radii: SIMD3(6, 6.5, 8) * growth)
      let lamina = Solid.curve(
        [[16, 4, 0, 3.2], [9, 11.5, -2, 3], [0, 14.5, -3, 3]],
        side: side
      )
      let wing = Solid.curve(
        [[17, -5, 0, 3], isThoracic ? [32, 8, 0, 3] : [25, -8, 0, 3]],
        side: side
      )
      let pedicle = Solid.curve([[10, -9, 2, 3.2], [17, -3, 1, 3.4]], side: side)
      pieces += [
        put(.cortex, .union([mass, lamina, wing, pedicle], blend: 2)),
        put(.marrow, .grown(mass, by: -1.6)),
      ]
    }
    let process = Solid.curve([
      [0, 14, -3, 3.2], SIMD4(0, 14 + spine * 0.5, -3 + drop * 0.5, 2.8),
      SIMD4(0, 14 + spine, -3 + drop, 3.6),
    ])
    pieces += [put(.cortex, process), put(.marrow, .grown(process, by: -1.3))]
    return pieces
  }

  /// The pair of ribs of a thoracic vertebra; the first two are the shortest.
  private static func ribs(_ number: Int, at z: Float, inside: Solid) -> [Piece] {
    let (y, slope) = canal(at: z)
    let frame = HeadFrame.turned(at: [0, y, z], x: slope * 50)
    let length: Float = number == 6 ? 0.66 : number == 7 ? 0.85 : 1
    let full: [SIMD4<Float>] = [
      [22, -8, 0, 4], [44, 10, -2, 4], [74, 4, -14, 4.2], [88, -32, -30, 4.2], [70, -78, -46, 4.2],
    ]
    let knots = full.map { knot -> SIMD4<Float> in
      SIMD4(max(knot.x * length, 22), knot.y * length, knot.z * length, knot.w)
    }
    let rib = Strand(.cortex, knots, shape: [1, 1, 1.4])
    return [Float(1), -1].map { side in
      Piece(.cortex, .shared(.placed(frame, rib.solid(side: side)), inside))
    }
  }

  /// The atlas's ring and the dens.
  private static func atlas(_ growth: Float) -> [Piece] {
    let y = canal(at: -34).y
    func behind(_ knots: [SIMD4<Float>]) -> [SIMD4<Float>] {
      knots.map { SIMD4($0.x, $0.y + y, $0.z, $0.w) }
    }
    let ring = behind([
      [0, -22, -33, 3], [12, -18, -34, 3.4], [20, -6, -35, 6.5], [20, 4, -36, 4], [13, 15, -37, 3],
      [0, 19, -38, 3.4],
    ])
    let dens = behind([[0, -14, -54, 6], [0, -14.5, -40, 5], [0, -14.5, -31, 4]])
    return [1, -1].flatMap { (side: Float) -> [Piece] in
      let half = Solid.curve(ring, side: side, girth: growth)
      let wing = Solid.curve([SIMD4(20, y - 3, -35, 5), SIMD4(36, y, -36, 4)], side: side)
      return [
        Piece(.cortex, .union([half, wing], blend: 3)), Piece(.marrow, .grown(half, by: -1.5)),
      ]
    } + [Piece(.cortex, .curve(dens)), Piece(.marrow, .grown(.curve(dens), by: -1.4))]
  }
}
