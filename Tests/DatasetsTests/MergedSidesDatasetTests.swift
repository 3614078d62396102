import Anatomy
import Datasets
import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite("Data sets whose sides are merged")
struct MergedSidesDatasetTests {
  private let folder: TemporaryFolder
  private let grid: VoxelGrid

  /// Case a has both parotids, case b the left one alone, case c none.
  init() throws {
    folder = try TemporaryFolder()
    grid = try VoxelGrid(size: [4, 3, 2])
    for name in ["imagesTr", "labelsTr"] {
      try FileManager.default.createDirectory(
        at: folder.url.appending(path: name),
        withIntermediateDirectories: true
      )
    }
    let labels = #"{"background": 0, "Stem": 1, "Right parotid": 2, "parotid_lt": 3}"#
    try Data(
      #"{"channel_names": {"0": "CT"}, "labels": \#(labels), "file_ending": ".nii.gz"}"#.utf8
    ).write(to: folder.url.appending(path: "dataset.json"))
    for (name, found) in [("a", [3, 1, 2]), ("b", [3, 1, 0]), ("c", [0, 1, 0])] {
      var map = LabelMap(repeating: 0, grid: grid)
      for (i, label) in found.enumerated() { map[i, 0, 0] = UInt16(label) }
      try write(map, scheme: nil, to: folder.url.appending(path: "labelsTr/\(name).nii.gz"))
      try write(
        Volume<Float>(repeating: 1, grid: grid),
        to: folder.url.appending(path: "imagesTr/\(name)_0000.nii.gz")
      )
    }
  }

  private func dataset(_ absence: AbsenceMeaning? = nil) throws -> TrainingDataset {
    try TrainingDataset(
      at: folder.url,
      options: TrainingDatasetOptions(absence: absence, mergesSides: true)
    )
  }

  private func voxels(_ loaded: LoadedCase) -> [UInt16] { Array(loaded.labels.voxels.prefix(3)) }

  @Test("Both sides are one class, and the description keeps how they are told apart")
  func merged() throws {
    let dataset = try dataset()
    #expect(dataset.labels.entries.map(\.name) == ["Brainstem", "Parotid"])
    #expect(
      dataset.mergedSides?.labels.entries.map(\.name) == ["Brainstem", "Parotid_R", "Parotid_L"]
    )
    #expect(dataset.mergedSides?.structures[1] == .init(label: 2, left: 3, right: 2))
    let loaded = try dataset.load(dataset.cases[0])
    #expect(voxels(loaded) == [2, 1, 2] && loaded.contoured == [1, 2])
    let file = folder.url.appending(path: "description.json")
    try dataset.json().write(to: file)
    let again = try TrainingDataset(descriptionAt: file)
    #expect(again.mergedSides == dataset.mergedSides)
    #expect(voxels(try again.load(again.cases[0])) == [2, 1, 2])
  }

  @Test(
    "Where one side alone was contoured, the class was not contoured, unless absent means empty"
  )
  func half() throws {
    let dataset = try dataset()
    let half = try dataset.load(dataset.cases[1])
    #expect(voxels(half) == [0, 1, 0] && half.contoured == [1])
    #expect(try dataset.load(dataset.cases[2]).contoured == [1])
    let told = try self.dataset(.empty)
    let whole = try told.load(told.cases[1])
    #expect(voxels(whole) == [2, 1, 0] && whole.contoured == [1, 2])
  }

  @Test("Without a pair, there is nothing to merge")
  func refused() throws {
    #expect(throws: TrainingDatasetError.noSides(structures: ["Brainstem"])) {
      try TrainingDataset(
        at: folder.url,
        options: TrainingDatasetOptions(structures: ["Stem"], mergesSides: true)
      )
    }
  }
}
