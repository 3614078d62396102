import Anatomy

/// Parotid and submandibular glands.
///
/// Places, extents and volumes follow contours of 16 planning CTs: 28 and 9 mL.
struct Glands {
  let pieces: [Piece]
  let organs: [OrganAtRisk: Solid]

  /// - Parameters:
  ///   - traits: What the patient is like.
  ///   - inside: What lies below the fat under the skin: glands end there.
  init(traits: PatientTraits, inside: Solid) {
    var pieces: [Piece] = []
    var organs: [OrganAtRisk: Solid] = [:]
    let parotidSize = traits.growth("parotid", deviation: 0.3)
    let submandibularSize = traits.growth("submandibular", deviation: 0.28)
    for side: Float in [1, -1] {
      let wholeParotid = Self.parotid(
        side,
        parotidSize * traits.growth("parotid \(side)", deviation: 0.12),
        traits
      )
      let wholeSubmandibular = Self.submandibular(
        side,
        submandibularSize * traits.growth("submandibular \(side)", deviation: 0.12),
        traits
      )
      let parotid = Solid.shared(wholeParotid, inside)
      let submandibular = Solid.shared(wholeSubmandibular, inside)
      pieces += [
        Piece(.fat, .shared(.grown(wholeParotid, by: 1.4), inside)), Piece(.parotid, parotid),
        Piece(.fat, .shared(.grown(wholeSubmandibular, by: 1.6), inside)),
        Piece(.submandibular, submandibular),
      ]
      organs[side > 0 ? .parotidLeft : .parotidRight] = parotid
      organs[side > 0 ? .submandibularGlandLeft : .submandibularGlandRight] = submandibular
    }
    self.pieces = pieces
    self.organs = organs
  }

  /// The outer lobe over masseter and jaw, the deep lobe behind the ramus, and the tail.
  private static func parotid(_ side: Float, _ size: Float, _ traits: PatientTraits) -> Solid {
    let center = SIMD3<Float>(58 * side, -13, -37) + traits.shift("parotid \(side)", 1.5)
    let outer = HeadFrame.turned(at: spot(2.5, -1, 1, side), x: 8, z: -14 * side)
    let lobes = Solid.union(
      [
        .placed(outer, .ellipsoid(center: [0, 0, 0], radii: [8.2, 20, 27])),
        .ellipsoid(center: spot(-8, 9, 1, side), radii: [11, 9.5, 19]),
        .ellipsoid(center: spot(-1.5, 3, -21, side), radii: [8, 11, 13]),
      ],
      blend: 6
    )
    let gland = Solid.rough(
      lobes,
      amplitude: 1.6,
      wavelength: 14,
      shift: traits.shift("lobes \(side)", 60)
    )
    let placed = Solid.placed(
      Placement(origin: center),
      .stretched(center: [0, 0, 0], by: SIMD3(repeating: size), gland)
    )
    // The jaw and its muscle lie in the gland's bend.
    let jaw = Solid.union([
      .curve([[43.5, -30, -48, 7], [47, -25, -30, 6], [50, -20, -8, 6]], side: side),
      .placed(
        HeadFrame.turned(at: spot(54.5, -38, -27, side), x: 18, z: 12 * side),
        .ellipsoid(center: [0, 0, 0], radii: [7.5, 17, 30])
      ),
      .curve([[55, 15, -22, 7.5], [53, 5, -58, 9]], side: side),
    ])
    return .cut(placed, by: jaw, blend: 2)
  }

  private static func submandibular(_ side: Float, _ size: Float, _ traits: PatientTraits) -> Solid
  {
    let center = SIMD3<Float>(31 * side, -29, -81) + traits.shift("submandibular \(side)", 2)
    let frame = HeadFrame.turned(at: center, x: -14, y: -10 * side, z: 20 * side)
    let gland = Solid.rough(
      .ellipsoid(center: [0, 0, 0], radii: SIMD3(8.7, 12.6, 18) * size),
      amplitude: 1.2,
      wavelength: 12,
      shift: traits.shift("lobules \(side)", 60)
    )
    return .placed(frame, gland)
  }
}
