import Foundation
import Testing
import VolumeFiles
import Volumes

@Suite("Volumes that SimpleITK wrote")
struct GoldenVolumeTests {
  @Test("Every file has the grid and the voxels that SimpleITK reads")
  func agreement() throws {
    let expected = try Golden.expected("expected.json")
    #expect(expected.count == 49)
    for (name, golden) in expected.sorted(by: { $0.key < $1.key }) {
      do {
        let volume = try readVolume(at: Golden.url(name))
        let grid = try golden.grid()
        #expect(volume.grid.matches(grid, tolerance: 1e-5), "\(name): \(volume.grid), not \(grid)")
        #expect(volume.voxels == golden.voxels, "\(name)")
      } catch {
        Issue.record("\(name): \(error)")
      }
    }
  }
}
