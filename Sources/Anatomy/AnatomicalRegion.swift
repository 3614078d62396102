/// Organs that lie together and are looked for together.
///
/// Regions are data: ``headAndNeck`` is the grouping that networks with masks are planned with and
/// that windows are scheduled by; a plan may carry another.
public struct AnatomicalRegion: Hashable, Sendable, Codable {
  /// What the region is called, in one word or two.
  public var name: String
  /// The place in the order of work: 1 comes first.
  public var priority: Int
  /// The organs' names as HaN-Seg and TG-263 write them.
  public var members: [String]

  /// A region from its parts.
  public init(name: String, priority: Int, members: [String]) {
    self.name = name
    self.priority = priority
    self.members = members
  }

  /// The 30 organs of HaN-Seg in seven regions.
  ///
  /// The order follows what exceeding a dose limit does to a patient: first what is serial and
  /// irreplaceable (cord, brainstem, optic pathway), then hearing and hormones, saliva, swallowing
  /// and voice, the mouth, and vessels and thyroid (Brouwer et al., *Radiotherapy and Oncology* 117
  /// (2015), for the organs; QUANTEC, *IJROBP* 76 (2010), for what their doses do).
  public static let headAndNeck: [AnatomicalRegion] = [
    region("neuraxis", 1, [.brainstem, .spinalCord]),
    region(
      "orbits-optics",
      2,
      [
        .opticChiasm, .opticNerveLeft, .opticNerveRight, .anteriorEyeLeft, .anteriorEyeRight,
        .posteriorEyeLeft, .posteriorEyeRight, .lacrimalGlandLeft, .lacrimalGlandRight,
      ]
    ),
    region("skull-base-ears", 3, [.cochleaLeft, .cochleaRight, .pituitary]),
    region(
      "salivary",
      4,
      [.parotidLeft, .parotidRight, .submandibularGlandLeft, .submandibularGlandRight]
    ),
    region(
      "pharynx-larynx",
      5,
      [.arytenoid, .glottis, .supraglotticLarynx, .cricopharyngeus]
    ),
    region("oral", 6, [.mandible, .oralCavity, .buccalMucosa, .lips]),
    region(
      "vessels-thyroid-esophagus",
      7,
      [.carotidArteryLeft, .carotidArteryRight, .thyroid, .cervicalEsophagus]
    ),
  ]

  /// The region of ``headAndNeck`` that a structure belongs to, in any spelling of its name.
  /// - Returns: `nil` for targets and for structures that are none of the 30 organs.
  public init?(ofStructure name: String) {
    guard let organ = OrganAtRisk(named: name),
      let region = Self.headAndNeck.first(where: { $0.members.contains(organ.tg263) })
    else { return nil }
    self = region
  }

  private static func region(
    _ name: String,
    _ priority: Int,
    _ members: [OrganAtRisk]
  ) -> AnatomicalRegion {
    AnatomicalRegion(name: name, priority: priority, members: members.map(\.tg263))
  }
}
