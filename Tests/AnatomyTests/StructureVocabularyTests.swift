import Anatomy
import Foundation
import Testing

@Suite("Names of structures")
struct StructureVocabularyTests {
  private let vocabulary = StructureVocabulary.standard

  @Test(
    "Spellings of data sets and clinics lead to one name",
    arguments: [
      (
        "Parotid_L",
        ["Parotid-Lt", "LeftParotid", "parotid_gland_left", "PAROTID LEFT", "L Parotid"]
      ),
      (
        "Parotid_R",
        ["Parotid-Rt", "RightParotid", "parotid_gland_right", "ParotidR", "rt_parotid"]
      ),
      (
        "Glnd_Submand_L",
        ["Submandibular-Lt", "Submandibular_Lt", "submandibular_gland_left", "SMG_L"]
      ),
      ("Glnd_Lacrimal_R", ["Lacrimal-Rt", "Lacrimal gland right", "glnd_lacrimal_r"]),
      ("OpticNrv_L", ["Optic-Nerve-Lt", "Optic_Nerve_Lt", "optic_nerve_left", "OpticNerve L"]),
      ("Cochlea_L", ["Cochlea-Lt", "Cochlea_Lt", "cochlea left", "Left Cochlea"]),
      ("Lens_R", ["Lens-Rt", "eye_lens_right", "R_Lens"]),
      ("Lung_L", ["Lung-Lt", "lung_left"]), ("Orbit_R", ["Orbit-Rt", "Orbit_Rt"]),
      ("Bone_Mandible", ["Mandible", "MANDIBLE", "mandibula"]),
      ("Brainstem", ["BrainStem", "Brain Stem", "brainstem"]),
      ("SpinalCord", ["Spinal-Cord", "spinal_cord", "Cord"]),
      ("SpinalCanal", ["Spinal-Canal"]), ("OpticChiasm", ["Chiasm", "optic_chiasm"]),
      ("A_Carotid_L", ["Carotid artery left"]), ("Eye_AL", ["Eye_AL", "Anterior eye left"]),
      ("Eye_PR", ["eye_pr", "right posterior eye"]), ("Eye_L", ["eye_left", "Globe L"]),
      ("Cavity_Oral", ["OralCavity", "oral cavity"]),
      ("Glnd_Thyroid", ["thyroid_gland", "Thyroid"]),
      ("GTVp", ["gtvp", "GTV-p"]), ("GTVn", ["GTVn", "GTV_n"]), ("Brain", ["brain"]),
    ]
  )
  func spellings(name: String, others: [String]) {
    for spelling in [name] + others {
      #expect(vocabulary.canonicalName(of: spelling) == name, "\(spelling)")
      #expect(vocabulary.isKnown(spelling))
      #expect(vocabulary.identity(of: spelling) == vocabulary.identity(of: name))
    }
  }

  @Test("Every name of HaN-Seg is its own canonical name")
  func organs() {
    for organ in OrganAtRisk.allCases {
      #expect(vocabulary.canonicalName(of: organ.tg263) == organ.tg263)
      #expect(OrganAtRisk(named: organ.tg263) == organ)
    }
  }

  @Test("Whole organs are not their parts, and a letter at the end of a word is no side")
  func apart() {
    #expect(vocabulary.canonicalName(of: "larynx") == "Larynx")
    #expect(vocabulary.canonicalName(of: "Oesophagus") == "Esophagus")
    #expect(vocabulary.identity(of: "Larynx") != vocabulary.identity(of: "Larynx_SG"))
    #expect(vocabulary.identity(of: "Esophagus") != vocabulary.identity(of: "Esophagus_S"))
    #expect(OrganAtRisk(named: "Larynx") == nil)
    #expect(!vocabulary.isKnown("Cochlear"))
    #expect(vocabulary.canonicalName(of: "Parotid") == "Parotid")
    #expect(!vocabulary.isKnown("GTVn1"))
  }

  @Test("Unknown names keep their spelling and are compared folded, the side too")
  func unknown() {
    #expect(vocabulary.canonicalName(of: " PTV70 ") == "PTV70")
    #expect(vocabulary.identity(of: "ptv_70") == vocabulary.identity(of: "PTV70"))
    #expect(vocabulary.identity(of: "Masseter-Lt") == vocabulary.identity(of: "left masseter"))
    #expect(vocabulary.identity(of: "Masseter_L") != vocabulary.identity(of: "Masseter_R"))
    #expect(vocabulary.identity(of: "L") == vocabulary.identity(of: "l"))
    #expect(vocabulary.canonicalName(of: "Speicheldrüse") == "Speicheldrüse")
    #expect(vocabulary.identity(of: "speicheldruse") == vocabulary.identity(of: "Speicheldrüse"))
  }

  @Test("No spelling stands for two names")
  func unambiguous() {
    var names: [String: String] = [:]
    for (name, spellings) in StructureVocabulary.allSpellings {
      for spelling in [name] + spellings {
        let identity = spelling.lowercased().filter { $0.isLetter || $0.isNumber }
        let known = names.updateValue(name, forKey: identity)
        #expect(known == nil || known == name, "\(spelling)")
      }
    }
  }

  @Test("A clinic's table comes before the standard names, as CSV and as JSON")
  func tables() throws {
    let csv = Data(
      "spelling,name\nCord,SpinalCanal\r\n\"Bauch, oben\",Abdomen\nohrsp.li,LeftParotid\n".utf8
    )
    let own = try vocabulary.adding(table: csv)
    #expect(own.canonicalName(of: "cord") == "SpinalCanal")
    #expect(own.canonicalName(of: "bauch oben") == "Abdomen")
    #expect(own.canonicalName(of: "Ohrsp.Li") == "Parotid_L")
    #expect(own.canonicalName(of: "Brain") == "Brain")
    let json = Data(#"{"Parotid_L": "Parotid_R", "Parotid_R": "Parotid_L"}"#.utf8)
    let swapped = try vocabulary.adding(table: json)
    #expect(swapped.canonicalName(of: "LeftParotid") == "Parotid_R", "the same but for the side")
    #expect(swapped.canonicalName(of: "Left parotid gland") == "Parotid_L", "another spelling")
    #expect(swapped.canonicalName(of: "Parotid-Lt") == "Parotid_R")
  }

  @Test("Contradictions and texts that are no tables are refused")
  func refusals() {
    #expect(throws: VocabularyError.twoNames(spelling: "x", "A", "B")) {
      try vocabulary.adding(table: Data("X,A\nx ,B".utf8))
    }
    #expect(throws: VocabularyError.notATable(line: 2)) {
      try vocabulary.adding(table: Data("a,b\nc\n".utf8))
    }
    #expect(throws: VocabularyError.notATable(line: 1)) {
      try vocabulary.adding(table: Data("\"a,b\n".utf8))
    }
    #expect(throws: VocabularyError.notAnObject) {
      try vocabulary.adding(table: Data(#"{"a": 1}"#.utf8))
    }
    #expect(throws: VocabularyError.emptyName(spelling: "a", name: "-")) {
      try vocabulary.adding(table: Data("a,-".utf8))
    }
  }

  @Test("Every name has a color, an organ its own")
  func colors() {
    #expect(vocabulary.color(of: "Parotid-Lt") == OrganAtRisk.parotidLeft.color)
    #expect(vocabulary.color(of: "PTV70") == vocabulary.color(of: "ptv 70"))
  }
}
