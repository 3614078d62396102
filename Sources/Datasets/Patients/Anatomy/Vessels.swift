import Anatomy
import Randomness

/// Carotid and vertebral arteries, jugular veins, and nodes beside them.
struct Vessels {
  let pieces: [Piece]
  let organs: [OrganAtRisk: Solid]

  /// From the aortic arch's branches to the carotid canal.
  private static let carotid: [SIMD4<Float>] = [
    [13, 26, -222, 3.9], [17, 14, -200, 3.9], [22, 6, -172, 3.8], [25.5, -1, -146, 3.6],
    [27, -6, -120, 3.6],
    [27, -9, -98, 4.3], [27.5, -7, -82, 3.2], [28, -6, -60, 2.8], [27.5, -3, -40, 2.7],
    [26, -2, -22, 2.6],
  ]
  /// Through the petrous bone and beside the sella; the head's frame.
  private static let innerCarotid: [SIMD4<Float>] = [
    [26, 6, -20, 2.6], [25, 1, -9, 2.6], [18, -10, -6, 2.5], [12, -17, 0, 2.5], [11, -28, 2, 2.5],
    [9.5, -30, 9, 2.3],
    [10, -24, 13, 2], [20, -24, 14, 1.6], [36, -28, 14, 1.4],
  ]
  private static let others: [Strand] = [
    Strand(
      .artery,
      [
        [27, -11, -96, 3], [27, -18, -82, 2.4], [36, -20, -62, 2], [47, -14, -40, 1.8],
        [49, -12, -15, 1.6],
      ]
    ),
    Strand(.artery, [[28, -22, -84, 1.6], [36, -32, -76, 1.4], [44, -52, -64, 1.3]]),
    Strand(
      .vein,
      [
        [33, 14, -26, 4], [36, 4, -45, 4.6], [37, 2, -70, 5.2], [37, 0, -100, 5.6],
        [35, 2, -135, 6], [31, 8, -170, 6.2], [24, 18, -205, 6.5],
      ]
    ),
    Strand(
      .vein,
      [
        [56, -12, -14, 2], [55, -11, -40, 2.4], [51, -10, -66, 2.2], [49, -1, -95, 2],
        [46, 13, -140, 2.2],
      ]
    ),
    Strand(.vein, [[14, -36, -104, 1.3], [15, -31, -130, 1.5], [13, -18, -165, 1.7]]),
  ]

  /// - Parameters:
  ///   - traits: What the patient is like.
  ///   - inside: What lies below the fat under the skin: no vein of the neck leaves it.
  init(traits: PatientTraits, inside: Solid) {
    var pieces: [Piece] = []
    var organs: [OrganAtRisk: Solid] = [:]
    func enhanced(_ tissue: Tissue) -> Tissue {
      let ct = 45 + (tissue.ct - 45) * traits.contrast
      return Tissue(ct: ct, tissue.ctTexture, t1: tissue.t1, t2: tissue.t2, tissue.mrTexture)
    }
    for side: Float in [1, -1] {
      let isLeft = side > 0
      let width = traits.growth("carotid \(side)", deviation: 0.35)
      let shift = traits.shift("carotid \(side)", 1.2)
      let knots = Self.carotid.map {
        SIMD4(($0.x + shift.x) * side, $0.y + shift.y, $0.z, $0.w * width * 0.84)
      }
      let carotid = Solid.curve(knots)
      let vein = isLeft ? Float(0.85) : 1.1
      pieces += Self.others.map { strand in
        let girth = strand.tissue.ct == Tissue.vein.ct ? vein : 1
        let solid = Solid.shared(strand.solid(side: side, girth: girth), inside)
        return Piece(enhanced(strand.tissue), solid)
      }
      pieces.append(Piece(enhanced(.artery), carotid))
      pieces.append(
        Piece(enhanced(.artery), HeadFrame.solid(.curve(Self.innerCarotid, side: side)))
      )
      pieces.append(Piece(enhanced(.artery), .curve(Self.vertebral(side: side))))
      pieces += Self.nodes(side: side, traits)
      organs[isLeft ? .carotidArteryLeft : .carotidArteryRight] = carotid
    }
    // The venous sinuses behind the brain.
    pieces += [1, -1].map { side in
      Piece(
        enhanced(.vein),
        HeadFrame.solid(
          .curve(
            [[0, 72, 14, 4], [34, 60, 8, 3.6], [50, 28, 0, 4], [40, 20, -14, 4]],
            side: side
          )
        )
      )
    }
    pieces.append(
      Piece(
        enhanced(.artery),
        HeadFrame.solid(
          .curve([
            [8, 14, -26, 1.6], [2, 4, -16, 1.8], [0, -7, -8, 1.8], [0, -12, 8, 1.7],
            [0, -10, 20, 1.6],
          ])
        )
      )
    )
    self.pieces = pieces
    self.organs = organs
  }

  private static func vertebral(side: Float) -> [SIMD4<Float>] {
    stride(from: Float(-142), through: -42, by: 10).map { z in
      SIMD4(15.5 * side, Spine.canal(at: z).y - 9, z, 1.9)
    } + [
      SIMD4(22 * side, 10, -36, 1.9), SIMD4(14 * side, 14, -30, 1.8), SIMD4(8 * side, 6, -22, 1.7),
    ]
  }

  /// Small ordinary nodes along the jugular veins.
  private static func nodes(side: Float, _ traits: PatientTraits) -> [Piece] {
    var chance = traits.chance("nodes \(side)")
    return (0..<9).map { _ in
      let z = Float(chance.uniform(-165 ... -50))
      let place = SIMD3<Float>(
        side * Float(chance.uniform(36...50)),
        Float(chance.uniform(2...26)) + max(0, -z - 120) * 0.3,
        z
      )
      let radius = Float(chance.uniform(1.8...3.6))
      return Piece(
        .lymphNode,
        .ellipsoid(center: place, radii: [radius, radius * 1.2, radius * 1.7])
      )
    }
  }
}
