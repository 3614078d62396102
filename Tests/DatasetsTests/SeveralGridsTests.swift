import Datasets
import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite("Cases whose scans lie on grids of their own, or are missing")
struct SeveralGridsTests {
  private let folder: TemporaryFolder

  /// A CT of 3 and an MR of 5 that reaches half as far, on voxels twice as large; a case without MR.
  init() throws {
    folder = try TemporaryFolder()
    let fine = try VoxelGrid(size: [8, 6, 4], spacing: [1, 1, 1], origin: [0, 0, 0])
    let coarse = try VoxelGrid(size: [2, 3, 2], spacing: [2, 2, 2], origin: [0, 0, 0])
    try write(Volume<Float>(repeating: 3, grid: fine), to: place("ct.nii.gz"))
    try write(Volume<Float>(repeating: 5, grid: coarse), to: place("mr.nii.gz"))
    var labels = LabelMap(repeating: 0, grid: fine)
    labels[1, 1, 1] = 1
    try write(labels, scheme: nil, to: place("labels.nii.gz"))
    let text = """
      {"name": "Pairs", "channels": ["CT", "MR"], "labels": {"Brainstem": 1}, "cases": [
        {"name": "a", "channels": ["ct.nii.gz", "mr.nii.gz"], "labels": "labels.nii.gz"},
        {"name": "b", "channels": ["ct.nii.gz", null], "labels": "labels.nii.gz"},
        {"name": "c", "channels": [null, "ct.nii.gz"], "labels": "labels.nii.gz"}]}
      """
    try Data(text.utf8).write(to: place("cases.json"))
  }

  private func place(_ name: String) -> URL { folder.url.appending(path: name) }

  @Test("Scans on other grids are refused unless they are said to lie there, then they meet")
  func grids() throws {
    let strict = try TrainingDataset(at: folder.url)
    #expect(throws: TrainingDatasetError.self) { try strict.load(strict.cases[0]) }
    let own = try TrainingDataset(
      at: folder.url,
      options: TrainingDatasetOptions(channelGrids: .own)
    )
    let loaded = try own.load(own.cases[0])
    #expect(loaded.channels[1].grid == loaded.channels[0].grid)
    #expect(loaded.channels[1][2, 4, 2] == 5)
    // Beyond the MR's last voxel, whose border is at 3 mm.
    #expect(loaded.channels[1][4, 0, 0] == 0)
    #expect(own.checksum != strict.checksum)
  }

  @Test("A case lacks a scan where the list says null: its channel is 0 on the other scan's grid")
  func missing() throws {
    let dataset = try TrainingDataset(at: folder.url)
    for (index, absent) in [(1, 1), (2, 0)] {
      let one = dataset.cases[index]
      #expect(one.scans.count == 1 && one.files.count == 2)
      let loaded = try dataset.load(one)
      #expect(loaded.channels[absent][1, 1, 1] == 0 && loaded.channels[1 - absent][1, 1, 1] == 3)
      #expect(loaded.labels[1, 1, 1] == 1)
      #expect(try one.currentChecksum().count == 64)
    }
  }

  @Test("A description of such a data set keeps its grids and what is missing")
  func description() throws {
    let dataset = try TrainingDataset(
      at: folder.url,
      options: TrainingDatasetOptions(channelGrids: .own)
    )
    let file = place("dataset.json")
    try dataset.json().write(to: file)
    let read = try TrainingDataset(descriptionAt: file)
    #expect(read.channelGrids == .own && read.checksum == dataset.checksum)
    #expect(read.cases.map(\.scans.count) == [2, 1, 1])
    #expect(read.cases[1].channels[1] == TrainingCase.noScan)
  }

  @Test("A case without any scan is refused")
  func none() throws {
    let text = """
      {"name": "Pairs", "channels": ["CT"], "labels": {"Brainstem": 1}, "cases": [
        {"name": "a", "channels": [null], "labels": "labels.nii.gz"}]}
      """
    try Data(text.utf8).write(to: place("cases.json"))
    #expect(throws: TrainingDatasetError.missingFile(case: "a", file: "CT")) {
      try TrainingDataset(at: folder.url)
    }
  }
}
