import Adaptation
import Anatomy
import Testing
import Volumes

@Suite("What became of tumors")
struct StructureChangeTests {
  private let scheme = LabelScheme(entries: [
    .init(label: 1, name: "GTVp"), .init(label: 2, name: "GTVn"),
  ])

  /// Cubes of 2 mm voxels: label, first corner, side.
  private func contours(_ cubes: [(UInt16, SIMD3<Int>, Int)]) throws -> LabelMap {
    let grid = try VoxelGrid(size: [40, 30, 20], spacing: [2, 2, 2], origin: [-40, 10, 5])
    var map = LabelMap(repeating: 0, grid: grid)
    for (label, corner, side) in cubes {
      for k in 0..<side {
        for j in 0..<side {
          for i in 0..<side { map[corner.x + i, corner.y + j, corner.z + k] = label }
        }
      }
    }
    return map
  }

  private func changes(
    _ before: [(UInt16, SIMD3<Int>, Int)],
    _ after: [(UInt16, SIMD3<Int>, Int)]
  ) throws -> [StructureChange] {
    func instances(_ cubes: [(UInt16, SIMD3<Int>, Int)]) throws -> [TumorInstance] {
      tumorInstances(in: try contours(cubes), scheme: scheme)
    }
    return structureChanges(from: try instances(before), to: try instances(after), scheme: scheme)
  }

  @Test("A tumor persists, another vanishes, a third is new")
  func fates() throws {
    let change = try changes(
      [(2, [2, 2, 2], 5), (2, [20, 20, 10], 4)],
      [(2, [3, 3, 3], 3), (2, [30, 4, 2], 2)]
    )
    #expect(change.map(\.structure) == ["GTVp", "GTVn"])
    #expect(change[0].tumors.isEmpty && change[0].relativeChange == nil)
    #expect(change[1].tumors.map(\.fate) == [.persists, .vanished, .new])
    #expect(change[1].tumors.map(\.number) == [1, 2, 3])
    let volumes = change[1].tumors.map { [$0.millilitersBefore, $0.millilitersAfter] }
    #expect(volumes == [[1, 0.216], [0.512, 0], [0, 0.064]])
    #expect(abs(change[1].millilitersBefore - 1.512) < 1e-12)
    #expect(abs(change[1].millilitersAfter - 0.28) < 1e-12)
    // The first cube's middle: voxels 2…6, so 4 · 2 mm from the origin.
    #expect(change[1].tumors[0].center == [-32, 18, 13])
  }

  @Test("A tumor that fell into two parts is one tumor with both volumes")
  func split() throws {
    let change = try changes([(1, [5, 5, 5], 8)], [(1, [5, 5, 5], 2), (1, [10, 10, 10], 2)])
    #expect(change[0].tumors.map(\.fate) == [.persists])
    #expect(abs(change[0].tumors[0].millilitersAfter - 0.128) < 1e-12)
  }

  @Test("A tumor that moved by less than 5 mm is the same one, farther away a new one")
  func moved() throws {
    let near = try changes([(1, [5, 5, 5], 3)], [(1, [10, 5, 5], 3)])
    #expect(near[0].tumors.map(\.fate) == [.persists])
    let far = try changes([(1, [5, 5, 5], 3)], [(1, [15, 5, 5], 3)])
    #expect(far[0].tumors.map(\.fate) == [.vanished, .new])
  }

  @Test("Structures do not mix: a node where the primary was is new")
  func structures() throws {
    let change = try changes([(1, [5, 5, 5], 3)], [(2, [5, 5, 5], 3)])
    #expect(change[0].tumors.map(\.fate) == [.vanished])
    #expect(change[0].relativeChange == -1)
    #expect(change[1].tumors.map(\.fate) == [.new])
  }

  @Test("Nothing before and nothing after is nothing")
  func empty() throws {
    let change = try changes([], [])
    #expect(change.allSatisfy { $0.tumors.isEmpty && $0.millilitersAfter == 0 })
  }
}
