import Anatomy
import Foundation
import Testing

@Suite("Regions and their order")
struct AnatomicalRegionTests {
  @Test("Each of the 30 organs is in one region, and priorities are an order")
  func partition() {
    let members = AnatomicalRegion.headAndNeck.flatMap(\.members)
    #expect(members.sorted() == OrganAtRisk.allCases.map(\.tg263).sorted())
    #expect(AnatomicalRegion.headAndNeck.map(\.priority) == Array(1...7))
    #expect(Set(AnatomicalRegion.headAndNeck.map(\.name)).count == 7)
  }

  @Test("A structure's region is found in any spelling; a target has none")
  func named() {
    #expect(AnatomicalRegion(ofStructure: "parotid left")?.name == "salivary")
    #expect(AnatomicalRegion(ofStructure: "SpinalCord")?.priority == 1)
    #expect(AnatomicalRegion(ofStructure: "GTVp") == nil)
    #expect(AnatomicalRegion(ofStructure: "Something") == nil)
  }

  @Test("Left and right of an organ are in one region")
  func sides() {
    for organ in OrganAtRisk.allCases where organ.tg263.hasSuffix("_L") {
      let other = organ.tg263.dropLast(2) + "_R"
      let own = AnatomicalRegion(ofStructure: organ.tg263)
      #expect(own != nil && own == AnatomicalRegion(ofStructure: String(other)))
    }
  }

  @Test("Every organ is in one region, and the regions are in the order of work")
  func complete() {
    let organs = OrganAtRisk.allCases.map(\.tg263)
    let regions = AnatomicalRegion.regions(of: organs)
    #expect(regions.flatMap(\.members).sorted() == organs.sorted())
    #expect(regions.map(\.priority) == regions.map(\.priority).sorted())
    #expect(regions.map(\.name) == AnatomicalRegion.headAndNeck.map(\.name))
  }

  @Test("Pairs that are one class are where their sides are")
  func pairs() throws {
    let entries = OrganAtRisk.allCases.enumerated().map {
      LabelScheme.Entry(label: UInt16($0 + 1), name: $1.tg263)
    }
    let (merged, sides) = try #require(MergedSides.merging(LabelScheme(entries: entries)))
    #expect(merged.entries.count == 22)
    let regions = AnatomicalRegion.regions(of: merged.entries.map(\.name))
    #expect(regions.map(\.name) == AnatomicalRegion.headAndNeck.map(\.name))
    for structure in sides.structures {
      let name = try #require(merged.entry(label: structure.label)?.name)
      let left = try #require(sides.labels.entry(label: structure.left)?.name)
      let own = try #require(regions.first { $0.members.contains(name) })
      #expect(own.name == AnatomicalRegion(ofStructure: left)?.name, "\(name)")
    }
    #expect(AnatomicalRegion.regions(of: ["Eye_L", "Eye"]).map(\.name) == ["orbits-optics"])
  }

  @Test("Spellings are known, and what is not known comes last in a region of its own")
  func spellings() {
    let regions = AnatomicalRegion.regions(of: [
      "Spleen", "RightParotid", "GTV primary", "Oesophagus", "Larynx", "optic chiasma",
    ])
    #expect(
      regions.map(\.name) == [
        "tumors", "orbits-optics", "salivary", "pharynx-larynx", "vessels-thyroid-esophagus",
        "Spleen",
      ]
    )
    #expect(
      regions.map(\.members) == [
        ["GTV primary"], ["optic chiasma"], ["RightParotid"], ["Larynx"], ["Oesophagus"],
        ["Spleen"],
      ]
    )
    #expect(AnatomicalRegion.regions(of: []).isEmpty)
  }

  @Test("Priorities name regions or structures; a region is as early as its first structure")
  func priorities() throws {
    let regions = AnatomicalRegion.regions(of: ["Parotid_L", "SpinalCord", "Pituitary"])
    #expect(regions.map(\.name) == ["neuraxis", "skull-base-ears", "salivary"])
    let json = Data(#"{"parotid left": 1, "neuraxis": 5}"#.utf8)
    let ordered = try RegionPriorities(json: json).applied(to: regions)
    #expect(ordered.map(\.name) == ["salivary", "skull-base-ears", "neuraxis"])
    #expect(ordered.map(\.priority) == [1, 3, 5])
    #expect(try RegionPriorities().applied(to: regions) == regions)
    // What is said of a region holds, and a structure can only make it earlier.
    let both = RegionPriorities(["salivary": 2, "Parotid_L": 7])
    #expect(try both.applied(to: regions).first { $0.name == "salivary" }?.priority == 2)
  }

  @Test("Bad priorities are refused in a sentence")
  func refusals() {
    #expect(throws: RegionPriorityError.notAnObject) {
      try RegionPriorities(json: Data("[1]".utf8))
    }
    #expect(throws: RegionPriorityError.notAnObject) {
      try RegionPriorities(json: Data(#"{"oral": "first"}"#.utf8))
    }
    #expect(throws: RegionPriorityError.impossiblePlace(name: "oral", place: 0)) {
      try RegionPriorities(json: Data(#"{"oral": 0}"#.utf8))
    }
    let regions = AnatomicalRegion.regions(of: ["Lips"])
    let error = RegionPriorityError.unknownName("Spleen", known: ["oral", "Lips"])
    #expect(throws: error) { try RegionPriorities(["Spleen": 1]).applied(to: regions) }
    #expect(error.description.hasSuffix("oral, Lips."))
  }
}
