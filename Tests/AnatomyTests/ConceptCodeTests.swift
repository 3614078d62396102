import Anatomy
import Testing

@Suite("Structures in SNOMED CT")
struct ConceptCodeTests {
  @Test("Each of the 30 organs has a concept of its own, with its side")
  func organs() {
    let concepts = OrganAtRisk.allCases.map(\.concept)
    #expect(Set(concepts).count == 30)
    for organ in OrganAtRisk.allCases {
      let concept = organ.concept
      #expect(concept.category == .anatomicalStructure)
      #expect(concept.type.scheme == "SCT")
      #expect(concept.modifiers.contains(.left) == (organ.laterality == .left))
      #expect(concept.modifiers.contains(.right) == (organ.laterality == .right))
      #expect(hasCheckDigit(concept.type.value), "\(organ)")
    }
  }

  @Test("Spellings, whole organs and tumors have concepts; unknown names are tissues")
  func spellings() {
    let vocabulary = StructureVocabulary.standard
    #expect(vocabulary.concept(of: "parotid-lt") == OrganAtRisk.parotidLeft.concept)
    #expect(vocabulary.concept(of: "Larynx").type.value == "4596009")
    #expect(vocabulary.concept(of: "Lung_R").modifiers == [.right])
    #expect(vocabulary.concept(of: "GTVp").type.value == "86049000")
    #expect(vocabulary.concept(of: "GTVn").type.value == "14799000")
    #expect(vocabulary.concept(of: "GTVn").category == .alteredStructure)
    #expect(vocabulary.concept(of: "Something").type.meaning == "Tissue")
    for name in ["Brain", "Esophagus", "Eye_L", "Lens_R", "SpinalCanal", "GTVp", "Other"] {
      #expect(hasCheckDigit(vocabulary.concept(of: name).type.value), "\(name)")
    }
  }

  /// SNOMED CT's identifiers end in a check digit by Verhoeff's scheme.
  private func hasCheckDigit(_ value: String) -> Bool {
    // The dihedral group of order ten, and the permutation that is applied once more at each place.
    func product(_ a: Int, _ b: Int) -> Int {
      switch (a < 5, b < 5) {
      case (true, true): (a + b) % 5
      case (true, false): 5 + (a + b - 5) % 5
      case (false, true): 5 + (a - 5 - b + 5) % 5
      case (false, false): (a - b + 5) % 5
      }
    }
    let step = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]
    var sum = 0
    for (place, digit) in value.reversed().compactMap(\.wholeNumberValue).enumerated() {
      let permuted = (0..<place % 8).reduce(digit) { value, _ in step[value] }
      sum = product(sum, permuted)
    }
    return sum == 0
  }
}
