import Testing
import Volumes

@Suite("Volumes")
struct VolumeTests {
  @Test("i varies fastest in memory")
  func memoryOrder() throws {
    let grid = try VoxelGrid(size: [2, 3, 4])
    let volume = Volume<Int16>(grid: grid, voxels: (0..<24).map { Int16($0) })
    #expect(volume[0, 0, 0] == 0)
    #expect(volume[1, 0, 0] == 1)
    #expect(volume[0, 1, 0] == 2)
    #expect(volume[0, 0, 1] == 6)
    #expect(volume[1, 2, 3] == 23)
  }

  @Test("A copy changes on its own")
  func copies() throws {
    let first = LabelMap(repeating: 1, grid: try VoxelGrid(size: [2, 2, 2]))
    var second = first
    second[1, 1, 1] = 7
    second.withUnsafeMutableVoxels { $0[0] = 9 }
    #expect(first.voxels.allSatisfy { $0 == 1 })
    #expect(second[1, 1, 1] == 7)
    #expect(second[0, 0, 0] == 9)
    #expect(first != second)
  }

  @Test("Mapping keeps the grid and transforms each voxel")
  func mapping() throws {
    let grid = try VoxelGrid(size: [2, 1, 1], spacing: [1, 2, 3], origin: [4, 5, 6])
    let mask = Volume<Float>(grid: grid, voxels: [-3, 5]).map { $0 > 0 }
    #expect(mask.grid == grid)
    #expect(mask.voxels == [false, true])
    #expect(mask.withUnsafeVoxels { $0.count } == 2)
  }
}
