import Adaptation
import Anatomy
import Testing
import Volumes

@Suite("What is left of a tumor's contrast")
struct RemainingContrastTests {
  private let scheme = LabelScheme(entries: [
    .init(label: 1, name: "GTVp"), .init(label: 2, name: "GTVn"),
  ])
  private let corner = SIMD3(10, 12, 6)

  private func grid(_ spacing: SIMD3<Double> = [2, 2, 3]) throws -> VoxelGrid {
    try VoxelGrid(size: [40, 40, 24], spacing: spacing, origin: [-40, 10, 5])
  }

  /// Tissue of 100 with a little grain, and cubes of seven voxels' side: corner and brightness.
  private func scan(
    _ cubes: [(SIMD3<Int>, Float)],
    on grid: VoxelGrid,
    gain: Float = 1
  ) -> Volume<Float> {
    var scan = Volume<Float>(repeating: 0, grid: grid)
    for k in 0..<grid.size.z {
      for j in 0..<grid.size.y {
        for i in 0..<grid.size.x {
          let inside = cubes.first { isInside([i, j, k], $0.0) }
          let grain = Float((i * 7 + j * 13 + k * 29) % 5) - 2
          scan[i, j, k] = gain * ((inside?.1 ?? 100) + grain)
        }
      }
    }
    return scan
  }

  private func isInside(_ voxel: SIMD3<Int>, _ corner: SIMD3<Int>) -> Bool {
    let place = voxel &- corner
    return place.min() >= 0 && place.max() < 7
  }

  private func contours(_ cubes: [(SIMD3<Int>, UInt16)], on grid: VoxelGrid) -> LabelMap {
    var map = LabelMap(repeating: 0, grid: grid)
    for (corner, label) in cubes {
      for k in 0..<7 {
        for j in 0..<7 {
          for i in 0..<7 { map[corner.x + i, corner.y + j, corner.z + k] = label }
        }
      }
    }
    return map
  }

  private func contrast(
    before: Float,
    now: Float,
    gain: Float = 1,
    spacing: SIMD3<Double> = [2, 2, 3]
  ) throws -> Double? {
    let grid = try grid(spacing)
    let prior = try PriorGuidance(
      later: scan([(corner, now)], on: grid, gain: gain),
      contours: contours([(corner, 1)], on: grid),
      scheme: scheme,
      earlier: scan([(corner, before)], on: grid)
    )
    return prior.instances[0].remainingContrast
  }

  @Test(
    "All, half and nothing of it, whatever the scans' units",
    arguments: [1, 0.01, 37] as [Float]
  )
  func shares(gain: Float) throws {
    for spacing: SIMD3<Double> in [[2, 2, 3], [0.5, 0.5, 1.2], [3, 1, 1]] {
      for (now, share) in [(200, 1), (150, 0.5), (100, 0), (300, 2)] as [(Float, Double)] {
        let found = try #require(
          try contrast(before: 200, now: now, gain: gain, spacing: spacing)
        )
        #expect(abs(found - share) < 0.05, "\(now) at \(spacing)")
      }
    }
  }

  @Test("A tumor that is darker than its surroundings, or hardly brighter, tells nothing")
  func unknown() throws {
    #expect(try contrast(before: 104, now: 100) == nil)
    #expect(try contrast(before: 60, now: 100) == nil)
    let grid = try grid()
    let alone = try PriorGuidance(
      later: scan([], on: grid),
      contours: contours([(corner, 1)], on: grid),
      scheme: scheme
    )
    #expect(alone.instances[0].remainingContrast == nil)
    let everywhere = try PriorGuidance(
      later: scan([], on: grid),
      contours: LabelMap(repeating: 1, grid: grid),
      scheme: scheme,
      earlier: scan([], on: grid)
    )
    #expect(everywhere.instances[0].remainingContrast == nil)
  }

  @Test("Another tumor beside it is no surroundings, and each has its own")
  func neighbors() throws {
    let grid = try grid()
    let other = corner &+ [8, 0, 0]
    let prior = try PriorGuidance(
      later: scan([(corner, 100), (other, 220)], on: grid),
      contours: contours([(corner, 1), (other, 2)], on: grid),
      scheme: scheme,
      earlier: scan([(corner, 180), (other, 220)], on: grid)
    )
    let shares = try prior.instances.map { try #require($0.remainingContrast) }
    #expect(abs(shares[0]) < 0.05 && abs(shares[1] - 1) < 0.05)
  }

  @Test(
    "A structure has the most that is left where its contours lie; of a new tumor nothing is known"
  )
  func ofStructure() throws {
    let grid = try grid()
    let other = corner &+ [16, 10, 0]
    let prior = try PriorGuidance(
      later: scan([(corner, 100), (other, 160)], on: grid),
      contours: contours([(corner, 2), (other, 2)], on: grid),
      scheme: scheme,
      earlier: scan([(corner, 200), (other, 200)], on: grid)
    )
    func left(_ corners: [SIMD3<Int>]) -> Double? {
      let drawn = contours(corners.map { ($0, 2) }, on: grid)
      return prior.changes(to: drawn, scheme: scheme)[1].remainingContrast
    }
    #expect(abs(try #require(left([corner]))) < 0.05)
    #expect(abs(try #require(left([corner, other])) - 0.6) < 0.05)
    #expect(left([corner, [30, 2, 14]]) == nil)
    #expect(left([]) == nil)
  }

  @Test("A rule on contrast names contours that lie where nothing is left, and says why")
  func rule() throws {
    let outcomes =
      (1...20).map { TumorOutcome(predicted: 5, actual: Double($0), remainingContrast: 0.9) }
      + [TumorOutcome(predicted: 5, actual: 0, remainingContrast: 0.3)]
    let rules = AdaptationRules(existence: [
      try ExistenceRule(structure: "GTVp", outcomes: outcomes)
    ])
    let grid = try grid()
    func vanished(now: Float, earlier: Bool = true) throws -> [String] {
      let drawn = contours([(corner, 1)], on: grid)
      let prior = try PriorGuidance(
        later: scan([(corner, now)], on: grid),
        contours: drawn,
        scheme: scheme,
        earlier: earlier ? scan([(corner, 200)], on: grid) : nil
      )
      return rules.vanished(among: prior.changes(to: drawn, scheme: scheme)).map(\.sentence)
    }
    let sentences = try vanished(now: 120)
    #expect(sentences.count == 1)
    #expect(sentences[0].hasPrefix("GTVp: the network drew 4.12 ml, where 0.2 of the tumor's"))
    #expect(try vanished(now: 180).isEmpty)
    #expect(try vanished(now: 120, earlier: false).isEmpty)
  }
}
