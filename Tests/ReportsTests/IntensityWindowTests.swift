import Reports
import TestSupport
import Testing
import Volumes

@Suite("Intensity windows")
struct IntensityWindowTests {
  @Test("A scan with air is shown as CT, another one by its percentiles")
  func suiting() throws {
    let grid = try VoxelGrid(size: [10, 10, 10])
    var generator = SeededGenerator(seed: 1)
    let ct = Volume<Float>(
      grid: grid,
      voxels: (0..<1000).map { $0 < 500 ? -1000 : Float($0) - 700 }
    )
    #expect(IntensityWindow(suiting: ct) == .softTissue)
    // Half of the voxels are background; the rest is evenly spread from 100 to 1100.
    let mr = Volume<Float>(
      grid: grid,
      voxels: (0..<1000).map {
        $0 < 500 ? 0 : Float.random(in: 100...1100, using: &generator)
      }
    )
    let window = IntensityWindow(suiting: mr)
    #expect((550...650).contains(window.level))
    #expect((940...1000).contains(window.width))
    #expect(IntensityWindow(suiting: mr, isCT: true) == .softTissue)
  }

  @Test("Empty, constant and not finite scans get a window too")
  func degenerate() throws {
    let grid = try VoxelGrid(size: [2, 2, 2])
    for value: Float in [0, 7, .nan, .infinity] {
      let window = IntensityWindow(suiting: Volume(repeating: value, grid: grid))
      #expect(window.width > 0 && window.level.isFinite)
    }
  }
}
