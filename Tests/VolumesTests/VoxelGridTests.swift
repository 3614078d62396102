import TestSupport
import Testing
import Volumes

@Suite("Voxel grids")
struct VoxelGridTests {
  @Test("Voxels lie at origin plus direction times spacing times index")
  func placement() throws {
    let quarterTurn = Matrix3(columns: [0, 1, 0], [-1, 0, 0], [0, 0, 1])
    let grid = try VoxelGrid(
      size: [4, 5, 6],
      spacing: [1, 2, 3],
      origin: [10, 20, 30],
      direction: quarterTurn
    )
    #expect(grid.patientFromVoxel(Point(0, 0, 0)) == Point(10, 20, 30))
    #expect(grid.patientFromVoxel(Point(1, 0, 0)) == Point(10, 21, 30))
    #expect(grid.patientFromVoxel(Point(0, 1, 0)) == Point(8, 20, 30))
    #expect(grid.patientFromVoxel(Point(0, 0, 1)) == Point(10, 20, 33))
    #expect(grid.count == 120)
    #expect(grid.voxelVolume == 6)
  }

  @Test("Patient coordinates lead back to the voxel, in all 48 orientations and oblique")
  func roundTrip() throws {
    let oblique = Matrix3(columns: [0.8, 0.6, 0], [-0.48, 0.64, 0.6], [0.36, -0.48, 0.8])
    for direction in allOrientations + [oblique] {
      let grid = try VoxelGrid(
        size: [7, 8, 9],
        spacing: [0.9, 1.3, 3],
        origin: [-211, 33.5, 1000],
        direction: direction
      )
      let place = Point<VoxelSpace>(2.25, -4, 8)
      let back = grid.voxelFromPatient(grid.patientFromVoxel(place))
      #expect(length(back.coordinates - place.coordinates) < 1e-9)
    }
  }

  @Test("Orientation letters follow the directions, each axis used once")
  func orientation() throws {
    #expect(try VoxelGrid(size: [1, 1, 1]).orientation == "LPS")
    let sagittal = Matrix3(columns: [0, 1, 0], [0, 0, -1], [-1, 0, 0])
    #expect(try VoxelGrid(size: [1, 1, 1], direction: sagittal).orientation == "PIR")
    let all = try Set(
      allOrientations.map { try VoxelGrid(size: [1, 1, 1], direction: $0).orientation }
    )
    #expect(all.count == 48)
    // 45° about z: both axes lean the same way toward x and y, yet get different letters.
    let half = 0.5.squareRoot()
    let diagonal = Matrix3(columns: [half, half, 0], [-half, half, 0], [0, 0, 1])
    let letters = try VoxelGrid(size: [1, 1, 1], direction: diagonal).orientation
    #expect(["LPS", "PRS"].contains(letters))
  }

  @Test("Impossible numbers are refused, each with a sentence")
  func refusals() throws {
    #expect(throws: GridError.impossibleSize([0, 4, 4])) { try VoxelGrid(size: [0, 4, 4]) }
    #expect(throws: GridError.self) { try VoxelGrid(size: [1 << 31, 1, 1]) }
    #expect(throws: GridError.self) {
      try VoxelGrid(size: [1 << 30, 1 << 30, 1 << 30])
    }
    #expect(throws: GridError.impossibleSpacing([1, 0, 1])) {
      try VoxelGrid(size: [1, 1, 1], spacing: [1, 0, 1])
    }
    #expect(throws: GridError.self) { try VoxelGrid(size: [1, 1, 1], spacing: [1, 1, .infinity]) }
    #expect(throws: GridError.self) { try VoxelGrid(size: [1, 1, 1], origin: [0, .nan, 0]) }
    let sheared = Matrix3(columns: [1, 0, 0], [0.1, 1, 0], [0, 0, 1])
    #expect(throws: GridError.notOrthonormal(sheared)) {
      try VoxelGrid(size: [1, 1, 1], direction: sheared)
    }
    let errors: [GridError] = [
      .impossibleSize([0, 1, 1]), .impossibleSpacing([0, 1, 1]), .impossibleOrigin([.nan, 0, 0]),
      .notOrthonormal(sheared),
    ]
    #expect(errors.allSatisfy { $0.description.hasSuffix(".") })
  }

  @Test("Grids match within a thousandth of a voxel, and a mismatch names what differs")
  func matching() throws {
    let grid = try VoxelGrid(size: [100, 100, 50], spacing: [1, 1, 3], origin: [5, 6, 7])
    let near = try VoxelGrid(size: [100, 100, 50], spacing: [1, 1, 3], origin: [5.0005, 6, 7])
    #expect(grid.matches(near))
    let moved = try VoxelGrid(size: [100, 100, 50], spacing: [1, 1, 3], origin: [5.1, 6, 7])
    #expect(!grid.matches(moved))
    // A small difference in spacing adds up over the volume.
    let stretched = try VoxelGrid(
      size: [100, 100, 50],
      spacing: [1, 1.0005, 3],
      origin: [5, 6, 7]
    )
    #expect(!grid.matches(stretched))
    let smaller = try VoxelGrid(size: [100, 100, 49], spacing: [1, 1, 3], origin: [5, 6, 7])
    #expect(!grid.matches(smaller))
    #expect(GridMismatch(expected: grid, found: smaller).description.contains("voxels"))
    #expect(GridMismatch(expected: grid, found: moved).description.contains("origin"))
  }
}
