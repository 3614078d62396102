import SegmentationMetrics
import Testing
import Volumes

/// What each metric says where a side has no voxel.
@Suite("Empty masks")
struct EmptyMaskTests {
  private let grid: VoxelGrid
  private let some: CroppedMask
  private let none: CroppedMask

  init() throws {
    grid = try VoxelGrid(size: [10, 10, 10], spacing: [1, 1, 2])
    some = block(on: grid, 2..<7, 2..<7, 2..<7)
    none = CroppedMask(emptyOn: grid)
  }

  private func values(_ reference: CroppedMask, _ prediction: CroppedMask) throws -> [Metric:
    MetricValue]
  {
    let comparison = try StructureComparison(
      reference: reference,
      prediction: prediction,
      metrics: Metric.all
    )
    return Dictionary(uniqueKeysWithValues: Metric.all.map { ($0, comparison.value(of: $0)) })
  }

  @Test("Without a prediction overlaps are zero, volumes counted and distances undefined")
  func predictionEmpty() throws {
    let known: [Metric: Double] = [
      .dice: 0, .jaccard: 0, .surfaceDice(tolerance: 2): 0, .referenceVolume: 0.25,
      .predictionVolume: 0, .volumeDifference: -0.25, .relativeVolumeDifference: -100,
      .truePositiveVolume: 0, .falsePositiveVolume: 0, .falseNegativeVolume: 0.25,
      .addedPathLength: 80,
    ]
    for (metric, value) in try values(some, none) {
      #expect(value == known[metric].map { .value($0) } ?? .undefined(.predictionEmpty))
    }
  }

  @Test("Without a reference overlaps are zero, volumes counted and distances undefined")
  func referenceEmpty() throws {
    let known: [Metric: Double] = [
      .dice: 0, .jaccard: 0, .surfaceDice(tolerance: 2): 0, .referenceVolume: 0,
      .predictionVolume: 0.25, .volumeDifference: 0.25, .truePositiveVolume: 0,
      .falsePositiveVolume: 0.25, .falseNegativeVolume: 0,
    ]
    for (metric, value) in try values(none, some) {
      #expect(value == known[metric].map { .value($0) } ?? .undefined(.referenceEmpty))
    }
  }

  @Test("With both empty only volumes have values, all zero")
  func bothEmpty() throws {
    for (metric, value) in try values(none, none) {
      let isVolume = metric.unit == "ml"
      #expect(value == (isVolume ? .value(0) : .undefined(.bothEmpty)), "\(metric)")
    }
  }

  @Test("The intermediates of an empty side are empty")
  func intermediates() throws {
    let surfaces = try SurfaceDistances(reference: some, prediction: none)
    #expect(surfaces.fromReference.distances.isEmpty && surfaces.fromPrediction.areas.isEmpty)
    #expect(surfaces.fromReference.average == nil && surfaces.fromReference.quantile(0.5) == nil)
    let borders = try BorderDistances(reference: none, prediction: some)
    #expect(borders.fromReference.isEmpty && borders.fromPrediction.isEmpty)
    #expect(borders.hausdorff == nil && borders.averageFromReference == nil)
  }
}
