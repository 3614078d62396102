import ImageProcessing
import Testing
import Volumes

@Suite("A scan on another grid")
struct GridResamplingTests {
  /// 2 x + 3 y − z at each voxel's place in the patient.
  private func slope(_ grid: VoxelGrid) -> Volume<Float> {
    var volume = Volume<Float>(repeating: 0, grid: grid)
    for k in 0..<grid.size.z {
      for j in 0..<grid.size.y {
        for i in 0..<grid.size.x {
          let place = grid.patientFromVoxel(Point(Double(i), Double(j), Double(k))).coordinates
          volume[i, j, k] = Float(2 * place.x + 3 * place.y - place.z)
        }
      }
    }
    return volume
  }

  @Test(
    "A linear scan keeps its values at their places, whatever the grids' axes",
    arguments: [1, 3]
  )
  func linear(threads: Int) throws {
    let turned = Matrix3(columns: [0, 1, 0], [-1, 0, 0], [0, 0, 1])
    let scan = try VoxelGrid(
      size: [20, 24, 12],
      spacing: [2, 1.5, 3],
      origin: [20, -10, 5],
      direction: turned
    )
    let wanted = try VoxelGrid(size: [9, 10, 11], spacing: [1, 1, 2], origin: [-5, 0, 8])
    let found = resampled(slope(scan), onto: wanted, outside: -999, threads: threads)
    let expected = slope(wanted)
    for k in 0..<11 {
      for j in 0..<10 {
        for i in 0..<9 { #expect(abs(found[i, j, k] - expected[i, j, k]) < 1e-3) }
      }
    }
  }

  @Test("Where the scan has nothing stands the outside value")
  func outside() throws {
    let scan = try VoxelGrid(size: [4, 4, 4], spacing: [1, 1, 1], origin: [0, 0, 0])
    let wanted = try VoxelGrid(size: [7, 1, 1], spacing: [1, 1, 1], origin: [-1, 0, 0])
    let volume = Volume<Float>(repeating: 5, grid: scan)
    let found = resampled(volume, onto: wanted, outside: -1, threads: 1)
    #expect((0..<7).map { found[$0, 0, 0] } == [-1, 5, 5, 5, 5, -1, -1])
  }

  @Test("On its own grid a scan stays as it is")
  func same() throws {
    let grid = try VoxelGrid(size: [5, 6, 7], spacing: [1.5, 2, 1], origin: [3, 4, 5])
    let volume = slope(grid)
    let found = resampled(volume, onto: grid, outside: 0, threads: 2)
    for k in 0..<7 {
      for j in 0..<6 {
        for i in 0..<5 { #expect(abs(found[i, j, k] - volume[i, j, k]) < 1e-4) }
      }
    }
  }
}
