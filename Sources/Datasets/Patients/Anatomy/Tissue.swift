/// What a solid is made of, as each scan shows it.
///
/// HU are those of a contrast-enhanced planning CT at 120 kVp; MR signals are on a scale where the
/// brightest fat of a T1-weighted spin echo without fat suppression is 900.
struct Tissue: Sendable {
  /// HU on CT, and how much they vary within the tissue.
  let ct: Float
  let ctTexture: Float
  /// The signals on T1-weighted and on fat-suppressed T2-weighted MR.
  let t1: Float
  let t2: Float
  /// How much MR signals vary within the tissue, as a part of them.
  let mrTexture: Float

  init(ct: Float, _ ctTexture: Float, t1: Float, t2: Float, _ mrTexture: Float) {
    self.ct = ct
    self.ctTexture = ctTexture
    self.t1 = t1
    self.t2 = t2
    self.mrTexture = mrTexture
  }

  static let air = Tissue(ct: -1000, 0, t1: 0, t2: 0, 0)
  static let lung = Tissue(ct: -820, 60, t1: 25, t2: 30, 0.3)
  static let airCells = Tissue(ct: -450, 330, t1: 60, t2: 60, 0.7)
  static let skin = Tissue(ct: 10, 12, t1: 520, t2: 300, 0.08)
  static let fat = Tissue(ct: -104, 9, t1: 900, t2: 130, 0.07)
  static let muscle = Tissue(ct: 60, 8, t1: 330, t2: 170, 0.1)
  static let tongue = Tissue(ct: 62, 13, t1: 400, t2: 230, 0.16)
  static let mucosa = Tissue(ct: 78, 8, t1: 400, t2: 640, 0.08)
  static let tonsil = Tissue(ct: 82, 8, t1: 370, t2: 600, 0.08)
  static let cortex = Tissue(ct: 1180, 110, t1: 45, t2: 35, 0.2)
  static let denseBone = Tissue(ct: 1750, 120, t1: 30, t2: 25, 0.2)
  static let marrow = Tissue(ct: 340, 85, t1: 640, t2: 170, 0.12)
  static let diploe = Tissue(ct: 620, 90, t1: 560, t2: 150, 0.15)
  static let thinBone = Tissue(ct: 520, 80, t1: 140, t2: 90, 0.2)
  static let tooth = Tissue(ct: 2300, 150, t1: 15, t2: 12, 0.2)
  static let filling = Tissue(ct: 3071, 0, t1: 0, t2: 0, 0)
  static let disc = Tissue(ct: 95, 12, t1: 260, t2: 330, 0.1)
  static let cartilage = Tissue(ct: 150, 70, t1: 290, t2: 220, 0.15)
  static let fluid = Tissue(ct: 8, 3, t1: 120, t2: 980, 0.04)
  static let grayMatter = Tissue(ct: 40, 3, t1: 400, t2: 430, 0.04)
  static let whiteMatter = Tissue(ct: 32, 3, t1: 560, t2: 320, 0.03)
  static let brainstem = Tissue(ct: 35, 3, t1: 510, t2: 350, 0.04)
  static let cord = Tissue(ct: 42, 4, t1: 480, t2: 360, 0.05)
  static let nerve = Tissue(ct: 36, 4, t1: 470, t2: 400, 0.05)
  static let pituitary = Tissue(ct: 70, 4, t1: 690, t2: 470, 0.05)
  static let vitreous = Tissue(ct: 14, 3, t1: 130, t2: 990, 0.03)
  static let lens = Tissue(ct: 92, 5, t1: 380, t2: 90, 0.05)
  static let sclera = Tissue(ct: 55, 4, t1: 330, t2: 220, 0.05)
  static let lacrimalGland = Tissue(ct: 52, 6, t1: 420, t2: 460, 0.08)
  static let parotid = Tissue(ct: -8, 20, t1: 640, t2: 430, 0.13)
  static let submandibular = Tissue(ct: 68, 9, t1: 480, t2: 480, 0.08)
  static let thyroid = Tissue(ct: 165, 12, t1: 430, t2: 420, 0.08)
  static let artery = Tissue(ct: 235, 6, t1: 50, t2: 40, 0.3)
  static let vein = Tissue(ct: 175, 8, t1: 90, t2: 120, 0.3)
  static let cavernousSinus = Tissue(ct: 150, 8, t1: 340, t2: 300, 0.1)
  static let lymphNode = Tissue(ct: 72, 5, t1: 340, t2: 600, 0.07)
  static let tumor = Tissue(ct: 88, 11, t1: 350, t2: 660, 0.1)
  static let necrosis = Tissue(ct: 32, 8, t1: 230, t2: 900, 0.08)
  static let couchShell = Tissue(ct: -150, 20, t1: 0, t2: 0, 0)
  static let couchFoam = Tissue(ct: -930, 8, t1: 0, t2: 0, 0)
  static let mask = Tissue(ct: -80, 20, t1: 0, t2: 0, 0)
}

/// A solid of a tissue, painted over what came before it.
struct Piece: Sendable {
  let solid: Solid
  let tissue: Tissue
  let bounds: Bounds

  init(_ tissue: Tissue, _ solid: Solid) {
    self.solid = solid
    self.tissue = tissue
    bounds = solid.bounds
  }
}

/// A tube of a tissue through knots of `(x, y, z, radius)` on the patient's left.
struct Strand: Sendable {
  let tissue: Tissue
  let knots: [SIMD4<Float>]
  /// Widening across (x, y, z) about the strand's middle: flat muscles, oval vessels.
  var shape: SIMD3<Float> = [1, 1, 1]

  init(_ tissue: Tissue, _ knots: [SIMD4<Float>], shape: SIMD3<Float> = [1, 1, 1]) {
    self.tissue = tissue
    self.knots = knots
    self.shape = shape
  }

  /// The strand on a side: 1 for the left, −1 for the right.
  func piece(side: Float, girth: Float = 1) -> Piece {
    Piece(tissue, solid(side: side, girth: girth))
  }

  func solid(side: Float, girth: Float = 1) -> Solid {
    let turned = knots.map { SIMD4($0.x * side, $0.y, $0.z, $0.w * girth) }
    if shape == SIMD3(repeating: 1) { return .curve(turned) }
    let middle = turned.reduce(SIMD4(repeating: 0), +) / Float(turned.count)
    let center = SIMD3(middle.x, middle.y, middle.z)
    // Knots are drawn in before the widening, so that the line itself stays where it was.
    let narrow = turned.map { knot -> SIMD4<Float> in
      let place = center + (SIMD3(knot.x, knot.y, knot.z) - center) / shape
      return SIMD4(place.x, place.y, place.z, knot.w)
    }
    return .stretched(center: center, by: shape, .curve(narrow))
  }
}
