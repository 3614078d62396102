import Anatomy

/// The structures a drawn phantom has, with their numbers in its label map.
enum PhantomStructure: UInt16, CaseIterable, Sendable {
  case brainstem = 1
  case spinalCord, parotidRight, parotidLeft, mandible
  case submandibularRight, submandibularLeft, eyeRight, eyeLeft

  /// The TG-263 name.
  var tg263: String {
    switch self {
    case .brainstem: OrganAtRisk.brainstem.tg263
    case .spinalCord: OrganAtRisk.spinalCord.tg263
    case .parotidRight: OrganAtRisk.parotidRight.tg263
    case .parotidLeft: OrganAtRisk.parotidLeft.tg263
    case .mandible: OrganAtRisk.mandible.tg263
    case .submandibularRight: OrganAtRisk.submandibularGlandRight.tg263
    case .submandibularLeft: OrganAtRisk.submandibularGlandLeft.tg263
    // HaN-Seg has the eye in two parts; TG-263 names the whole globe.
    case .eyeRight: "Eye_R"
    case .eyeLeft: "Eye_L"
    }
  }
}
