import Anatomy

/// One patient's anatomy: tissues in painting order, organs and tumors as solids.
struct PatientAnatomy: Sendable {
  /// An organ or target with its solid.
  struct Structure<Name: Sendable>: Sendable {
    let name: Name
    let solid: Solid
    let bounds: Bounds

    init(_ name: Name, _ solid: Solid) {
      self.name = name
      self.solid = solid
      bounds = solid.bounds
    }
  }

  let traits: PatientTraits
  /// Tissues, each painted over those before it.
  private(set) var pieces: [Piece] = []
  /// Organs, the later one taking what two share.
  private(set) var organs: [Structure<OrganAtRisk>] = []
  /// Tumors: label 1 GTVp, 2 GTVn, in HNTS-MRG's numbers.
  private(set) var targets: [Structure<UInt16>] = []
  /// The skin's solid: the mask lies on it.
  let outline: Solid
  /// The fillings' places.
  private(set) var fillings: [SIMD3<Float>] = []

  /// - Parameters:
  ///   - traits: What the patient is like.
  ///   - tumors: Their solids and tissues.
  ///   - weightLoss: How far the skin of neck and face has moved inward, mm.
  init(traits: PatientTraits, tumors: [Tumor], weightLoss: Float = 0) {
    self.traits = traits
    let body = BodyOutline(traits: traits, weightLoss: weightLoss)
    outline = body.skin
    var solids: [OrganAtRisk: Solid] = [:]
    let glands = Glands(traits: traits, inside: body.inside)
    let neck = NeckOrgans(traits: traits)
    let brain = BrainParts(traits: traits)
    let orbits = Orbits(traits: traits)
    let jaws = Jaws(traits: traits)
    let vessels = Vessels(traits: traits, inside: body.inside)
    let spine = Spine(traits: traits, inside: body.inside)
    let shoulders = Shoulders(inside: body.inside)
    let skull = Skull(traits: traits, brain: brain.skullCavity)
    pieces += body.pieces
    pieces += Muscles(traits: traits, inside: body.inside).pieces
    pieces += glands.pieces + neck.softPieces + jaws.softPieces
    for tumor in tumors where tumor.isNode { pieces += tumor.pieces }
    pieces +=
      shoulders.pieces + skull.bones + spine.pieces + jaws.bones + brain.pieces + skull.inner
      + orbits.pieces
    pieces += vessels.pieces + brain.sella + neck.cartilages
    for tumor in tumors where !tumor.isNode { pieces += tumor.pieces }
    pieces += neck.airways + jaws.teeth
    fillings = jaws.fillings
    for table in [
      glands.organs, neck.organs, brain.organs, orbits.organs, jaws.organs, vessels.organs,
      spine.organs,
    ] {
      solids.merge(table) { first, _ in first }
    }
    organs = Self.priority.compactMap { organ in
      solids[organ].map { Structure(organ, $0) }
    }
    targets = tumors.map { Structure($0.isNode ? 2 : 1, $0.solid) }
  }

  /// Which organ takes the voxels that two claim: the later one.
  ///
  /// Large regions come first, what lies in them later, and bone and vessels last.
  static let priority: [OrganAtRisk] = [
    .oralCavity, .buccalMucosa, .lips, .parotidLeft, .parotidRight, .submandibularGlandLeft,
    .submandibularGlandRight, .thyroid, .supraglotticLarynx, .glottis, .cervicalEsophagus,
    .cricopharyngeus, .arytenoid, .spinalCord, .brainstem, .posteriorEyeLeft, .posteriorEyeRight,
    .anteriorEyeLeft, .anteriorEyeRight, .lacrimalGlandLeft, .lacrimalGlandRight,
    .opticNerveLeft, .opticNerveRight, .opticChiasm, .pituitary, .cochleaLeft, .cochleaRight,
    .carotidArteryLeft, .carotidArteryRight, .mandible,
  ]
}
