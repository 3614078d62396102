import Anatomy
import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite("Volumes written and read back")
struct RoundTripTests {
  static let endings = ["nii", "nii.gz", "nrrd", "nhdr", "seg.nrrd", "mha", "mhd"]

  @Test("A marked voxel keeps its patient coordinates in all 48 orientations", arguments: endings)
  func orientations(_ ending: String) throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "labels.\(ending)")
    for direction in allOrientations {
      let grid = try VoxelGrid(
        size: [4, 3, 5],
        spacing: [0.5, 1.25, 3],
        origin: [-20.5, 10.25, 7],
        direction: direction
      )
      var labels = LabelMap(repeating: 0, grid: grid)
      labels[3, 1, 4] = 7
      labels[0, 2, 1] = 1
      try write(labels, scheme: nil, to: url)
      let read = try readLabelMap(at: url).labelMap
      #expect(read.voxels == labels.voxels)
      #expect(read.grid.matches(grid, tolerance: 1e-5), "\(direction) \(read.grid)")
    }
  }

  @Test("Scans keep their voxels on oblique grids, left- and right-handed", arguments: endings)
  func oblique(_ ending: String) throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "scan.\(ending)")
    var generator = SeededGenerator(seed: 5)
    for round in 0..<12 {
      let direction = randomRotation(mirrored: round % 2 == 1, using: &generator)
      let grid = try VoxelGrid(
        size: [5, 4, 3],
        spacing: [0.4, 0.9, 2.1],
        origin: [-101.5, 33.25, 400],
        direction: direction
      )
      let voxels = (0..<grid.count).map { _ in Float.random(in: -1000...3000, using: &generator) }
      let volume = Volume(grid: grid, voxels: voxels)
      try write(volume, to: url)
      let read = try readVolume(at: url)
      #expect(read.voxels == voxels)
      #expect(read.grid.matches(grid))
    }
  }

  @Test("Labels above 255 keep their numbers", arguments: endings)
  func largeLabels(_ ending: String) throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "labels.\(ending)")
    let grid = try VoxelGrid(size: [3, 2, 2])
    let labels = LabelMap(grid: grid, voxels: [0, 1, 255, 256, 300, 65535, 0, 2, 3, 4, 5, 6])
    try write(labels, scheme: nil, to: url)
    #expect(try readLabelMap(at: url).labelMap == labels)
  }

  @Test("A header and its voxels are both there, and nothing else", arguments: ["nhdr", "mhd"])
  func pairs(_ ending: String) throws {
    let folder = try TemporaryFolder()
    let labels = LabelMap(repeating: 3, grid: try VoxelGrid(size: [3, 2, 2]))
    try write(labels, scheme: nil, to: folder.url.appending(path: "a.\(ending)"))
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(files.count == 2)
    #expect(files.contains("a.\(ending)"))
  }

  private func randomRotation(
    mirrored: Bool,
    using generator: inout SeededGenerator
  ) -> Matrix3 {
    func vector() -> SIMD3<Double> {
      SIMD3(
        .random(in: -1...1, using: &generator),
        .random(in: -1...1, using: &generator),
        .random(in: -1...1, using: &generator)
      )
    }
    let a = vector()
    let x = a / length(a)
    let b = cross(x, vector())
    let y = b / length(b)
    return Matrix3(columns: x, y, mirrored ? -cross(x, y) : cross(x, y))
  }
}
