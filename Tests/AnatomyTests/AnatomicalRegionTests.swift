import Anatomy
import Testing

@Suite("Regions")
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
}
