/// A measure of how well a predicted contour agrees with a reference, named after its definition.
///
/// One measure has many definitions in the field; here each definition is a metric of its own, with
/// the text that says which one it is (``definition``) and the ``name`` it has in tables and on the
/// command line.
public enum Metric: Hashable, Sendable {
  /// Overlap by voxel counts (Dice, 1945).
  case dice
  /// Intersection over union by voxel counts (Jaccard, 1912).
  case jaccard
  /// A percentile of the surface distances, the larger of both directions (surface-distance).
  case hausdorff(percentile: Double)
  /// The average distance from the reference's surface to the prediction's (surface-distance).
  case averageDistanceFromReference
  /// The average distance from the prediction's surface to the reference's (surface-distance).
  case averageDistanceFromPrediction
  /// The average over both surfaces, each surface element by its area.
  case meanSurfaceDistance
  /// The share of both surfaces within a tolerance in mm of the other (surface-distance).
  case surfaceDice(tolerance: Double)
  /// The largest distance between border voxels (MedPy's `hd`).
  case medpyHausdorff
  /// The 95th percentile of the distances of both borders' voxels together (MedPy's `hd95`).
  case medpyHausdorff95
  /// The average distance from the prediction's border voxels to the reference's (MedPy's `asd`).
  case medpyAverageSurfaceDistance
  /// The mean of the distances of both borders' voxels together (MedPy's `assd`).
  case medpyAverageSymmetricSurfaceDistance
  /// The length of reference contour that the prediction lacks, in mm (Vaassen et al., 2020).
  case addedPathLength
  /// The reference's volume in ml.
  case referenceVolume
  /// The prediction's volume in ml.
  case predictionVolume
  /// Prediction minus reference, in ml.
  case volumeDifference
  /// Prediction minus reference, in percent of the reference.
  case relativeVolumeDifference
  /// What both hold, in ml.
  case truePositiveVolume
  /// What only the prediction holds, in ml.
  case falsePositiveVolume
  /// What only the reference holds, in ml.
  case falseNegativeVolume
  /// The distance of the centers of mass, in mm.
  case centroidDistance
}

/// Why a metric has no value for a pair of contours.
public enum Undefined: String, Hashable, Sendable, Codable, CaseIterable {
  /// Neither side has a voxel.
  case bothEmpty = "both empty"
  /// The reference has no voxel, the prediction has.
  case referenceEmpty = "reference empty"
  /// The prediction has no voxel, the reference has.
  case predictionEmpty = "prediction empty"
  /// The structure was not contoured in the reference: there is no file, segment or label of it.
  case referenceMissing = "reference missing"
  /// The prediction has no file, segment or label of the structure, or the case is missing.
  case predictionMissing = "prediction missing"
}

/// A metric's value, or why there is none; never NaN or infinite.
public enum MetricValue: Hashable, Sendable {
  /// The value, in the metric's unit.
  case value(Double)
  /// Why there is no value.
  case undefined(Undefined)

  /// The value, in the metric's unit; `nil` where there is none.
  public var value: Double? {
    guard case .value(let value) = self else { return nil }
    return value
  }
}
