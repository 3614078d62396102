import ImageProcessing
import TestSupport
import Testing
import Volumes

@Suite struct ComponentsTests {
  struct Example: Decodable {
    var size: [Int]
    var mask: [Int]
    var filled: [Int]
    var filledBySlice: [Int]
    var largest: [Int]
  }

  @Test("Holes and largest components are those of SciPy")
  func agreesWithSciPy() throws {
    let examples = try golden("components", as: [Example].self)
    #expect(examples.count == 4)
    for example in examples {
      let grid = try VoxelGrid(size: [example.size[2], example.size[1], example.size[0]])
      let mask = Mask(grid: grid, voxels: example.mask.map { $0 == 1 })
      #expect(mask.fillingHoles().voxels == example.filled.map { $0 == 1 })
      #expect(mask.fillingHoles(sliceBySlice: true).voxels == example.filledBySlice.map { $0 == 1 })
      #expect(mask.largestComponent().voxels == example.largest.map { $0 == 1 })
    }
  }

  @Test("The larger of two boxes is the largest component")
  func largest() throws {
    var mask = Mask(repeating: false, grid: try VoxelGrid(size: [12, 10, 8]))
    fill(&mask, i: 0..<3, j: 0..<3, k: 0..<3)
    fill(&mask, i: 5..<9, j: 4..<8, k: 4..<8)
    let largest = mask.largestComponent()
    #expect(largest.voxels.count { $0 } == 64)
    #expect(largest[5, 4, 4] && !largest[0, 0, 0])
  }

  @Test("An empty mask has no holes and no largest component")
  func empty() throws {
    let mask = Mask(repeating: false, grid: try VoxelGrid(size: [4, 5, 6]))
    #expect(mask.fillingHoles() == mask)
    #expect(mask.largestComponent() == mask)
  }

  @Test("A U joins through its bend, whichever arm is read first")
  func bend() throws {
    var mask = Mask(repeating: false, grid: try VoxelGrid(size: [7, 7, 1]))
    fill(&mask, i: 0..<2, j: 0..<7, k: 0..<1)
    fill(&mask, i: 5..<7, j: 0..<7, k: 0..<1)
    #expect(mask.largestComponent().voxels.count { $0 } == 14)
    fill(&mask, i: 0..<7, j: 5..<7, k: 0..<1)
    #expect(mask.largestComponent() == mask)
  }

  @Test("Dilation and erosion of a voxel and a box follow their distances in mm")
  func morphology() throws {
    let grid = try VoxelGrid(size: [21, 21, 21], spacing: [1, 2, 3])
    var mask = Mask(repeating: false, grid: grid)
    mask[10, 10, 10] = true
    let ball = mask.dilated(by: 5, threads: 2)
    for k in 0..<21 {
      for j in 0..<21 {
        for i in 0..<21 {
          let offset = SIMD3<Double>(Double(i - 10), Double(2 * (j - 10)), Double(3 * (k - 10)))
          #expect(ball[i, j, k] == (dot(offset, offset) <= 25))
        }
      }
    }
    #expect(ball.eroded(by: 5)[10, 10, 10])
    #expect(Mask(repeating: true, grid: grid).eroded(by: 9).voxels.allSatisfy { $0 })
    #expect(mask.eroded(by: 1).voxels.allSatisfy { !$0 })
  }

  private func fill(_ mask: inout Mask, i: Range<Int>, j: Range<Int>, k: Range<Int>) {
    for z in k { for y in j { for x in i { mask[x, y, z] = true } } }
  }
}
