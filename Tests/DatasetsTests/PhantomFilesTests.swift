import Datasets
import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite("Phantoms as files")
struct PhantomFilesTests {
  @Test("A phantom's scan and label map are read back as they were drawn")
  func single() throws {
    let folder = try TemporaryFolder()
    let phantom = DrawnPhantom(seed: 9)
    try phantom.write(to: folder.url.appending(path: "new/phantom"))
    let drawn = phantom.drawn(on: try DrawnPhantom.standardGrid())
    let scan = try readVolume(at: folder.url.appending(path: "new/phantom/ct.nii.gz"))
    let labels = try readLabelMap(at: folder.url.appending(path: "new/phantom/reference.nii.gz"))
    #expect(scan.voxels == drawn.scan.voxels)
    #expect(scan.grid.matches(drawn.scan.grid))
    #expect(labels.labelMap.voxels == drawn.labels.voxels)
  }

  @Test("Several phantoms are a data set in nnU-Net's layout")
  func dataset() throws {
    let folder = try TemporaryFolder()
    var names: [String] = []
    try DrawnPhantom.writeDataset(seeds: 3..<5, to: folder.url) { names.append($0) }
    #expect(names == ["phantom_0003", "phantom_0004"])
    let cases = try CaseFolder(
      at: folder.url.appending(path: "imagesTr"),
      fileEnding: ".nii.gz",
      channelCount: 1
    ).cases
    #expect(cases.map(\.name) == names)
    for name in names {
      let map = try readLabelMap(at: folder.url.appending(path: "labelsTr/\(name).nii.gz")).labelMap
      #expect(Set(map.voxels) == Set(0...9))
    }
    let data = try Data(contentsOf: folder.url.appending(path: "dataset.json"))
    let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect((json["labels"] as? [String: Int])?["Parotid_L"] == 4)
    #expect(json["numTraining"] as? Int == 2)
  }

  @Test("A folder that cannot be made is refused with a sentence")
  func unwritable() throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appending(path: "file")
    try Data().write(to: file)
    #expect(throws: VolumeFileError.self) {
      try DrawnPhantom(seed: 0).write(to: file.appending(path: "below"))
    }
  }
}
