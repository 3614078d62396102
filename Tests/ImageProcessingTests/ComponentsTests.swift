import ImageProcessing
import Testing
import Volumes

@Suite struct ComponentsTests {
  @Test("The larger of two boxes is the largest component")
  func largest() throws {
    let grid = try VoxelGrid(size: [12, 10, 8])
    var mask = Mask(repeating: false, grid: grid)
    for k in 0..<3 { for j in 0..<3 { for i in 0..<3 { mask[i, j, k] = true } } }
    for k in 4..<8 { for j in 4..<8 { for i in 5..<9 { mask[i, j, k] = true } } }
    let largest = mask.largestComponent()
    #expect(largest.voxels.count { $0 } == 64)
    #expect(largest[5, 4, 4] && !largest[0, 0, 0])
  }
}
