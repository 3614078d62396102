import Anatomy
import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite("Files appear whole or not at all")
struct WritingTests {
  private func files(_ folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  private func labels() throws -> LabelMap {
    LabelMap(repeating: 1, grid: try VoxelGrid(size: [3, 2, 2]))
  }

  @Test("An unknown ending is refused and leaves nothing")
  func unknownEnding() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: VolumeFileError.self) {
      try write(labels(), scheme: nil, to: folder.url.appending(path: "labels.txt"))
    }
    #expect(
      error.map { "\($0)" }?.contains("labels.txt cannot be written: its name must end") == true
    )
    #expect(try files(folder.url).isEmpty)
  }

  @Test("A folder that is not there gives one sentence")
  func missingFolder() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: VolumeFileError.self) {
      try write(labels(), scheme: nil, to: folder.url.appending(path: "none/labels.nii.gz"))
    }
    #expect(
      error.map { "\($0)" } == "labels.nii.gz cannot be written: No such file or directory."
    )
  }

  @Test("A target that is a folder is left alone, and nothing else stays")
  func occupied() throws {
    let folder = try TemporaryFolder()
    let target = folder.url.appending(path: "labels.nii.gz/inside")
    try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
    #expect(throws: VolumeFileError.self) {
      try write(labels(), scheme: nil, to: folder.url.appending(path: "labels.nii.gz"))
    }
    #expect(try files(folder.url) == ["labels.nii.gz"])
    #expect(FileManager.default.fileExists(atPath: target.path))
  }

  @Test("An older file is replaced")
  func replaced() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "labels.nrrd")
    try Data("old".utf8).write(to: url)
    try write(labels(), scheme: nil, to: url)
    #expect(try readLabelMap(at: url).labelMap == (try labels()))
    #expect(try files(folder.url) == ["labels.nrrd"])
  }

  @Test("One byte a voxel where labels allow it, two otherwise")
  func scalarTypes() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "labels.nii.gz")
    var labels = try labels()
    try write(labels, scheme: nil, to: url)
    #expect(try inspectFile(at: url).scalarType == .uint8)
    labels[0, 0, 0] = 256
    try write(labels, scheme: nil, to: url)
    #expect(try inspectFile(at: url).scalarType == .uint16)
  }

  @Test("A mask is a label map of 0 and 1 with its name")
  func mask() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "Parotid_L.seg.nrrd")
    var mask = Mask(repeating: false, grid: try VoxelGrid(size: [3, 2, 2]))
    mask[2, 1, 1] = true
    try write(mask, name: "Parotid_L", to: url)
    let file = try readLabelMap(at: url)
    #expect(file.labelMap.voxels == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
    #expect(file.scheme?.entries.map(\.name) == ["Parotid_L"])
  }

  @Test("A picture has PNG's signature, its size and its end")
  func picture() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "a.png")
    let pixels = (0..<(7 * 5 * 3)).map { UInt8($0) }
    try writePNG(RGBImage(width: 7, height: 5, pixels: pixels), to: url)
    let bytes = [UInt8](try Data(contentsOf: url))
    #expect(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
    #expect(bytes[16..<26].elementsEqual([0, 0, 0, 7, 0, 0, 0, 5, 8, 2]))
    #expect(bytes.suffix(8).prefix(4).elementsEqual("IEND".utf8))
    #expect(try files(folder.url) == ["a.png"])
  }
}
