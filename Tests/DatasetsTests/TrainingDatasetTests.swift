import Anatomy
import Datasets
import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite("Data sets to train on")
struct TrainingDatasetTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func text(_ contents: String, at path: String) throws {
    let url = folder.url.appending(path: path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(),
      withIntermediateDirectories: true
    )
    try Data(contents.utf8).write(to: url)
  }

  private func scan(_ path: String, size: SIMD3<Int> = [4, 3, 2]) throws {
    try text("", at: path)
    try write(
      Volume<Float>(repeating: 7, grid: try VoxelGrid(size: size)),
      to: folder.url.appending(path: path)
    )
  }

  /// A label map whose first voxels have these labels.
  private func map(_ labels: [UInt16], _ path: String) throws {
    try text("", at: path)
    var map = LabelMap(repeating: 0, grid: try VoxelGrid(size: [4, 3, 2]))
    for (index, label) in labels.enumerated() { map[index % 4, index / 4, 0] = label }
    try write(map, scheme: nil, to: folder.url.appending(path: path))
  }

  private func dataset(
    _ path: String = "",
    _ options: TrainingDatasetOptions = .init()
  ) throws -> TrainingDataset {
    try TrainingDataset(at: folder.url.appending(path: path), options: options)
  }

  private func nnUNet(labels: String = #"{"background": 0, "Mandible": 2, "GTVp": 5}"#) throws {
    try text(
      #"{"channel_names": {"0": "CT", "1": "T1"}, "labels": \#(labels), "file_ending": ".nii.gz"}"#,
      at: "dataset.json"
    )
    for name in ["b", "a"] {
      for channel in 0..<2 { try scan("imagesTr/\(name)_000\(channel).nii.gz") }
    }
    try map([2, 5], "labelsTr/a.nii.gz")
    try map([], "labelsTr/b.nii.gz")
  }

  @Test("nnU-Net's raw data: classes are numbered anew, organs get their TG-263 names")
  func nnunet() throws {
    try nnUNet()
    let dataset = try dataset()
    #expect(dataset.layout == .nnUNet)
    #expect(dataset.channelNames == ["CT", "T1"])
    #expect(dataset.labels.entries.map(\.name) == ["Bone_Mandible", "GTVp"])
    #expect(dataset.labels.entries.map(\.label) == [1, 2])
    #expect(dataset.cases.map(\.name) == ["a", "b"])
    let loaded = try dataset.load(dataset.cases[0])
    #expect(loaded.channels.count == 2)
    #expect(Array(loaded.labels.voxels.prefix(3)) == [1, 2, 0])
    #expect(loaded.contoured == [1, 2])
  }

  @Test("An organ without voxels was not contoured, a target is not there, unless told")
  func absence() throws {
    try nnUNet()
    #expect(try dataset().load(dataset().cases[1]).contoured == [2])
    for (meaning, contoured) in [
      (AbsenceMeaning.empty, [1, 2] as Set<UInt16>), (.notContoured, []), (.byName, [2]),
    ] {
      let dataset = try dataset("", TrainingDatasetOptions(absence: meaning))
      #expect(try dataset.load(dataset.cases[1]).contoured == contoured)
    }
  }

  @Test("Structures that are not asked for become background")
  func chosen() throws {
    try nnUNet()
    let dataset = try dataset("", TrainingDatasetOptions(structures: ["gtv p"], channels: ["t1"]))
    #expect(dataset.labels.entries.map(\.name) == ["GTVp"])
    #expect(dataset.channelNames == ["T1"])
    let loaded = try dataset.load(dataset.cases[0])
    #expect(Array(loaded.labels.voxels.prefix(2)) == [0, 1])
    #expect(loaded.channels.count == 1)
    #expect(throws: TrainingDatasetError.self) {
      try self.dataset("", TrainingDatasetOptions(structures: ["Lips"]))
    }
  }

  @Test("HaN-Seg's release: an organ without a file was not contoured")
  func hanseg() throws {
    for name in ["case_01", "case_02"] {
      try scan("set_1/\(name)/\(name)_IMG_CT.nrrd")
      try scan("set_1/\(name)/\(name)_IMG_MR_T1.nrrd", size: [5, 5, 5])
      try map([0, 1, 1], "set_1/\(name)/\(name)_OAR_Parotid_L.seg.nrrd")
    }
    try map([1, 1, 1, 1], "set_1/case_02/case_02_OAR_Brainstem.seg.nrrd")
    let dataset = try dataset()
    #expect(dataset.layout == .hanSeg)
    #expect(dataset.labels.entries.map(\.name) == ["Brainstem", "Parotid_L"])
    #expect(dataset.cases[0].contoured == [2])
    // The smaller structure has the voxels that both claim.
    let loaded = try dataset.load(dataset.cases[1])
    #expect(Array(loaded.labels.voxels.prefix(5)) == [1, 2, 2, 1, 0])
    #expect(loaded.contoured == [1, 2])
    let both = try self.dataset("", TrainingDatasetOptions(channels: ["CT", "MR_T1"]))
    #expect {
      _ = try both.load(both.cases[0])
    } throws: { error in
      guard case TrainingDatasetError.mismatchedPair("case_01", "case_01_IMG_MR_T1.nrrd", _) = error
      else { return false }
      return true
    }
  }

  @Test("HNTS-MRG's release: either time, with the prior as channels where asked")
  func hntsmrg() throws {
    for file in [
      "preRT/2_preRT_T2", "midRT/2_midRT_T2", "midRT/2_preRT_T2_registered",
    ] { try scan("2/\(file).nii.gz") }
    for file in ["preRT/2_preRT_mask", "midRT/2_midRT_mask", "midRT/2_preRT_mask_registered"] {
      try map([1], "2/\(file).nii.gz")
    }
    let before = try dataset()
    #expect(before.layout == .preRT)
    #expect(before.channelNames == ["T2"])
    #expect(try before.load(before.cases[0]).contoured == [1, 2])
    let during = try dataset("", TrainingDatasetOptions(layout: .midRT, usesPrior: true))
    #expect(during.channelNames == ["T2", "T2_prior", "mask_prior"])
    #expect(
      during.cases[0].channels.map(\.lastPathComponent) == [
        "2_midRT_T2.nii.gz", "2_preRT_T2_registered.nii.gz", "2_preRT_mask_registered.nii.gz",
      ]
    )
  }

  @Test("OpenKBP: the manifest says which cases validate")
  func openkbp() throws {
    try text("pid,official_split,n\npt_2,train,1\npt_10,validation,2\n", at: "manifest.csv")
    for name in ["pt_2", "pt_10"] {
      try scan("\(name)/ct.nii.gz")
      try map([3, 4], "\(name)/oar.nii.gz")
    }
    let dataset = try dataset()
    #expect(dataset.layout == .openKBP)
    #expect(
      dataset.labels.entries.map(\.name).prefix(4) == [
        "Brainstem", "SpinalCord", "Parotid_R", "Parotid_L",
      ]
    )
    #expect(dataset.ownSplits?.folds == [.init(training: ["pt_2"], validation: ["pt_10"])])
    #expect(try dataset.load(dataset.cases[0]).contoured == [3, 4])
    try text("pid,official_split\npt_2,test\n", at: "manifest.csv")
    #expect(throws: TrainingDatasetError.self) { try self.dataset() }
  }

  @Test("A JSON file lists cases of any layout, with masks or label maps")
  func listed() throws {
    try scan("x/ct.nii.gz")
    try map([7], "x/organs.nii.gz")
    try map([0, 0, 1], "x/left.nii.gz")
    try text(
      """
      {"name": "Clinic", "channels": ["CT"], "labels": {"Stem": 7, "Parotid-lt": 9}, "cases": [
        {"name": "q", "channels": ["x/ct.nii.gz"], "labels": {"Left parotid": "x/left.nii.gz"},
         "split": "validation"},
        {"name": "p", "channels": ["x/ct.nii.gz"], "labels": "x/organs.nii.gz",
         "contoured": ["Parotid_L"], "split": "train"}]}
      """,
      at: "cases.json"
    )
    let dataset = try dataset()
    #expect(dataset.name == "Clinic")
    #expect(dataset.labels.entries.map(\.name) == ["Brainstem", "Parotid_L"])
    #expect(dataset.ownSplits?.folds == [.init(training: ["p"], validation: ["q"])])
    #expect(try dataset.load(dataset.cases[0]).contoured == [1, 2])
    let masks = try dataset.load(dataset.cases[1])
    #expect(masks.contoured == [2])
    #expect(Array(masks.labels.voxels.prefix(3)) == [0, 0, 2])
  }

  @Test("A description reads back as written, and its checksum follows the content alone")
  func description() throws {
    try nnUNet()
    var dataset = try dataset()
    for index in dataset.cases.indices {
      dataset.cases[index].checksum = try dataset.cases[index].currentChecksum()
    }
    let file = folder.url.appending(path: "described.json")
    try dataset.json().write(to: file)
    let read = try TrainingDataset(descriptionAt: file)
    #expect(read == dataset)
    #expect(read.checksum == dataset.checksum)
    try map([2, 2], "labelsTr/a.nii.gz")
    #expect(try dataset.cases[0].currentChecksum() != dataset.cases[0].checksum)
    dataset.cases[0].checksum = try dataset.cases[0].currentChecksum()
    #expect(read.checksum != dataset.checksum)
    try Data(#"{"name": 1}"#.utf8).write(to: file)
    #expect(throws: TrainingDatasetError.self) { try TrainingDataset(descriptionAt: file) }
  }

  @Test("What cannot be trained on is refused with the case's name")
  func refusals() throws {
    #expect(throws: TrainingDatasetError.missing("none")) { try dataset("none") }
    #expect(
      throws: TrainingDatasetError.unknownLayout(folder: folder.url.lastPathComponent)
    ) { try dataset() }
    try nnUNet()
    let whole = try dataset()
    try map([2, 9], "labelsTr/a.nii.gz")
    #expect(
      throws: TrainingDatasetError.unknownLabel(
        case: "a",
        file: "a.nii.gz",
        label: 9,
        known: [2, 5]
      )
    ) { try whole.load(whole.cases[0]) }
    try text("damaged", at: "imagesTr/b_0000.nii.gz")
    #expect {
      _ = try whole.load(whole.cases[1])
    } throws: { error in
      guard case TrainingDatasetError.unreadableCase("b", _) = error else { return false }
      return true
    }
    try scan("imagesTr/b_0000.nii.gz", size: [4, 3, 3])
    #expect {
      _ = try whole.load(whole.cases[1])
    } throws: { error in
      guard case TrainingDatasetError.mismatchedPair("b", "b_0001.nii.gz", _) = error else {
        return false
      }
      return true
    }
    try FileManager.default.removeItem(at: folder.url.appending(path: "labelsTr/b.nii.gz"))
    #expect(throws: TrainingDatasetError.missingFile(case: "b", file: "labelsTr/b.nii.gz")) {
      try dataset()
    }
    try FileManager.default.removeItem(at: folder.url.appending(path: "imagesTr/b_0001.nii.gz"))
    #expect(throws: TrainingDatasetError.self) { try dataset() }
    try text(#"{"channels": ["CT"], "cases": []}"#, at: "other/cases.json")
    #expect(throws: TrainingDatasetError.noCases(folder: "cases.json", expected: "\"cases\" are")) {
      try dataset("other")
    }
    try text(#"{"channels": ["CT"], "cases": [{"name": "p"}]}"#, at: "other/cases.json")
    #expect(throws: TrainingDatasetError.self) { try dataset("other") }
  }

  @Test("The real data set is recognized", .enabled(if: SharedData.has("openkbp/manifest.csv")))
  func real() throws {
    let place = try #require(SharedData.folder).appending(path: "openkbp")
    let dataset = try TrainingDataset(at: place)
    #expect(dataset.cases.count == 196)
    #expect(dataset.ownSplits?.folds[0].training.count == 166)
    #expect(dataset.ownSplits?.folds[0].validation.count == 30)
    #expect(
      dataset.labels.entries.map(\.name) == [
        "Brainstem", "SpinalCord", "Parotid_R", "Parotid_L", "Bone_Mandible", "Larynx", "Esophagus",
      ]
    )
    let loaded = try dataset.load(try #require(dataset.cases.first { $0.name == "pt_1" }))
    #expect(loaded.contoured == [1, 2, 3, 4, 5])
  }
}
