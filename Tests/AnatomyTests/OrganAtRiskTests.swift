import Anatomy
import Testing

@Suite("Organs at risk")
struct OrganAtRiskTests {
  @Test("There are thirty, numbered from 1 to 30 as HaN-Seg does")
  func numbers() {
    #expect(OrganAtRisk.allCases.map(\.rawValue) == Array(1...30))
    #expect(OrganAtRisk.carotidArteryLeft.tg263 == "A_Carotid_L")
    #expect(OrganAtRisk.mandible.tg263 == "Bone_Mandible")
    #expect(OrganAtRisk.spinalCord.rawValue == 30)
  }

  @Test("TG-263 names are unique and at most 16 characters")
  func names() {
    let names = OrganAtRisk.allCases.map(\.tg263)
    #expect(Set(names).count == 30)
    #expect(names.allSatisfy { $0.count <= 16 })
  }

  @Test("Left and right come in pairs whose names differ in the side alone")
  func laterality() {
    let left = OrganAtRisk.allCases.filter { $0.laterality == .left }.map(\.tg263)
    let right = OrganAtRisk.allCases.filter { $0.laterality == .right }.map(\.tg263)
    #expect(left.count == 8)
    #expect(Set(left.map { String($0.dropLast()) }) == Set(right.map { String($0.dropLast()) }))
    #expect(OrganAtRisk.brainstem.laterality == .none)
    #expect(OrganAtRisk.anteriorEyeLeft.laterality == .left)
  }

  @Test("Names are understood in several spellings, and unknown ones are not guessed")
  func spellings() {
    #expect(OrganAtRisk(named: "Parotid_L") == .parotidLeft)
    #expect(OrganAtRisk(named: "LeftParotid") == .parotidLeft)
    #expect(OrganAtRisk(named: "spinal cord") == .spinalCord)
    #expect(OrganAtRisk(named: "BRAIN-STEM") == .brainstem)
    #expect(OrganAtRisk(named: "Parotid") == nil)
    #expect(OrganAtRisk(named: "") == nil)
  }

  @Test("Each organ's own name leads back to it")
  func roundTrip() {
    for organ in OrganAtRisk.allCases { #expect(OrganAtRisk(named: organ.tg263) == organ) }
  }

  @Test("Left and right share a hue, the right one darker; other organs differ")
  func colors() {
    let left = OrganAtRisk.parotidLeft.color
    let right = OrganAtRisk.parotidRight.color
    #expect(left != right)
    #expect(max(left.red, left.green, left.blue) == 255)
    #expect(max(right.red, right.green, right.blue) == 191)
    #expect(Set(OrganAtRisk.allCases.map(\.color)).count == 30)
  }
}
