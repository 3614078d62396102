import Foundation
import ImageProcessing
import Testing
import Volumes

/// Finds the body in what `Benchmarks/body_mask.py` wrote, for its pictures and counts.
///
/// The script sets `DELINEATE_BODY` to a folder with `request.json` and `scan.raw`; this writes
/// `body.raw` (one byte a voxel) and `seconds.txt` beside them.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["DELINEATE_BODY"] != nil))
struct BodyPictureTests {
  struct Request: Decodable {
    /// Along i, j and k.
    var size: [Int]
    var spacing: [Double]
    var isCT: Bool
    var threads: Int
  }

  @Test("Finds the body for the picture script")
  func bodyForPictures() throws {
    let folder = URL(
      filePath: try #require(ProcessInfo.processInfo.environment["DELINEATE_BODY"])
    )
    let request = try JSONDecoder().decode(
      Request.self,
      from: Data(contentsOf: folder.appending(path: "request.json"))
    )
    let grid = try VoxelGrid(
      size: [request.size[0], request.size[1], request.size[2]],
      spacing: [request.spacing[0], request.spacing[1], request.spacing[2]]
    )
    let data = try Data(contentsOf: folder.appending(path: "scan.raw"))
    let scan = Volume<Float>(
      grid: grid,
      voxels: data.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    )
    let clock = ContinuousClock()
    let start = clock.now
    let body = bodyMask(of: scan, contrast: request.isCT ? .ct : .mr, threads: request.threads)
    let seconds = (clock.now - start) / .seconds(1)
    try Data(body.voxels.map { $0 ? 1 : 0 }).write(to: folder.appending(path: "body.raw"))
    try Data("\(seconds)".utf8).write(to: folder.appending(path: "seconds.txt"))
    #expect(body.voxels.contains(true))
  }
}
