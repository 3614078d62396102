import Anatomy
import Datasets
import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite("Drawn patients as files")
struct DrawnPatientFilesTests {
  private func names(_ folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  @Test("A drawn set is read back as HaN-Seg's release, with its transform beside it")
  func hanSeg() throws {
    let folder = try TemporaryFolder()
    var drawn: [String] = []
    let set = DrawnPatientSet(seed: 2, size: .tiny, threads: 2)
    try set.writeHaNSeg(cases: 2, to: folder.url) { drawn.append($0) }
    #expect(drawn == ["case_01", "case_02"])
    let dataset = try TrainingDataset(at: folder.url)
    #expect(dataset.layout == .hanSeg)
    #expect(dataset.cases.map(\.name) == drawn)
    let place = folder.url.appending(path: "set_1/case_01")
    let files = try names(place)
    #expect(files.filter { $0.contains("_OAR_") }.count == 30)
    let patient = DrawnPatient(seed: 2, number: 1, size: .tiny)
    let ct = try readVolume(at: place.appending(path: "case_01_IMG_CT.nrrd"))
    #expect(ct.voxels == (try patient.ct(threads: 1)).voxels)
    let mr = try readVolume(at: place.appending(path: "case_01_IMG_MR_T1.nrrd"))
    #expect(!mr.grid.matches(ct.grid))
    let rigid = try String(
      contentsOf: place.appending(path: "case_01_CT_to_MR.tfm"),
      encoding: .utf8
    )
    #expect(rigid.hasPrefix("#Insight Transform File V1.0\n"))
    let field = try Data(contentsOf: place.appending(path: "case_01_CT_to_MR.mha"))
    #expect(field.starts(with: Data("ObjectType = Image\nNDims = 3\n".utf8)))
  }

  @Test("A case does not depend on how many are drawn, and partial sets say what they lack")
  func partial() throws {
    let folder = try TemporaryFolder()
    let set = DrawnPatientSet(
      seed: 9,
      size: .tiny,
      withoutMRShare: 1,
      missingShare: 0.5,
      threads: 2
    )
    try set.writeHaNSeg(cases: 1, to: folder.url.appending(path: "one"))
    try set.writeHaNSeg(cases: 2, to: folder.url.appending(path: "two"))
    let (one, two) = (
      folder.url.appending(path: "one/set_1/case_01"),
      folder.url.appending(path: "two/set_1/case_01")
    )
    let files = try names(one)
    #expect(files == (try names(two)))
    for file in files {
      let (a, b) = (one.appending(path: file), two.appending(path: file))
      #expect(try Data(contentsOf: a) == Data(contentsOf: b), "\(file)")
    }
    let masks = files.filter { $0.contains("_OAR_") }
    #expect((5...25).contains(masks.count))
    #expect(!files.contains { $0.contains("MR") })
    let table = try String(
      contentsOf: folder.url.appending(path: "one/set_1/OAR_data.csv"),
      encoding: .utf8
    ).split(separator: "\n")
    #expect(table.count == 2)
    #expect(table[1].split(separator: ",").filter { $0 == "1" }.count == masks.count)
    let dataset = try TrainingDataset(at: folder.url.appending(path: "two"))
    #expect(dataset.cases[0].contoured?.count == masks.count)
  }

  @Test("Two looks at a patient are read back as HNTS-MRG's release")
  func adaptive() throws {
    let folder = try TemporaryFolder()
    let set = DrawnPatientSet(seed: 4, size: .tiny, threads: 2)
    try set.writeHNTSMRG(cases: 2, to: folder.url)
    let later = try TrainingDataset(
      at: folder.url,
      options: .init(layout: .midRT, usesPrior: true)
    )
    #expect(later.cases.map(\.name) == ["1", "2"])
    #expect(later.channelNames == ["T2", "T2_prior", "mask_prior"])
    let before = try TrainingDataset(at: folder.url, options: .init(layout: .preRT))
    #expect(before.cases.count == 2)
    let place = folder.url.appending(path: "1/midRT")
    let mid = try readVolume(at: place.appending(path: "1_midRT_T2.nii.gz"))
    let registered = try readVolume(at: place.appending(path: "1_preRT_T2_registered.nii.gz"))
    #expect(mid.grid.matches(registered.grid))
    let mask = try readLabelMap(at: place.appending(path: "1_midRT_mask.nii.gz")).labelMap
    #expect(mask.voxels.allSatisfy { $0 <= 2 })
    let truth = try Data(contentsOf: folder.url.appending(path: "1/truth.json"))
    let json = try #require(try JSONSerialization.jsonObject(with: truth) as? [String: Any])
    #expect((json["tumors"] as? [Any])?.isEmpty == false)
  }
}
