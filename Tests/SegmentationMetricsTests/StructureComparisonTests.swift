import SegmentationMetrics
import Testing
import Volumes

/// Values that geometry gives without another program.
@Suite("Comparing structures")
struct StructureComparisonTests {
  private func values(_ reference: CroppedMask, _ prediction: CroppedMask) throws -> (Metric) ->
    Double?
  {
    let comparison = try StructureComparison(
      reference: reference,
      prediction: prediction,
      metrics: Metric.all
    )
    return { comparison.value(of: $0).value }
  }

  @Test("A voxel moved along one axis is as far away as that axis' spacing says", arguments: 0..<3)
  func movedVoxel(axis: Int) throws {
    let spacing = SIMD3(0.7, 1.9, 3.1)
    let grid = try VoxelGrid(size: [9, 9, 9], spacing: spacing)
    var place = SIMD3(3, 3, 3)
    let reference = mask(on: grid) { $0 == place }
    place[axis] += 2
    let value = try values(reference, mask(on: grid) { $0 == place })
    let step = spacing[axis]
    // Of a voxel's eight corners four are one step from the other's nearest, four are two.
    #expect(value(.hausdorff(percentile: 100)) == 2 * step)
    #expect(value(.hausdorff(percentile: 50)) == step)
    #expect(abs((value(.averageDistanceFromReference) ?? 0) - 1.5 * step) < 1e-12)
    #expect(abs((value(.meanSurfaceDistance) ?? 0) - 1.5 * step) < 1e-12)
    #expect(value(.surfaceDice(tolerance: 1.5 * step)) == 0.5)
    #expect(value(.medpyHausdorff) == 2 * step)
    #expect(value(.medpyAverageSymmetricSurfaceDistance) == 2 * step)
    #expect(abs((value(.centroidDistance) ?? 0) - 2 * step) < 1e-12)
    #expect(value(.dice) == 0)
    // One pixel to draw, as long as the mean of the axial plane's spacings.
    #expect(abs((value(.addedPathLength) ?? 0) - 1.3) < 1e-12)
  }

  @Test("A block longer by a slice differs by that slice")
  func longerBlock() throws {
    let grid = try VoxelGrid(size: [20, 20, 20], spacing: [1, 2, 5])
    let reference = block(on: grid, 4..<14, 5..<13, 6..<12)
    let value = try values(reference, block(on: grid, 4..<14, 5..<13, 6..<13))
    #expect(value(.dice) == 2 * 480.0 / (480 + 560))
    #expect(value(.jaccard) == 480.0 / 560)
    #expect(value(.referenceVolume) == 4.8)
    #expect(value(.predictionVolume) == 5.6)
    #expect(value(.truePositiveVolume) == 4.8)
    #expect(value(.falsePositiveVolume) == 0.8)
    #expect(value(.falseNegativeVolume) == 0)
    #expect(value(.volumeDifference) == 0.8)
    #expect(abs((value(.relativeVolumeDifference) ?? 0) - 100.0 / 6) < 1e-12)
    #expect(value(.hausdorff(percentile: 100)) == 5)
    #expect(value(.medpyHausdorff) == 5)
    #expect(value(.surfaceDice(tolerance: 5)) == 1)
    #expect(value(.centroidDistance) == 2.5)
    #expect(value(.addedPathLength) == 0)
  }

  @Test("Concentric spheres are as far apart as their radii", arguments: [1, 3] as [Double])
  func spheres(sliceSpacing: Double) throws {
    let grid = try VoxelGrid(
      size: [64, 64, Int(64 / sliceSpacing)],
      spacing: [1, 1, sliceSpacing]
    )
    let center = SIMD3(31.5, 31.5, sliceSpacing * Double(grid.size.z - 1) / 2)
    let inner = ball(on: grid, center: center, radius: 18)
    let outer = ball(on: grid, center: center, radius: 24)
    let value = try values(inner, outer)
    // A voxel border may lie half a voxel's diagonal from the sphere.
    let bound = 0.5 * (2 + sliceSpacing * sliceSpacing).squareRoot()
    for metric: Metric in [
      .averageDistanceFromReference, .averageDistanceFromPrediction, .meanSurfaceDistance,
      .hausdorff(percentile: 95), .medpyHausdorff95, .medpyAverageSymmetricSurfaceDistance,
    ] {
      #expect(abs((value(metric) ?? 0) - 6) < bound, "\(metric)")
    }
    #expect(value(.surfaceDice(tolerance: 6 - 2 * bound)) == 0)
    #expect(value(.surfaceDice(tolerance: 6 + 2 * bound)) == 1)
    #expect(abs((value(.centroidDistance) ?? 1)) < 1e-9)
    let surfaces = try SurfaceDistances(reference: inner, prediction: outer)
    let sphere = 4 * Double.pi * 18 * 18
    // Steps between voxels have more area than the sphere they follow, never twice as much.
    #expect((0.95...1.3).contains(surfaces.fromReference.area / sphere))
  }

  @Test("Equal contours have no distance, single voxels too")
  func equal() throws {
    let grid = try VoxelGrid(size: [12, 12, 12], spacing: [0.9765625, 0.9765625, 3])
    for reference in [
      block(on: grid, 3..<9, 2..<8, 4..<6), mask(on: grid) { $0 == [5, 5, 5] },
      mask(on: grid) { $0 == [0, 11, 0] }, block(on: grid, 0..<12, 0..<12, 0..<12),
    ] {
      let value = try values(reference, reference)
      for metric in Metric.all where metric.isHigherBetter != nil {
        #expect(value(metric) == (metric.isHigherBetter == true ? 1 : 0), "\(metric)")
      }
    }
  }

  @Test("Added path length counts the axial border pixels that are missing")
  func pathLength() throws {
    let grid = try VoxelGrid(size: [20, 20, 4], spacing: [1, 3, 7])
    let reference = block(on: grid, 4..<10, 4..<10, 1..<3)
    // A ring of 20 pixels in each of two slices; the mean spacing in the plane is 2 mm.
    let none = CroppedMask(emptyOn: grid)
    #expect(try addedPathLength(reference: reference, prediction: none) == 2 * 20 * 2)
    #expect(try addedPathLength(reference: none, prediction: reference) == nil)
    // One slice is right, in the other a column of six pixels at one side is missing: the ring's
    // sixteen pixels on the other three sides less the corners remain.
    let prediction = mask(on: grid) { voxel in
      (4..<10).contains(voxel.y) && (4..<(voxel.z == 2 ? 9 : 10)).contains(voxel.x)
        && (1..<3).contains(voxel.z)
    }
    #expect(try addedPathLength(reference: reference, prediction: prediction) == 6 * 2)
  }

  @Test("Masks of different grids are refused")
  func mismatch() throws {
    let a = try VoxelGrid(size: [5, 5, 5])
    let b = try VoxelGrid(size: [5, 5, 5], spacing: [1, 1, 2])
    let (first, second) = (block(on: a, 1..<3, 1..<3, 1..<3), block(on: b, 1..<3, 1..<3, 1..<3))
    #expect(throws: GridMismatch(expected: a, found: b)) {
      try StructureComparison(reference: first, prediction: second, metrics: [.dice])
    }
    #expect(throws: GridMismatch.self) {
      try SurfaceDistances(reference: first, prediction: second)
    }
    #expect(throws: GridMismatch.self) {
      try BorderDistances(reference: first, prediction: second)
    }
    #expect(throws: GridMismatch.self) { try Overlap(reference: first, prediction: second) }
    #expect(throws: GridMismatch.self) {
      try addedPathLength(reference: first, prediction: second)
    }
    #expect(throws: GridMismatch.self) {
      try centroidDistance(reference: first, prediction: second)
    }
  }

  @Test("An impossible spacing gives numbers, never NaN", arguments: [1e-300, 1e300])
  func impossibleSpacing(spacing: Double) throws {
    let grid = try VoxelGrid(size: [8, 8, 8], spacing: [1, spacing, spacing])
    let reference = block(on: grid, 1..<4, 1..<4, 1..<4)
    let value = try values(reference, block(on: grid, 2..<6, 2..<6, 1..<7))
    for metric in Metric.all { #expect(value(metric)?.isFinite == true, "\(metric)") }
  }
}
