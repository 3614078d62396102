import Anatomy
import Datasets
import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite("Libraries of structures")
struct StructureLibraryTests {
  /// Files that need not hold anything: names alone decide, but for headers of `.seg.nrrd`.
  private func folder(_ paths: [String]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for path in paths {
      let url = folder.url.appending(path: path)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(),
        withIntermediateDirectories: true
      )
      try Data().write(to: url)
    }
    return folder
  }

  /// Each case as "name: structure structure …"; a file that names its structures itself is a star.
  private func listing(_ library: StructureLibrary) -> [String] {
    library.cases.map { one in
      ([one.name + ":"] + one.sources.map { $0.structure ?? "*" }).joined(separator: " ")
    }
  }

  @Test("Folders of cases with a mask for each organ, in natural order")
  func caseFolders() throws {
    let folder = try folder([
      "p10/Brain.nrrd", "p10/Cochlea-Lt.nrrd", "p2/Brain.nii.gz", "p2/Lens_L.mha", "p2/ct.nii.gz",
      "p2/notes.txt", "empty/readme.md", ".hidden/Brain.nrrd",
    ])
    let library = try StructureLibrary(at: folder.url)
    #expect(library.layout == .caseFolders)
    #expect(listing(library) == ["p2: Brain Lens_L", "p10: Brain Cochlea-Lt"])
    #expect(library.passedOver == ["p2/ct.nii.gz"])
    #expect(!library.isSingleCase)
  }

  @Test("HaN-Seg's release: masks by organ, images passed over")
  func hanseg() throws {
    let folder = try folder([
      "case_01/case_01_IMG_CT.nrrd", "case_01/case_01_IMG_MR_T1.nrrd",
      "case_01/case_01_OAR_Parotid_L.seg.nrrd", "case_01/case_01_OAR_A_Carotid_R.seg.nrrd",
    ])
    let library = try StructureLibrary(at: folder.url)
    #expect(listing(library) == ["case_01: A_Carotid_R Parotid_L"])
    #expect(library.passedOver.count == 2)
    let one = try StructureLibrary(at: folder.url.appending(path: "case_01"))
    #expect(one.layout == .masksOfOneCase)
    #expect(listing(one) == ["case_01: A_Carotid_R Parotid_L"])
  }

  @Test("A folder of organs' masks is one case; a folder of other names is label maps")
  func flat() throws {
    let masks = try folder(["Brain.nrrd", "Parotid-Lt.nrrd", "PTV.nrrd"])
    let library = try StructureLibrary(at: masks.url)
    #expect(library.layout == .masksOfOneCase)
    #expect(library.isSingleCase)
    #expect(library.cases.first?.sources.count == 3)
    let maps = try folder(["pt_10.nii.gz", "pt_9.nii.gz", "pt_9_0000.nii.gz", "plans.json"])
    let cases = try StructureLibrary(at: maps.url)
    #expect(cases.layout == .labelMaps)
    #expect(listing(cases) == ["pt_9: *", "pt_10: *"])
    #expect(cases.passedOver == ["pt_9_0000.nii.gz"])
  }

  @Test("nnU-Net's labelsTr is found, and the names in dataset.json beside it")
  func nnunet() throws {
    let folder = try folder(["labelsTr/a.nii.gz", "imagesTr/a_0000.nii.gz"])
    try Data(#"{"labels": {"background": 0, "GTVp": 1}}"#.utf8)
      .write(to: folder.url.appending(path: "dataset.json"))
    let library = try StructureLibrary(at: folder.url)
    #expect(listing(library) == ["a: *"])
    #expect(library.scheme?.entries.map(\.name) == ["GTVp"])
  }

  @Test("A file is one case, and a set of segments names its structures itself")
  func files() throws {
    let folder = try TemporaryFolder()
    let map = LabelMap(repeating: 1, grid: try VoxelGrid(size: [2, 2, 2]))
    let scheme = LabelScheme(entries: [
      .init(label: 1, name: "Brain"), .init(label: 2, name: "Lips"),
    ])
    let place = folder.url.appending(path: "p1")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    try write(map, scheme: scheme, to: place.appending(path: "set.seg.nrrd"))
    let file = try StructureLibrary(at: place.appending(path: "set.seg.nrrd"))
    #expect(file.layout == .file)
    #expect(listing(file) == ["set: *"])
    #expect(listing(try StructureLibrary(at: folder.url)) == ["p1: *"])
  }

  @Test("Patterns say which part of a path is the case and which the structure")
  func patterns() throws {
    let folder = try folder([
      "2_midRT_mask.nii.gz", "10_midRT_mask.nii.gz", "2_preRT_mask.nii.gz", "s/7/7_Brain.nrrd",
    ])
    func listed(_ pattern: String) throws -> [String] {
      listing(try StructureLibrary(at: folder.url, pattern: pattern))
    }
    #expect(try listed("{case}_midRT_mask.nii.gz") == ["2: *", "10: *"])
    #expect(try listed("s/{case}/{case}_{structure}.nrrd") == ["7: Brain"])
    #expect(try listed("{structure}/7/{case}_Brain.nrrd") == ["7: s"])
    #expect(
      throws: StructureLibraryError.noCases(
        folder: folder.url.lastPathComponent,
        pattern: "{case}.mha"
      )
    ) { try listed("{case}.mha") }
    for bad in ["mask.nii.gz", "{case}{structure}.nrrd", "{case", "{patient}.nrrd", "{case}.txt"] {
      #expect(throws: StructureLibraryError.self, "\(bad)") { try listed(bad) }
    }
  }

  @Test("Places without volumes are refused")
  func refusals() throws {
    let folder = try folder(["a.txt"])
    let name = folder.url.lastPathComponent
    #expect(throws: StructureLibraryError.noCases(folder: name, pattern: nil)) {
      try StructureLibrary(at: folder.url)
    }
    #expect(throws: StructureLibraryError.notAVolume("a.txt")) {
      try StructureLibrary(at: folder.url.appending(path: "a.txt"))
    }
    #expect(throws: StructureLibraryError.missing("none")) {
      try StructureLibrary(at: folder.url.appending(path: "none"))
    }
  }
}
