import Anatomy
import Datasets
import TestSupport
import Testing
import Volumes

@Suite("Drawn phantoms")
struct DrawnPhantomTests {
  /// A coarse grid over the whole phantom, with voxel axes along the given directions.
  private func grid(_ direction: Matrix3 = .identity, spacing: Double = 5) throws -> VoxelGrid {
    let count = Int(400 / spacing)
    let middle = SIMD3<Double>(0, 0, 55)
    let half = direction * SIMD3(repeating: spacing * Double(count - 1) / 2)
    return try VoxelGrid(
      size: SIMD3(repeating: count),
      spacing: SIMD3(repeating: spacing),
      origin: middle - half,
      direction: direction
    )
  }

  @Test("The same seed draws the same patient, another seed another one")
  func deterministic() throws {
    let grid = try grid(spacing: 8)
    let first = DrawnPhantom(seed: 5).drawn(on: grid)
    let again = DrawnPhantom(seed: 5).drawn(on: grid)
    let other = DrawnPhantom(seed: 6).drawn(on: grid)
    #expect(first.scan == again.scan)
    #expect(first.labels == again.labels)
    #expect(first.labels != other.labels)
  }

  @Test("Every structure is there, on its side of the patient, and of plausible size")
  func structures() throws {
    for seed in 0..<4 {
      let labels = DrawnPhantom(seed: UInt64(seed)).drawn(on: try grid(spacing: 4)).labels
      for entry in DrawnPhantom.scheme.entries {
        var sum = SIMD3<Double>(0, 0, 0)
        var count = 0.0
        for k in 0..<labels.grid.size.z {
          for j in 0..<labels.grid.size.y {
            for i in 0..<labels.grid.size.x where labels[i, j, k] == entry.label {
              let index = Point<VoxelSpace>(Double(i), Double(j), Double(k))
              sum += labels.grid.patientFromVoxel(index).coordinates
              count += 1
            }
          }
        }
        let milliliters = count * labels.grid.voxelVolume / 1000
        #expect((2...60).contains(milliliters), "\(entry.name), seed \(seed)")
        let x = sum.x / count
        if entry.name.hasSuffix("_L") { #expect(x > 15, "\(entry.name) lies to the left, +x") }
        if entry.name.hasSuffix("_R") { #expect(x < -15, "\(entry.name) lies to the right, −x") }
      }
    }
  }

  @Test("One patient is the same in all 48 orientations")
  func orientations() throws {
    let phantom = DrawnPhantom(seed: 1)
    let reference = phantom.drawn(on: try grid(spacing: 16))
    for direction in allOrientations {
      let turned = phantom.drawn(on: try grid(direction, spacing: 16))
      let map = reference.scan.grid.voxelFromPatient
      var differing = 0
      for k in 0..<turned.scan.grid.size.z {
        for j in 0..<turned.scan.grid.size.y {
          for i in 0..<turned.scan.grid.size.x {
            let index = Point<VoxelSpace>(Double(i), Double(j), Double(k))
            let there = map(turned.scan.grid.patientFromVoxel(index)).coordinates.rounded(
              .toNearestOrEven
            )
            let (a, b, c) = (Int(there.x), Int(there.y), Int(there.z))
            if turned.scan[i, j, k] != reference.scan[a, b, c]
              || turned.labels[i, j, k] != reference.labels[a, b, c]
            {
              differing += 1
            }
          }
        }
      }
      #expect(differing == 0)
    }
  }

  @Test("Intensities are whole HU: air around, bone in the mandible, soft tissue in the cord")
  func intensities() throws {
    let drawn = DrawnPhantom(seed: 2).drawn(on: try grid(spacing: 4))
    #expect(drawn.scan.voxels.allSatisfy { $0 == $0.rounded() && $0 >= -1024 && $0 <= 3071 })
    #expect(drawn.scan[0, 0, 99] < -900)
    func mean(_ name: String) -> Float {
      let label = DrawnPhantom.scheme.entries.first { $0.name == name }?.label ?? 0
      let values = zip(drawn.scan.voxels, drawn.labels.voxels).filter { $1 == label }.map(\.0)
      return values.reduce(0, +) / Float(max(1, values.count))
    }
    #expect((400...900).contains(mean("Bone_Mandible")))
    #expect((36...48).contains(mean("SpinalCord")))
    #expect((-30...20).contains(mean("Parotid_L")))
  }

  @Test("The standard grid shows every structure whole")
  func standardGrid() throws {
    let drawn = DrawnPhantom(seed: 3).drawn(on: try DrawnPhantom.standardGrid())
    let size = drawn.labels.grid.size
    // The cord goes on into the chest; nothing else may touch the scan's border.
    for j in 0..<size.y {
      for i in 0..<size.x {
        #expect(drawn.labels[i, j, size.z - 1] == 0)
        #expect([0, 2].contains(drawn.labels[i, j, 0]))
      }
    }
  }
}
