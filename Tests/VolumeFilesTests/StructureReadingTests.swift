import Anatomy
import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite("Reading structures")
struct StructureReadingTests {
  /// A map of blobs, single voxels, runs over row ends and a touched border.
  private func drawnMap(size: SIMD3<Int> = [70, 33, 9], labels: UInt16 = 5) throws -> LabelMap {
    let grid = try VoxelGrid(size: size, spacing: [0.9, 1.1, 2.5], origin: [-30, 4, 7.5])
    var generator = SeededGenerator(seed: 7)
    var map = LabelMap(repeating: 0, grid: grid)
    for label in 1...labels {
      let center = SIMD3<Int>(
        .random(in: 0..<size.x, using: &generator),
        .random(in: 0..<size.y, using: &generator),
        .random(in: 0..<size.z, using: &generator)
      )
      let radius = SIMD3(Int.random(in: 0..<40, using: &generator), 5, 2)
      for k in max(0, center.z - radius.z)...min(size.z - 1, center.z + radius.z) {
        for j in max(0, center.y - radius.y)...min(size.y - 1, center.y + radius.y) {
          for i in max(0, center.x - radius.x)...min(size.x - 1, center.x + radius.x) {
            map[i, j, k] = label
          }
        }
      }
    }
    map[0, 0, 0] = labels
    map[size.x - 1, size.y - 1, size.z - 1] = 1
    return map
  }

  private func expectAgreement(at url: URL) throws {
    let map = try readLabelMap(at: url)
    let file = try readStructures(at: url)
    #expect(file.grid == map.labelMap.grid)
    #expect(file.scheme == map.scheme)
    #expect(file.labels == Set(map.labelMap.voxels).subtracting([0]).sorted())
    for label in file.labels + [999] {
      #expect(file.mask(of: label) == CroppedMask(map.labelMap.map { $0 == label }), "\(label)")
    }
    #expect(file.mask(of: 0).isEmpty)
  }

  @Test(
    "Structures are those of the label map, in every format",
    arguments: ["a.nii", "a.nii.gz", "a.nrrd", "a.nhdr", "a.seg.nrrd", "a.mha", "a.mhd"]
  )
  func formats(name: String) throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: name)
    let scheme = LabelScheme(entries: [
      .init(label: 1, name: "Brain"), .init(label: 9, name: "Lips"),
    ])
    try write(drawnMap(), scheme: scheme, to: url)
    try expectAgreement(at: url)
    try write(drawnMap(labels: 300), scheme: nil, to: url)
    try expectAgreement(at: url)
  }

  @Test("Structures of other programs' files are those of the label map, or refused alike")
  func golden() throws {
    let folder = try Golden.url("")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    var read = 0
    for name in names {
      let url = folder.appending(path: name)
      do {
        _ = try readLabelMap(at: url)
      } catch let expected {
        #expect(throws: expected, "\(name)") { try readStructures(at: url) }
        continue
      }
      try expectAgreement(at: url)
      read += 1
    }
    #expect(read > 5)
  }

  @Test("A map of noise is read too, though its runs are not kept")
  func noise() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "noise.nii.gz")
    var generator = SeededGenerator(seed: 3)
    let grid = try VoxelGrid(size: [90, 90, 70])
    let voxels = (0..<grid.count).map { _ in UInt16.random(in: 0...3, using: &generator) }
    try write(LabelMap(grid: grid, voxels: voxels), scheme: nil, to: url)
    try expectAgreement(at: url)
  }

  @Test("A mask holds one structure, whatever its number; several are refused")
  func masks() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "mask.nrrd")
    var map = LabelMap(repeating: 0, grid: try VoxelGrid(size: [4, 4, 4]))
    try write(map, scheme: nil, to: url)
    #expect(try readMask(at: url).isEmpty)
    map[1, 2, 3] = 255
    try write(map, scheme: nil, to: url)
    #expect(try readMask(at: url) == CroppedMask(map.map { $0 > 0 }))
    map[1, 2, 2] = 7
    try write(map, scheme: nil, to: url)
    #expect(throws: VolumeFileError.severalLabels(file: "mask.nrrd", labels: [7, 255])) {
      try readMask(at: url)
    }
  }

  @Test("A damaged or shortened file is refused as by the label map's reader")
  func damage() throws {
    let folder = try TemporaryFolder()
    var generator = SeededGenerator(seed: 5)
    for name in ["a.nii.gz", "a.nrrd", "a.mha"] {
      let url = folder.url.appending(path: name)
      try write(drawnMap(), scheme: nil, to: url)
      let sound = try Data(contentsOf: url)
      for _ in 0..<60 {
        try mutation(of: sound, using: &generator).write(to: url)
        do {
          let map = try readLabelMap(at: url).labelMap
          let file = try readStructures(at: url)
          #expect(file.labels == Set(map.voxels).subtracting([0]).sorted())
        } catch let expected {
          #expect(throws: expected) { try readStructures(at: url) }
        }
      }
    }
  }

  /// One byte changed, or the end cut off.
  private func mutation(of data: Data, using generator: inout SeededGenerator) -> Data {
    var data = data
    let place = Int.random(in: 0..<data.count, using: &generator)
    if Bool.random(using: &generator) { return data.prefix(place) }
    data[place] ^= UInt8.random(in: 1...255, using: &generator)
    return data
  }

  @Test(
    "A real scan's masks are those of the label map",
    .enabled(if: SharedData.has("observer_masks"))
  )
  func real() throws {
    let folder = try #require(SharedData.folder).appending(
      path: "observer_masks/oncologist/0522c0014"
    )
    for name in ["Lens-Lt.nrrd", "Brain.nrrd"] {
      let url = folder.appending(path: name)
      #expect(try readMask(at: url) == CroppedMask(readLabelMap(at: url).labelMap.map { $0 > 0 }))
    }
  }
}
