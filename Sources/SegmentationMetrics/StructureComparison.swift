public import Volumes

/// One structure's contour compared with its reference, by all the metrics that are asked for.
///
/// What several metrics need, such as the surfaces and the distances between them, is computed once,
/// and only where one of the metrics needs it.
public struct StructureComparison: Sendable {
  /// The voxel counts.
  public let overlap: Overlap
  private let reference: CroppedMask
  private let prediction: CroppedMask
  private let surfaces: SurfaceDistances?
  private let borders: BorderDistances?
  private let pathLength: Double??

  /// Compares two masks of one grid.
  /// - Parameters:
  ///   - reference: The expert's contour.
  ///   - prediction: The contour that is measured against it.
  ///   - metrics: What ``value(of:)`` will be asked for; other metrics are answered too, but compute
  ///     what they need again each time.
  /// - Throws: ``GridMismatch`` where the masks do not lie on one grid.
  public init(
    reference: CroppedMask,
    prediction: CroppedMask,
    metrics: [Metric]
  ) throws(GridMismatch) {
    overlap = try Overlap(reference: reference, prediction: prediction)
    self.reference = reference
    self.prediction = prediction
    let needs = Set(metrics.map(\.need))
    let (grid, spacing) = (reference.grid, reference.grid.boundedSpacing)
    let pair =
      needs.isSubset(of: [.counts, .centroids])
      ? nil : PairBox(reference: reference, prediction: prediction)
    surfaces = needs.contains(.surfaces) ? SurfaceDistances(pair, spacing: spacing) : nil
    borders = needs.contains(.borders) ? BorderDistances(pair, spacing: spacing) : nil
    pathLength = needs.contains(.slices) ? .some(addedPathLength(pair, grid: grid)) : nil
  }

  /// The value of a metric in its unit, or why there is none.
  ///
  /// A metric has no value where its ``Metric/definition`` says so, never because of the numbers.
  public func value(of metric: Metric) -> MetricValue {
    number(of: metric).map { .value($0) } ?? .undefined(reasonForNone)
  }

  private func number(of metric: Metric) -> Double? {
    switch metric {
    case .dice: overlap.dice
    case .jaccard: overlap.jaccard
    case .referenceVolume: overlap.referenceVolume / 1000
    case .predictionVolume: overlap.predictionVolume / 1000
    case .volumeDifference: overlap.volumeDifference / 1000
    case .relativeVolumeDifference: overlap.relativeVolumeDifference
    case .truePositiveVolume: overlap.truePositiveVolume / 1000
    case .falsePositiveVolume: overlap.falsePositiveVolume / 1000
    case .falseNegativeVolume: overlap.falseNegativeVolume / 1000
    case .centroidDistance: centroidDistance(onOneGrid: reference, prediction)
    case .addedPathLength: pathLength ?? addedPathLength(box, grid: reference.grid)
    case .hausdorff(let percentile): surfaceDistances.hausdorff(percentile: percentile)
    case .averageDistanceFromReference: surfaceDistances.fromReference.average
    case .averageDistanceFromPrediction: surfaceDistances.fromPrediction.average
    case .meanSurfaceDistance: surfaceDistances.meanSurfaceDistance
    case .surfaceDice(let tolerance): surfaceDistances.surfaceDice(tolerance: tolerance)
    case .medpyHausdorff: borderDistances.hausdorff
    case .medpyHausdorff95: borderDistances.hausdorff(percentile: 95)
    case .medpyAverageSurfaceDistance: borderDistances.averageFromPrediction
    case .medpyAverageSymmetricSurfaceDistance: borderDistances.averageSymmetric
    }
  }

  private var reasonForNone: Undefined {
    if reference.isEmpty {
      prediction.isEmpty ? .bothEmpty : .referenceEmpty
    } else {
      .predictionEmpty
    }
  }

  private var box: PairBox? { PairBox(reference: reference, prediction: prediction) }

  private var surfaceDistances: SurfaceDistances {
    surfaces ?? SurfaceDistances(box, spacing: reference.grid.boundedSpacing)
  }

  private var borderDistances: BorderDistances {
    borders ?? BorderDistances(box, spacing: reference.grid.boundedSpacing)
  }
}

extension Metric {
  /// What a metric is computed from.
  fileprivate enum Need { case counts, centroids, slices, surfaces, borders }

  fileprivate var need: Need {
    switch self {
    case .dice, .jaccard, .referenceVolume, .predictionVolume, .volumeDifference,
      .relativeVolumeDifference, .truePositiveVolume, .falsePositiveVolume, .falseNegativeVolume:
      .counts
    case .centroidDistance: .centroids
    case .addedPathLength: .slices
    case .hausdorff, .averageDistanceFromReference, .averageDistanceFromPrediction,
      .meanSurfaceDistance, .surfaceDice:
      .surfaces
    case .medpyHausdorff, .medpyHausdorff95, .medpyAverageSurfaceDistance,
      .medpyAverageSymmetricSurfaceDistance:
      .borders
    }
  }
}
