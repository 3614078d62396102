import Anatomy
import Testing

@Suite("Sides merged into one class")
struct MergedSidesTests {
  @Test("HaN-Seg's 30 organs become 22 classes, and each organ is found again")
  func hanSeg() throws {
    let scheme = try #require(LabelScheme(named: "hanseg"))
    let (merged, sides) = try #require(MergedSides.merging(scheme))
    #expect(merged.entries.map(\.label) == Array(1...22))
    #expect(merged.entries.prefix(3).map(\.name) == ["A_Carotid", "Arytenoid", "Bone_Mandible"])
    #expect(merged.entries.map(\.name).contains("Eye_A"))
    #expect(sides.labels == scheme)
    #expect(sides.structures.filter(\.hasSides).count == 8)
    #expect(sides.mergedLabels.keys.sorted() == Array(1...30))
    #expect(sides.mergedLabels[1] == 1 && sides.mergedLabels[2] == 1 && sides.mergedLabels[3] == 2)
    for structure in sides.structures where structure.hasSides {
      let left = try #require(scheme.entry(label: structure.left)).name
      #expect(OrganAtRisk(named: left)?.laterality == .left)
    }
    #expect(StructureSides(merged).pairs.isEmpty && StructureSides(merged).alone.isEmpty)
  }

  @Test("A structure without its partner stays; without any pair nothing is merged")
  func alone() throws {
    let scheme = LabelScheme(entries: [
      .init(label: 4, name: "Right Parotid"), .init(label: 7, name: "Parotid_L"),
      .init(label: 9, name: "Cochlea_R"),
    ])
    let (merged, sides) = try #require(MergedSides.merging(scheme))
    #expect(merged.entries.map(\.name) == ["Parotid", "Cochlea_R"])
    #expect(sides.structures[0] == .init(label: 1, left: 7, right: 4))
    #expect(sides.structures[1] == .init(label: 2, left: 9, right: 9))
    let targets = LabelScheme(entries: [.init(label: 1, name: "GTVp")])
    #expect(MergedSides.merging(targets) == nil)
  }
}
