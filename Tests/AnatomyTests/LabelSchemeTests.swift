import Anatomy
import Foundation
import Testing

@Suite("Label schemes")
struct LabelSchemeTests {
  @Test("A structure is found by its number; background and unknown numbers are none")
  func lookup() {
    let scheme = LabelScheme(entries: [
      .init(label: 3, name: "Parotid_R"), .init(label: 1, name: "Tumor"),
    ])
    #expect(scheme.entry(label: 3)?.name == "Parotid_R")
    #expect(scheme.entry(label: 0) == nil)
    #expect(scheme.entry(label: 2) == nil)
    #expect(scheme.entries.map(\.label) == [3, 1], "the source's order is kept")
  }

  @Test("Known organs get their own color, others one of the palette, and a given color stays")
  func colors() {
    #expect(LabelScheme.Entry(label: 9, name: "SpinalCord").color == OrganAtRisk.spinalCord.color)
    #expect(LabelScheme.Entry(label: 2, name: "Tumor").color == .palette(2))
    #expect(
      LabelScheme.Entry(label: 2, name: "Tumor", color: .init(1, 2, 3)).color == .init(1, 2, 3)
    )
  }

  @Test("The palette repeats after twelve colors and takes any number")
  func palette() {
    #expect(Set((0..<12).map(StructureColor.palette)).count == 12)
    #expect(StructureColor.palette(12) == .palette(0))
    #expect(StructureColor.palette(-1) == .palette(11))
    #expect(StructureColor.palette(.min) == .palette(.min + 12))
  }

  @Test("Hue, saturation and value give the primary colors")
  func hues() {
    #expect(StructureColor(hue: 0, saturation: 1, value: 1) == .init(255, 0, 0))
    #expect(StructureColor(hue: 1 / 3, saturation: 1, value: 1) == .init(0, 255, 0))
    #expect(StructureColor(hue: 2 / 3, saturation: 1, value: 1) == .init(0, 0, 255))
    #expect(StructureColor(hue: 0.5, saturation: 0, value: 0.5) == .init(128, 128, 128))
  }

  @Test("A scheme written as JSON is read back")
  func codable() throws {
    let scheme = LabelScheme(entries: [.init(label: 1, name: "Eye_L"), .init(label: 2, name: "é")])
    let data = try JSONEncoder().encode(scheme)
    #expect(try JSONDecoder().decode(LabelScheme.self, from: data) == scheme)
  }

  @Test("Schemes have names: HaN-Seg's, OpenKBP's and HNTS-MRG's")
  func named() throws {
    let hanseg = try #require(LabelScheme(named: "hanseg"))
    #expect(hanseg.entries.count == 30)
    #expect(hanseg.entry(label: 27)?.name == "Parotid_L")
    #expect(LabelScheme(named: "OpenKBP")?.entry(label: 3)?.name == "RightParotid")
    #expect(LabelScheme(named: "hntsmrg")?.entries.map(\.label) == [1, 2])
    #expect(LabelScheme(named: "other") == nil)
    for name in LabelScheme.names { #expect(LabelScheme(named: name) != nil) }
  }

  @Test("Schemes are read from nnU-Net's dataset.json, the decathlon's, and plain objects")
  func json() throws {
    func names(_ text: String) throws -> [String] {
      try LabelScheme(json: Data(text.utf8)).entries.map { "\($0.label) \($0.name)" }
    }
    #expect(
      try names(#"{"labels": {"background": 0, "B": 2, "A": 1}, "x": []}"#) == ["1 A", "2 B"]
    )
    #expect(try names(#"{"labels": {"0": "background", "7": "A"}}"#) == ["7 A"])
    #expect(try names(#"{"GTVn": 2, "GTVp": 1}"#) == ["1 GTVp", "2 GTVn"])
    #expect(throws: LabelSchemeError.notALabel(name: "A")) { try names(#"{"A": [1, 2]}"#) }
    #expect(throws: LabelSchemeError.notALabel(name: "A")) { try names(#"{"A": 1.5}"#) }
    #expect(throws: LabelSchemeError.notALabel(name: "A")) { try names(#"{"A": 65536}"#) }
    #expect(throws: LabelSchemeError.twoNames(label: 1, "A", "B")) {
      try names(#"{"A": 1, "B": 1}"#)
    }
    #expect(throws: LabelSchemeError.empty) { try names(#"{"background": 0}"#) }
    #expect(throws: LabelSchemeError.notAnObject) { try names("[1]") }
  }
}
