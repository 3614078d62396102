/// The organs at risk of head-and-neck radiotherapy: the 30 of the HaN-Seg challenge.
///
/// Raw values are HaN-Seg's label numbers 1…30 (Podobnik et al., *Medical Physics* 50 (2023)).
public enum OrganAtRisk: Int, CaseIterable, Sendable, Hashable {
  case carotidArteryLeft = 1
  case carotidArteryRight, arytenoid, mandible, brainstem, buccalMucosa, oralCavity
  case cochleaLeft, cochleaRight, cricopharyngeus, cervicalEsophagus
  case anteriorEyeLeft, anteriorEyeRight, posteriorEyeLeft, posteriorEyeRight
  case lacrimalGlandLeft, lacrimalGlandRight, submandibularGlandLeft, submandibularGlandRight
  case thyroid, glottis, supraglotticLarynx, lips, opticChiasm
  case opticNerveLeft, opticNerveRight, parotidLeft, parotidRight, pituitary, spinalCord
}

/// On which side of the patient an organ lies.
public enum Laterality: String, Sendable, Hashable, Codable {
  /// The patient's left, +x in LPS.
  case left
  /// The patient's right, −x in LPS.
  case right
  /// On the midline, or on both sides.
  case none
}

extension OrganAtRisk {
  /// The name as HaN-Seg and AAPM TG-263 (2018) write it: at most 16 characters, `_L` and `_R`.
  public var tg263: String { Self.names[rawValue - 1] }

  /// The side of the patient.
  public var laterality: Laterality {
    let name = tg263
    if name.hasSuffix("_L") || name == "Eye_AL" || name == "Eye_PL" { return .left }
    if name.hasSuffix("_R") || name == "Eye_AR" || name == "Eye_PR" { return .right }
    return .none
  }

  /// The organ that a name stands for in any spelling that ``StructureVocabulary`` knows.
  /// - Returns: `nil` where the name is not one of the 30 organs; the whole larynx and the whole
  ///   esophagus are not, since HaN-Seg contours parts of them.
  public init?(named name: String) {
    self.init(tg263: StructureVocabulary.standard.canonicalName(of: name))
  }

  /// The color of contours and legends.
  public var color: StructureColor {
    // Golden-angle hues keep neighbors in the list apart; left and right share a hue.
    let pair = laterality == .right ? rawValue - 1 : rawValue
    let hue = (Double(pair) * 0.618_033_988_75).truncatingRemainder(dividingBy: 1)
    let value = laterality == .right ? 0.75 : 1.0
    return StructureColor(hue: hue, saturation: 0.7, value: value)
  }

  private static let names = [
    "A_Carotid_L", "A_Carotid_R", "Arytenoid", "Bone_Mandible", "Brainstem", "BuccalMucosa",
    "Cavity_Oral", "Cochlea_L", "Cochlea_R", "Cricopharyngeus", "Esophagus_S", "Eye_AL", "Eye_AR",
    "Eye_PL", "Eye_PR", "Glnd_Lacrimal_L", "Glnd_Lacrimal_R", "Glnd_Submand_L", "Glnd_Submand_R",
    "Glnd_Thyroid", "Glottis", "Larynx_SG", "Lips", "OpticChiasm", "OpticNrv_L", "OpticNrv_R",
    "Parotid_L", "Parotid_R", "Pituitary", "SpinalCord",
  ]
}

extension StructureColor {
  /// A color from hue, saturation and value, each from 0 to 1.
  public init(hue: Double, saturation: Double, value: Double) {
    func channel(_ shift: Double) -> UInt8 {
      // The HSV hexcone: a trapezoid over hue, a third of a turn apart for each channel.
      let position = (hue * 6 + shift).truncatingRemainder(dividingBy: 6)
      let level = value - value * saturation * max(0, min(position, 4 - position, 1))
      return UInt8((level * 255).rounded())
    }
    self.init(channel(5), channel(3), channel(1))
  }
}
