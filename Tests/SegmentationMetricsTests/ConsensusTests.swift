import Foundation
import SegmentationMetrics
import TestSupport
import Testing
import Volumes

@Suite("Consensus of observers")
struct ConsensusTests {
  private struct Golden: Decodable {
    let name: String
    let size: [Int]
    let masks: [String]
    let probabilities: [String: Double]
    let sensitivity: [Double]
    let specificity: [Double]
    let iterations: Int

    func contours() throws -> [CroppedMask] {
      let grid = try VoxelGrid(size: SIMD3(size[0], size[1], size[2]), spacing: [1, 1, 2])
      return masks.map { CroppedMask(Mask(grid: grid, voxels: $0.map { $0 == "1" })) }
    }
  }

  private func goldens() throws -> [Golden] {
    let url = try #require(
      Bundle.module.url(forResource: "staple", withExtension: "json", subdirectory: "Golden")
    )
    return try JSONDecoder().decode([Golden].self, from: Data(contentsOf: url))
  }

  private func line(_ voxels: String, grid size: Int = 12) throws -> CroppedMask {
    let grid = try VoxelGrid(size: [size, 1, 1], spacing: [1, 1, 1])
    let padding = String(repeating: "0", count: size - voxels.count)
    return CroppedMask(Mask(grid: grid, voxels: (voxels + padding).map { $0 == "1" }))
  }

  @Test("STAPLE has SimpleITK's probabilities, sensitivities and specificities")
  func agreement() throws {
    for expected in try goldens() {
      let contours = try expected.contours()
      let staple = STAPLE(try VotePatterns(contours))
      #expect(staple.isConverged)
      // ITK counts its rounds from 0.
      #expect(abs(staple.iterations - 1 - expected.iterations) <= 1)
      for (found, wanted) in zip(
        staple.sensitivities + staple.specificities,
        expected.sensitivity + expected.specificity
      ) { #expect(abs(found - wanted) < 1e-6, "\(expected.name)") }
      var seen: Set<Int> = []
      for k in 0..<expected.size[2] {
        for j in 0..<expected.size[1] {
          for i in 0..<expected.size[0] {
            let pattern = contours.enumerated().reduce(0) {
              $0 + ($1.element[i, j, k] ? 1 << $1.offset : 0)
            }
            seen.insert(pattern)
            let wanted = try #require(expected.probabilities["\(pattern)"])
            let found = staple.probability(i: i, j: j, k: k)
            #expect(abs(found - wanted) < 1e-6, "\(expected.name) \(pattern)")
          }
        }
      }
      #expect(seen.count == expected.probabilities.count)
      let consensus = staple.consensus(threshold: 0.5)
      let inside = expected.probabilities.filter { $0.value >= 0.5 }.keys
      let wanted = try #require(contours.first).grid.count
      var count = 0
      for place in 0..<wanted {
        let i = place % expected.size[0]
        let j = place / expected.size[0] % expected.size[1]
        let k = place / (expected.size[0] * expected.size[1])
        let pattern = contours.enumerated().reduce(0) {
          $0 + ($1.element[i, j, k] ? 1 << $1.offset : 0)
        }
        count += inside.contains("\(pattern)") ? 1 : 0
        #expect(consensus.mask[i, j, k] == inside.contains("\(pattern)"))
      }
      #expect(consensus.mask.voxelCount == count)
    }
  }

  @Test("The majority includes what more than half include; a tie stays outside")
  func majority() throws {
    let three = try majorityVote([line("1110"), line("0111"), line("0011")])
    #expect(three.mask == (try line("0111")))
    let sensitivities: [Double?] = [Double(2) / 3, 1, Double(2) / 3]
    let specificities: [Double?] = [Double(8) / 9, 1, 1]
    #expect(three.sensitivities == sensitivities)
    #expect(three.specificities == specificities)
    #expect(three.iterations == nil)
    let two = try majorityVote([line("1110"), line("0111")])
    #expect(two.mask == (try line("0110")))
    let four = try majorityVote([line("11"), line("11"), line("01"), line("00")])
    #expect(four.mask == (try line("01")))
  }

  @Test("Observers who agree are their own consensus")
  func agreeing() throws {
    for mask in [try line("0011100"), try line("1"), try line("111111111111")] {
      for consensus in [
        try majorityVote([mask, mask, mask]),
        STAPLE(try VotePatterns([mask, mask, mask])).consensus(),
      ] { #expect(consensus.mask == mask) }
    }
  }

  @Test("Empty contours count as votes against; all empty give an empty consensus")
  func empty() throws {
    let none = try line("0")
    let some = try line("0110")
    #expect(try majorityVote([none, some, some]).mask == some)
    #expect(try majorityVote([none, none, some]).mask.isEmpty)
    for consensus in [
      try majorityVote([none, none]), STAPLE(try VotePatterns([none, none])).consensus(),
    ] {
      #expect(consensus.mask.isEmpty)
      #expect(consensus.sensitivities == [nil, nil])
    }
    let staple = STAPLE(try VotePatterns([none, some, some]))
    #expect(staple.isConverged)
    #expect(staple.consensus().mask == some)
    #expect(staple.sensitivities[0] == 0)
    #expect(staple.probability(i: 100, j: -3, k: 9) < 1e-6)
  }

  @Test("Contours apart from each other, and boxes that only touch, vote in their own places")
  func boxes() throws {
    let grid = try VoxelGrid(size: [9, 8, 7], spacing: [1, 1, 1])
    var generator = SeededGenerator(seed: 2)
    for _ in 0..<20 {
      let masks = (0..<3).map { _ in
        var mask = Mask(repeating: false, grid: grid)
        for _ in 0..<Int.random(in: 0...40, using: &generator) {
          mask[
            Int.random(in: 0..<9, using: &generator),
            Int.random(in: 0..<8, using: &generator),
            Int.random(in: 0..<7, using: &generator)
          ] = true
        }
        return mask
      }
      let consensus = try majorityVote(masks.map { CroppedMask($0) })
      let expected = (0..<grid.count).map { voxel in masks.count { $0.voxels[voxel] } >= 2 }
      #expect(consensus.mask.mask.voxels == expected)
    }
  }

  @Test("One observer, too many, or contours on several grids have no consensus")
  func refusals() throws {
    let mask = try line("01")
    #expect(throws: ConsensusError.tooFewObservers(found: 1)) { try majorityVote([mask]) }
    #expect(throws: ConsensusError.tooFewObservers(found: 0)) { try VotePatterns([]) }
    #expect(throws: ConsensusError.tooManyObservers(found: 33, most: 32)) {
      try majorityVote(Array(repeating: mask, count: 33))
    }
    #expect(try majorityVote(Array(repeating: mask, count: 32)).mask == mask)
    let other = try line("01", grid: 13)
    #expect(
      throws: ConsensusError.gridMismatch(
        observer: 2,
        GridMismatch(expected: mask.grid, found: other.grid)
      )
    ) { try majorityVote([mask, other]) }
  }
}
