import Anatomy
import Foundation
import Testing

@Suite("A clinic's names")
struct ClinicNamesTests {
  private func names(_ json: String) throws(ClinicNamesError) -> ClinicNames {
    try ClinicNames(json: Data(json.utf8))
  }

  @Test("A name counts for every spelling of the structure")
  func spellings() throws {
    let clinic = try names(#"{"parotid-lt": " Parotis li ", "Myelon_own": "Myelon 2"}"#)
    for spelling in ["Parotid_L", "Left Parotid", "LeftParotid", "parotid_l"] {
      #expect(clinic.entry(of: spelling)?.name == "Parotis li", "\(spelling)")
    }
    #expect(clinic.entry(of: "Parotid_R") == nil)
    #expect(clinic.entry(of: "MYELON OWN")?.name == "Myelon 2", "also of names nobody knows")
  }

  @Test("An object gives name, color and type, each of them alone too")
  func objects() throws {
    let clinic = try names(
      """
      {"SpinalCord": {"name": "Myelon", "color": "#00fF7f", "type": "AVOIDANCE"},
       "Brainstem": {"color": "#010203"}}
      """
    )
    let cord = try #require(clinic.entry(of: "Spinal-Cord"))
    #expect(cord.name == "Myelon")
    #expect(cord.color == StructureColor(0, 255, 127))
    #expect(cord.interpretedType == "AVOIDANCE")
    let stem = try #require(clinic.entry(of: "brainstem"))
    #expect(stem.name == "Brainstem")
    #expect(stem.color == StructureColor(1, 2, 3))
    #expect(stem.interpretedType == nil)
    #expect(ClinicNames().entry(of: "Brainstem") == nil)
  }

  @Test(
    "What is no clinic's names is refused with a sentence that names the structure",
    arguments: [
      ("[]", ClinicNamesError.notAnObject), ("{", .notAnObject), (#"{"Lips": 3}"#, .notAnObject),
      (#"{"Lips": ""}"#, .badName(structure: "Lips")),
      (#"{"Lips": "   "}"#, .badName(structure: "Lips")),
      (#"{"Lips": "a\\b"}"#, .badName(structure: "Lips")),
      ("{\"Lips\": \"\(String(repeating: "x", count: 65))\"}", .badName(structure: "Lips")),
      (#"{"Lips": {"color": "red"}}"#, .badColor(structure: "Lips")),
      (##"{"Lips": {"color": "#12345"}}"##, .badColor(structure: "Lips")),
      (##"{"Lips": {"color": "#1234５6"}}"##, .badColor(structure: "Lips")),
      (#"{"Lips": {"type": "organ"}}"#, .badType(structure: "Lips")),
      (#"{"Lips": {"type": ""}}"#, .badType(structure: "Lips")),
      (#"{"Parotid_L": "a", "left parotid": "b"}"#, .twice(structure: "left parotid")),
    ]
  )
  func refusals(json: String, expected: ClinicNamesError) {
    let error = #expect(throws: ClinicNamesError.self) { try names(json) }
    #expect(error == expected)
    #expect(error.map { "\($0)".hasSuffix(".") && "\($0)".hasPrefix("Names: ") } == true)
  }
}
