import Registration
import TestSupport
import Testing
import Volumes

@Suite("Resampling through a transform")
struct ResampledVolumeTests {
  private let grid: VoxelGrid
  private let ramp: Volume<Float>

  init() throws {
    grid = try VoxelGrid(size: [12, 10, 8], spacing: [2, 3, 4], origin: [-5, 6, 7])
    var ramp = Volume<Float>(repeating: 0, grid: grid)
    for k in 0..<8 {
      for j in 0..<10 {
        for i in 0..<12 { ramp[i, j, k] = Float(2 * i) + Float(3 * j) * 10 + Float(4 * k) * 100 }
      }
    }
    self.ramp = ramp
  }

  @Test("The identity changes nothing", arguments: ScanInterpolation.allCases)
  func identity(interpolation: ScanInterpolation) {
    let same = SpatialTransform.identity.resampled(
      ramp,
      onto: grid,
      interpolation: interpolation,
      outside: -1
    )
    #expect(zip(same.voxels, ramp.voxels).allSatisfy { ($0 - $1).magnitude < 1e-3 })
  }

  @Test("A shift reads the moving scan where the map points", arguments: ScanInterpolation.allCases)
  func shift(interpolation: ScanInterpolation) {
    let shift = SpatialTransform.rigid(RigidTransform(translation: [1, 0, 2]))
    let moved = shift.resampled(ramp, onto: grid, interpolation: interpolation, outside: -1)
    // The ramp's slope is 1, 10 and 100 a mm along x, y and z.
    #expect((moved[5, 5, 3] - ramp[5, 5, 3] - 201).magnitude < 1e-2)
    #expect(moved[11, 5, 3] == ramp[11, 5, 3] + 200)
    #expect(moved[5, 5, 7] == ramp[5, 5, 7] + 1)
  }

  @Test("What the moving scan does not show has the outside value")
  func outside() {
    let shift = SpatialTransform.rigid(RigidTransform(translation: [0, 0, 20]))
    let moved = shift.resampled(ramp, onto: grid, outside: -1024)
    #expect(moved[5, 5, 7] == -1024)
    #expect(moved[5, 5, 0] == ramp[5, 5, 5])
  }

  @Test("The number of threads does not change a voxel")
  func threads() throws {
    let turn = SpatialTransform.rigid(
      RigidTransform(angles: [0.1, 0.2, 0.3], center: [5, 15, 20])
    )
    let one = turn.resampled(ramp, onto: grid, interpolation: .cubic, outside: 0)
    let three = turn.resampled(ramp, onto: grid, interpolation: .cubic, outside: 0, threads: 3)
    #expect(one == three)
  }

  @Test("Labels stay labels; probability keeps a straight border straight")
  func labels() {
    var labels = LabelMap(repeating: 0, grid: grid)
    for k in 0..<8 {
      for j in 0..<10 { for i in 0..<12 { labels[i, j, k] = i < 4 ? 3 : i < 8 ? 9 : 0 } }
    }
    let shift = SpatialTransform.rigid(RigidTransform(translation: [0.8, 0, 0]))
    for interpolation in LabelInterpolation.allCases {
      let moved = shift.resampled(labels, onto: grid, interpolation: interpolation)
      #expect(Set(moved.voxels).isSubset(of: [0, 3, 9]))
      #expect(moved[3, 5, 4] == 3)
      #expect(moved[7, 5, 4] == 9)
    }
    let far = SpatialTransform.rigid(RigidTransform(translation: [1.2, 0, 0]))
    #expect(far.resampled(labels, onto: grid)[3, 5, 4] == 9)
    let away = SpatialTransform.rigid(RigidTransform(translation: [500, 0, 0]))
    #expect(away.resampled(labels, onto: grid).voxels.allSatisfy { $0 == 0 })
  }
}
