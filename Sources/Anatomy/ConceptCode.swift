/// A term of a coding scheme, as DICOM writes it: SNOMED CT ("SCT") or DICOM's own ("DCM").
public struct ConceptCode: Hashable, Sendable {
  /// Code Value.
  public var value: String
  /// Coding Scheme Designator.
  public var scheme: String
  /// Code Meaning, in English.
  public var meaning: String

  /// A term; of SNOMED CT where no scheme is named.
  public init(_ value: String, _ meaning: String, scheme: String = "SCT") {
    self.value = value
    self.scheme = scheme
    self.meaning = meaning
  }
}

/// What a structure is, in SNOMED CT's terms.
///
/// Codes are those that HL7's CodeX radiation therapy guide gives TG-263's names, and DICOM's context
/// groups (PS3.16).
public struct StructureConcept: Hashable, Sendable {
  /// The kind of thing: an anatomical structure, or a lesion.
  public var category: ConceptCode
  /// The thing itself.
  public var type: ConceptCode
  /// The side of the patient, and which part it is.
  public var modifiers: [ConceptCode]

  /// A concept from its parts.
  public init(category: ConceptCode, type: ConceptCode, modifiers: [ConceptCode] = []) {
    self.category = category
    self.type = type
    self.modifiers = modifiers
  }
}

extension ConceptCode {
  /// Normal anatomy.
  public static let anatomicalStructure = ConceptCode("123037004", "Anatomical Structure")
  /// Tumors.
  public static let alteredStructure = ConceptCode(
    "49755003",
    "Morphologically Altered Structure"
  )
  /// The patient's left.
  public static let left = ConceptCode("7771000", "Left")
  /// The patient's right.
  public static let right = ConceptCode("24028007", "Right")
  static let anterior = ConceptCode("255549009", "Anterior")
  static let posterior = ConceptCode("255551008", "Posterior")
  static let tissue = ConceptCode("85756007", "Tissue")
}

extension StructureVocabulary {
  /// What a structure is; a name that is not known is a tissue.
  public func concept(of spelling: String) -> StructureConcept {
    let name = canonicalName(of: spelling)
    let upper = name.uppercased()
    if upper.hasPrefix("GTVN") {
      return StructureConcept(
        category: .alteredStructure,
        type: ConceptCode("14799000", "Neoplasm, Secondary"),
        modifiers: []
      )
    }
    if upper.hasPrefix("GTV") {
      return StructureConcept(
        category: .alteredStructure,
        type: ConceptCode("86049000", "Neoplasm, Primary"),
        modifiers: []
      )
    }
    if let organ = OrganAtRisk(tg263: name) { return organ.concept }
    let side: ConceptCode? = name.hasSuffix("_L") ? .left : name.hasSuffix("_R") ? .right : nil
    let stem = side == nil ? name : String(name.dropLast(2))
    return StructureConcept(
      category: .anatomicalStructure,
      type: Self.otherConcepts[stem] ?? .tissue,
      modifiers: side.map { [$0] } ?? []
    )
  }

  /// Structures beyond HaN-Seg's 30 organs.
  private static let otherConcepts: [String: ConceptCode] = [
    "Brain": ConceptCode("12738006", "Brain"),
    "Esophagus": ConceptCode("32849002", "Esophagus"),
    "Eye": ConceptCode("81745001", "Eye"),
    "Larynx": ConceptCode("4596009", "Larynx"),
    "Lens": ConceptCode("78076003", "Lens of eye"),
    "Lung": ConceptCode("39607008", "Lung"),
    "SpinalCanal": ConceptCode("61853006", "Spinal canal"),
  ]
}

extension OrganAtRisk {
  /// What the organ is in SNOMED CT.
  public var concept: StructureConcept {
    var modifiers: [ConceptCode] = []
    switch laterality {
    case .left: modifiers.append(.left)
    case .right: modifiers.append(.right)
    case .none: break
    }
    switch self {
    case .anteriorEyeLeft, .anteriorEyeRight: modifiers.append(.anterior)
    case .posteriorEyeLeft, .posteriorEyeRight: modifiers.append(.posterior)
    default: break
    }
    return StructureConcept(category: .anatomicalStructure, type: type, modifiers: modifiers)
  }

  private var type: ConceptCode {
    switch self {
    case .carotidArteryLeft, .carotidArteryRight: ConceptCode("69105007", "Carotid Artery")
    case .arytenoid: ConceptCode("77578007", "Arytenoid cartilage")
    case .mandible: ConceptCode("91609006", "Mandible")
    case .brainstem: ConceptCode("15926001", "Brainstem")
    case .buccalMucosa: ConceptCode("16811007", "Buccal mucosa")
    case .oralCavity: ConceptCode("74262004", "Oral cavity")
    case .cochleaLeft, .cochleaRight: ConceptCode("80169004", "Cochlea")
    case .cricopharyngeus: ConceptCode("28276008", "Cricopharyngeus muscle")
    case .cervicalEsophagus: ConceptCode("60075002", "Cervical esophagus")
    case .anteriorEyeLeft, .anteriorEyeRight, .posteriorEyeLeft, .posteriorEyeRight:
      ConceptCode("81745001", "Eye")
    case .lacrimalGlandLeft, .lacrimalGlandRight: ConceptCode("13561001", "Lacrimal gland")
    case .submandibularGlandLeft, .submandibularGlandRight:
      ConceptCode("385296007", "Submandibular gland")
    case .thyroid: ConceptCode("69748006", "Thyroid")
    case .glottis: ConceptCode("1307006", "Glottis")
    case .supraglotticLarynx: ConceptCode("119255006", "Supraglottis")
    case .lips: ConceptCode("81083006", "Both lips")
    case .opticChiasm: ConceptCode("244453006", "Optic chiasm")
    case .opticNerveLeft, .opticNerveRight: ConceptCode("18234004", "Optic nerve")
    case .parotidLeft, .parotidRight: ConceptCode("45289007", "Parotid gland")
    case .pituitary: ConceptCode("56329008", "Pituitary")
    case .spinalCord: ConceptCode("2748008", "Spinal cord")
    }
  }
}
