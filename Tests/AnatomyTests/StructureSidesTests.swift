import Anatomy
import Testing

@Suite("Sides of structures")
struct StructureSidesTests {
  private func scheme(_ names: [String]) -> LabelScheme {
    LabelScheme(entries: zip(1..., names).map { LabelScheme.Entry(label: $0, name: $1) })
  }

  @Test("Left and right are found in any spelling and order")
  func pairs() {
    let sides = StructureSides(
      scheme([
        "Brainstem", "RightParotid", "Left Parotid", "Eye_AL", "Eye_AR", "Lobe-lt", "Lobe-rt",
      ])
    )
    #expect(sides.pairs.map(\.left) == [3, 4, 6])
    #expect(sides.pairs.map(\.right) == [2, 5, 7])
    #expect(sides.alone.isEmpty)
  }

  @Test("A structure without its partner stands alone")
  func alone() {
    let sides = StructureSides(scheme(["Cochlea_L", "SpinalCord"]))
    #expect(sides.pairs.isEmpty)
    #expect(sides.alone == ["Cochlea_L"])
  }
}
