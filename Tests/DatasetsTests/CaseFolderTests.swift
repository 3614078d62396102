import Datasets
import Foundation
import TestSupport
import Testing

@Suite("Folders of cases in nnU-Net's naming")
struct CaseFolderTests {
  private func folder(_ files: [String]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for file in files { try Data().write(to: folder.url.appending(path: file)) }
    return folder
  }

  @Test("Cases come sorted, with their channels in order, and other files are passed over")
  func lists() throws {
    let folder = try folder([
      "b_2_0001.nii.gz", "b_2_0000.nii.gz", "a_0000.nii.gz", "a_0001.nii.gz", "notes.txt",
      "a_00001.nii.gz", "dataset.json", "_0000.nii.gz", "c_0000.mha",
    ])
    let cases = try CaseFolder(at: folder.url, fileEnding: ".nii.gz", channelCount: 2).cases
    #expect(cases.map(\.name) == ["a", "b_2"])
    #expect(cases[1].channels.map(\.lastPathComponent) == ["b_2_0000.nii.gz", "b_2_0001.nii.gz"])
  }

  @Test("Without an ending every known format is found")
  func anyEnding() throws {
    let folder = try folder(["a_0000.mha", "b_0000.nii", "c_0000.nii.gz", "d_0000.nrrd"])
    let cases = try CaseFolder(at: folder.url, channelCount: 1).cases
    #expect(cases.map(\.name) == ["a", "b", "c", "d"])
    #expect(CaseFolder.isCaseFolder(folder.url))
    #expect(!CaseFolder.isCaseFolder(folder.url, fileEnding: ".mhd"))
  }

  @Test("A missing, surplus or doubled channel is named")
  func wrongChannels() throws {
    let one = try folder(["a_0000.nii.gz", "a_0001.nii.gz", "b_0000.nii.gz"])
    #expect(throws: CaseFolderError.missingChannel(file: "b_0001.nii.gz", channelCount: 2)) {
      try CaseFolder(at: one.url, channelCount: 2)
    }
    #expect(throws: CaseFolderError.surplusChannel(file: "a_0001.nii.gz", channelCount: 1)) {
      try CaseFolder(at: one.url, channelCount: 1)
    }
    let two = try folder(["a_0000.nii.gz", "a_0000.mha"])
    #expect(throws: CaseFolderError.doubledChannel(["a_0000.mha", "a_0000.nii.gz"])) {
      try CaseFolder(at: two.url, channelCount: 1)
    }
  }

  @Test("An empty or absent folder is refused with a sentence")
  func noCases() throws {
    let folder = try folder(["scan.nii.gz"])
    let error = #expect(throws: CaseFolderError.self) {
      try CaseFolder(at: folder.url, channelCount: 1)
    }
    #expect(error?.description.contains("CASE_0000.nii.gz") == true)
    #expect(throws: CaseFolderError.self) {
      try CaseFolder(at: folder.url.appending(path: "absent"), channelCount: 1)
    }
    #expect(!CaseFolder.isCaseFolder(folder.url))
  }
}
