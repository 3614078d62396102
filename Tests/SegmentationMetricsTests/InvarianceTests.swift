import SegmentationMetrics
import TestSupport
import Testing
import Volumes

/// What must not change the values.
@Suite("Invariances")
struct InvarianceTests {
  /// Two blobs of overlapping balls with ragged edges.
  private func blobs(
    on grid: VoxelGrid,
    seed: UInt64
  ) -> (reference: CroppedMask, prediction: CroppedMask) {
    var generator = SeededGenerator(seed: seed)
    let extent = SIMD3<Double>(grid.size &- 1) * grid.spacing
    let centers = (0..<3).map { _ in
      SIMD3(
        Double.random(in: 0.3...0.7, using: &generator),
        Double.random(in: 0.3...0.7, using: &generator),
        Double.random(in: 0.3...0.7, using: &generator)
      ) * extent
    }
    func drawn() -> CroppedMask {
      let radii = centers.map { _ in Double.random(in: 2...5, using: &generator) }
      return mask(on: grid) { voxel in
        let place = SIMD3<Double>(voxel) * grid.spacing
        return zip(centers, radii).contains {
          length(place - $0) <= $1 + Double.random(in: 0...0.8, using: &generator)
        }
      }
    }
    return (drawn(), drawn())
  }

  private func values(_ reference: CroppedMask, _ prediction: CroppedMask) throws -> [Double] {
    let comparison = try StructureComparison(
      reference: reference,
      prediction: prediction,
      metrics: Metric.all
    )
    return try Metric.all.map { try #require(comparison.value(of: $0).value) }
  }

  private func expectEqual(_ a: [Double], _ b: [Double], _ what: String) {
    for (metric, (a, b)) in zip(Metric.all, zip(a, b)) {
      #expect((a - b).magnitude < 1e-9, "\(metric.name), \(what)")
    }
  }

  @Test("Exchanging the sides exchanges the directions")
  func symmetry() throws {
    let grid = try VoxelGrid(size: [16, 14, 9], spacing: [1.01, 1.01, 2.5])
    for seed in 0..<5 as Range<UInt64> {
      let (a, b) = blobs(on: grid, seed: seed)
      let forth = try StructureComparison(reference: a, prediction: b, metrics: Metric.all)
      let back = try StructureComparison(reference: b, prediction: a, metrics: Metric.all)
      let partners: [Metric: Metric] = [
        .averageDistanceFromReference: .averageDistanceFromPrediction,
        .averageDistanceFromPrediction: .averageDistanceFromReference,
        .referenceVolume: .predictionVolume, .predictionVolume: .referenceVolume,
        .falsePositiveVolume: .falseNegativeVolume, .falseNegativeVolume: .falsePositiveVolume,
      ]
      let directed: Set<Metric> = [
        .medpyAverageSurfaceDistance, .addedPathLength, .volumeDifference,
        .relativeVolumeDifference,
      ]
      for metric in Metric.all where !directed.contains(metric) {
        let one = try #require(forth.value(of: metric).value)
        let other = try #require(back.value(of: partners[metric] ?? metric).value)
        #expect((one - other).magnitude < 1e-12, "\(metric.name)")
      }
      #expect(
        forth.value(of: .volumeDifference).value
          == back.value(of: .volumeDifference).value.map { -$0 }
      )
      let borders = try BorderDistances(reference: a, prediction: b)
      #expect(borders.averageFromReference == back.value(of: .medpyAverageSurfaceDistance).value)
    }
  }

  @Test("The 48 ways to lay voxel axes along the patient's give one result")
  func orientations() throws {
    let canonical = try VoxelGrid(size: [15, 12, 9], spacing: [0.8, 1.3, 2.9])
    let (reference, prediction) = blobs(on: canonical, seed: 7)
    let expected = try values(reference, prediction)
    for direction in allOrientations {
      let probe = try VoxelGrid(size: [1, 1, 1], direction: direction)
      let axes = probe.patientAxes
      var (size, spacing) = (SIMD3<Int>(), SIMD3<Double>())
      for (axis, patient) in axes.enumerated() {
        size[axis] = canonical.size[patient.patientAxis]
        spacing[axis] = canonical.spacing[patient.patientAxis]
      }
      let grid = try VoxelGrid(size: size, spacing: spacing, direction: direction)
      func turned(_ original: CroppedMask) -> CroppedMask {
        mask(on: grid) { voxel in
          var place = SIMD3<Int>()
          for (axis, patient) in axes.enumerated() {
            place[patient.patientAxis] =
              patient.isPositive ? voxel[axis] : size[axis] - 1 - voxel[axis]
          }
          return original[place.x, place.y, place.z]
        }
      }
      expectEqual(
        try values(turned(reference), turned(prediction)),
        expected,
        "orientation \(grid.orientation)"
      )
    }
  }

  @Test("Where in the volume the contours lie does not matter, nor whether they touch its border")
  func shifting() throws {
    let grid = try VoxelGrid(size: [15, 12, 9], spacing: [0.8, 1.3, 2.9])
    let (reference, prediction) = blobs(on: grid, seed: 3)
    let expected = try values(reference, prediction)
    let box = try #require(reference.box).union(try #require(prediction.box))
    let wide = try VoxelGrid(size: [30, 28, 21], spacing: grid.spacing, origin: [5, -80, 200])
    let tight = try VoxelGrid(size: box.size, spacing: grid.spacing)
    let corner = SIMD3(box.i.lowerBound, box.j.lowerBound, box.k.lowerBound)
    for (target, offset) in [(wide, SIMD3(13, 11, 10)), (tight, -1 &* corner)] {
      func moved(_ original: CroppedMask) -> CroppedMask {
        mask(on: target) { voxel in
          let place = voxel &- offset
          return original[place.x, place.y, place.z]
        }
      }
      expectEqual(try values(moved(reference), moved(prediction)), expected, "\(target.size)")
    }
  }

  @Test("A metric that was not announced has the same value")
  func onDemand() throws {
    let grid = try VoxelGrid(size: [15, 12, 9], spacing: [0.8, 1.3, 2.9])
    let (reference, prediction) = blobs(on: grid, seed: 4)
    let announced = try values(reference, prediction)
    let comparison = try StructureComparison(
      reference: reference,
      prediction: prediction,
      metrics: []
    )
    #expect(announced == Metric.all.map { comparison.value(of: $0).value })
  }
}
