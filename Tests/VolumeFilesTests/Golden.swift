import Foundation
import Testing
import VolumeFiles
import Volumes

/// Files beside the tests that another program made.
enum Golden {
  static func url(_ name: String) throws -> URL {
    try #require(
      Bundle.module.url(forResource: "Golden", withExtension: nil)?.appending(path: name)
    )
  }

  /// What SimpleITK reads of a file: LPS, mm; voxels as singles.
  struct Expected: Decodable {
    var size: [Int]
    var spacing: [Double]
    var origin: [Double]
    var direction: [Double]
    var voxels: [Float]

    func grid() throws -> VoxelGrid {
      let d = direction
      return try VoxelGrid(
        size: SIMD3(size[0], size[1], size[2]),
        spacing: SIMD3(spacing[0], spacing[1], spacing[2]),
        origin: SIMD3(origin[0], origin[1], origin[2]),
        direction: Matrix3(
          columns: SIMD3(d[0], d[1], d[2]),
          SIMD3(d[3], d[4], d[5]),
          SIMD3(d[6], d[7], d[8])
        )
      )
    }
  }

  static func expected(_ file: String) throws -> [String: Expected] {
    try JSONDecoder().decode([String: Expected].self, from: Data(contentsOf: url(file)))
  }
}
