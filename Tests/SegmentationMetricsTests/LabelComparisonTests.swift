import SegmentationMetrics
import TestSupport
import Testing
import Volumes

@Suite("Comparing label maps")
struct LabelComparisonTests {
  /// A ball of a label on a cube of voxels.
  private func ball(
    radius: Double,
    label: UInt16 = 1,
    center: Double = 20,
    spacing: Double = 1
  ) throws -> LabelMap {
    let grid = try VoxelGrid(size: [41, 41, 41], spacing: SIMD3(repeating: spacing))
    var map = LabelMap(repeating: 0, grid: grid)
    for k in 0..<41 {
      for j in 0..<41 {
        for i in 0..<41 {
          let offset = SIMD3(Double(i), Double(j), Double(k)) - center
          if length(offset) <= radius { map[i, j, k] = label }
        }
      }
    }
    return map
  }

  @Test("A sphere has the Dice of its volume ratio")
  func concentricBalls() throws {
    let comparison = try LabelComparison(
      reference: ball(radius: 16),
      prediction: ball(radius: 12)
    )
    let dice = try #require(comparison.dice(of: 1))
    let ratio = 2 * 12.0 * 12 * 12 / (16.0 * 16 * 16 + 12 * 12 * 12)
    #expect((dice - ratio).magnitude < 0.01)
  }

  @Test("Equal maps have Dice 1, apart ones 0, and a label in neither has none")
  func extremes() throws {
    let map = try ball(radius: 5, label: 7)
    #expect(try LabelComparison(reference: map, prediction: map).dice(of: 7) == 1)
    #expect(try LabelComparison(reference: map, prediction: map).dice(of: 8) == nil)
    let apart = try LabelComparison(
      reference: map,
      prediction: ball(radius: 5, label: 7, center: 33)
    )
    #expect(apart.dice(of: 7) == 0)
    #expect(apart.labels == [7])
  }

  @Test("Volumes count voxels times their size, in mm³")
  func volumes() throws {
    let small = try ball(radius: 3, spacing: 2)
    let voxels = small.voxels.filter { $0 == 1 }.count
    let comparison = try LabelComparison(
      reference: small,
      prediction: LabelMap(repeating: 0, grid: small.grid)
    )
    #expect(comparison.referenceVolume(of: 1) == Double(voxels) * 8)
    #expect(comparison.predictionVolume(of: 1) == 0)
    let volumes = LabelVolumes(small)
    #expect(volumes.labels == [1])
    #expect(volumes.voxelCount(of: 1) == voxels)
    #expect(volumes.volumeInMilliliters(of: 1) == Double(voxels) * 0.008)
  }

  @Test("Random maps are counted as a plain loop counts them, at any size")
  func againstPlainLoop() throws {
    var chance = SeededGenerator(seed: 4)
    for size in [[1, 1, 1], [5, 3, 1], [17, 13, 7], [130, 110, 90]] {
      let grid = try VoxelGrid(size: SIMD3(size[0], size[1], size[2]))
      // Runs of random length, so that chunks with and without borders occur.
      func random() -> LabelMap {
        var voxels: [UInt16] = []
        while voxels.count < grid.count {
          let label: UInt16 = [0, 0, 1, 2, 65535].randomElement(using: &chance) ?? 0
          voxels += Array(repeating: label, count: Int.random(in: 1...60, using: &chance))
        }
        return LabelMap(grid: grid, voxels: Array(voxels.prefix(grid.count)))
      }
      let (a, b) = (random(), random())
      let comparison = try LabelComparison(reference: a, prediction: b)
      for label: UInt16 in [0, 1, 2, 65535] {
        let pairs = zip(a.voxels, b.voxels)
        let both = pairs.filter { $0 == label && $1 == label }.count
        let total =
          a.voxels.filter { $0 == label }.count + b.voxels.filter { $0 == label }.count
        #expect(comparison.dice(of: label) == (total == 0 ? nil : 2 * Double(both) / Double(total)))
      }
      let same = zip(a.voxels, b.voxels).filter { $0 == $1 }.count
      #expect(comparison.agreement == Double(same) / Double(grid.count))
    }
  }

  @Test("Maps on different grids are refused")
  func mismatch() throws {
    let map = try ball(radius: 3)
    let other = try ball(radius: 3, spacing: 1.5)
    #expect(throws: GridMismatch.self) { try LabelComparison(reference: map, prediction: other) }
    #expect(throws: GridMismatch.self) {
      try dice(map.map { $0 == 1 }, other.map { $0 == 1 })
    }
  }

  @Test("Two masks have the Dice of their labels")
  func masks() throws {
    let (a, b) = (try ball(radius: 9), try ball(radius: 9, center: 22))
    let expected = try LabelComparison(reference: a, prediction: b).dice(of: 1)
    #expect(try dice(a.map { $0 == 1 }, b.map { $0 == 1 }) == expected)
    let empty = Mask(repeating: false, grid: a.grid)
    #expect(try dice(empty, empty) == nil)
  }

  @Test("Thirty million voxels take a fraction of a second")
  func speed() throws {
    let grid = try VoxelGrid(size: [512, 512, 120])
    var map = LabelMap(repeating: 0, grid: grid)
    for k in 0..<120 {
      for j in 100..<400 {
        for i in 100..<400 { map[i, j, k] = UInt16((i / 20 + j / 20) % 31) }
      }
    }
    let clock = ContinuousClock()
    var agreement = 0.0
    let took = try clock.measure {
      agreement = try LabelComparison(reference: map, prediction: map).agreement
    }
    #expect(agreement == 1)
    #expect(took < .seconds(1), "usually below 0.1 s; the bound allows for a busy machine")
  }
}
