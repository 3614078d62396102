import Anatomy
import Datasets
import Foundation
import Testing

@Suite("Structures learned as one")
struct MergingTests {
  private let place = URL(filePath: "/nowhere/labels.nii.gz")

  private func dataset(_ cases: [TrainingCase]) -> TrainingDataset {
    TrainingDataset(
      name: "Clinic",
      folder: URL(filePath: "/nowhere"),
      layout: .listed,
      channelNames: ["CT"],
      labels: LabelScheme(
        entries: zip(1..., ["Cochlea_L", "Cochlea_R", "Parotid_L"]).map {
          .init(label: $0, name: $1)
        }
      ),
      cases: cases
    )
  }

  private let groups = [
    StructureGroup(name: "ears", labels: [1, 2]), StructureGroup(name: "Parotid_L", labels: [3]),
  ]

  @Test("A group is contoured only where all of it is; elsewhere its voxels are background")
  func maps() throws {
    let map = TrainingCase.LabelSource.map(place, classes: [10: 1, 20: 2, 30: 3])
    let cases = ["all", "some"].map { TrainingCase(name: $0, channels: [place], labels: map) }
    let merged = dataset(cases).merged(
      into: groups,
      contoured: ["all": [1, 2, 3], "some": [1, 3]],
      name: "Clinic-scout"
    )
    #expect(merged.name == "Clinic-scout")
    #expect(merged.labels.entries.map(\.name) == ["ears", "Parotid_L"])
    #expect(merged.labels.entries.map(\.label) == [1, 2])
    #expect(
      merged.cases.map(\.labels) == [
        .map(place, classes: [10: 1, 20: 1, 30: 2]), .map(place, classes: [10: 0, 20: 0, 30: 2]),
      ]
    )
    #expect(merged.cases.map(\.contoured) == [[1, 2], [2]])
  }

  @Test("Structures whose sides were one already lose their sides with their names")
  func sides() throws {
    let (labels, sides) = try #require(
      MergedSides.merging(
        LabelScheme(
          entries: zip(1..., ["Cochlea_L", "Cochlea_R", "Brainstem"]).map {
            .init(label: $0, name: $1)
          }
        )
      )
    )
    let map = TrainingCase.LabelSource.map(place, classes: [10: 1, 20: 1, 30: 2])
    var merged = dataset([TrainingCase(name: "a", channels: [place], labels: map)])
    merged.labels = labels
    merged.mergedSides = sides
    let groups = [StructureGroup(name: "all", labels: Set(labels.entries.map(\.label)))]
    let result = merged.merged(into: groups, contoured: [:], name: "scout")
    #expect(result.labels.entries.map(\.name) == ["all"])
    #expect(result.mergedSides == nil)
  }

  @Test("Masks of a group that is not whole are left out")
  func masks() {
    func mask(_ label: UInt16) -> TrainingCase.Mask {
      .init(file: URL(filePath: "/nowhere/\(label).nii.gz"), label: label)
    }
    let one = TrainingCase(
      name: "a",
      channels: [place],
      labels: .masks([mask(1), mask(3)]),
      contoured: [1, 3]
    )
    let merged = dataset([one]).merged(into: groups, contoured: [:], name: "m")
    #expect(merged.cases[0].labels == .masks([.init(file: mask(3).file, label: 2)]))
    #expect(merged.cases[0].contoured == [2])
  }
}
