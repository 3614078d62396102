extension Metric {
  /// One sentence that says exactly what is measured.
  ///
  /// By whose definition, with which weights, in which direction, and what an empty side gives;
  /// tables carry it beside each value.
  public var definition: String {
    switch self {
    case .dice:
      "Dice similarity coefficient (Dice, Ecology 1945): 2 |R ∩ P| / (|R| + |P|) over voxels; 0 where one side is empty, no value where both are."
    case .jaccard:
      "Jaccard index (Jaccard, New Phytologist 1912): |R ∩ P| / |R ∪ P| over voxels; 0 where one side is empty, no value where both are."
    case .hausdorff(let percentile):
      "\(percentile == 100 ? "Hausdorff distance" : "Percentile \(plain(percentile)) of the Hausdorff distance") (surface-distance 0.1, DeepMind): the larger of the two directed \(plain(percentile)) % quantiles of the distances from surface elements (marching-cube elements weighted by their area in mm²) to the nearest surface element of the other side, in mm; no value where a side is empty."
    case .averageDistanceFromReference:
      "Average surface distance from reference to prediction (surface-distance 0.1, DeepMind): the mean distance of the reference's surface elements, weighted by their marching-cube area, to the prediction's nearest surface element, in mm; no value where a side is empty."
    case .averageDistanceFromPrediction:
      "Average surface distance from prediction to reference (surface-distance 0.1, DeepMind): the mean distance of the prediction's surface elements, weighted by their marching-cube area, to the reference's nearest surface element, in mm; no value where a side is empty."
    case .meanSurfaceDistance:
      "Mean surface distance: the mean over the surface elements of both sides together, as surface-distance 0.1 (DeepMind) finds them and weighted by their marching-cube area, of the distance to the other side's nearest surface element, in mm; no value where a side is empty."
    case .surfaceDice(let tolerance):
      "Surface Dice at \(plain(tolerance)) mm (Nikolov et al., J Med Internet Res 2021; surface-distance 0.1): the share of both surfaces' area, by marching-cube elements, that lies within the tolerance of the other surface; 0 where one side is empty, no value where both are."
    case .medpyHausdorff:
      "Hausdorff distance (MedPy 0.5.2, hd): the largest distance in mm from a border voxel (6-connected, each counting one) of either side to the nearest border voxel of the other; no value where a side is empty."
    case .medpyHausdorff95:
      "95 % Hausdorff distance (MedPy 0.5.2, hd95): the 95th percentile, linearly interpolated, of the distances in mm of both sides' border voxels (6-connected, each counting one) pooled, each to the nearest border voxel of the other side; no value where a side is empty."
    case .medpyAverageSurfaceDistance:
      "Average surface distance (MedPy 0.5.2, asd of prediction to reference): the mean distance in mm of the prediction's border voxels (6-connected, each counting one) to the reference's nearest border voxel; no value where a side is empty."
    case .medpyAverageSymmetricSurfaceDistance:
      "Average symmetric surface distance (MedPy 0.5.2, assd): the mean of the distances in mm of both sides' border voxels (6-connected, each counting one) pooled, each to the nearest border voxel of the other side; no value where a side is empty."
    case .addedPathLength:
      "Added path length (after Vaassen et al., phiRO 2020): the number of the reference's border pixels (4-connected, slice by slice in the axial plane) that are not border pixels of the prediction, times the mean of the two in-plane spacings, in mm; an empty prediction leaves the whole border to draw, no value where the reference is empty."
    case .referenceVolume:
      "Volume of the reference: its voxels times a voxel's volume, in ml; 0 where it is empty."
    case .predictionVolume:
      "Volume of the prediction: its voxels times a voxel's volume, in ml; 0 where it is empty."
    case .volumeDifference:
      "Volume of the prediction minus volume of the reference, by voxels, in ml; an empty side counts 0."
    case .relativeVolumeDifference:
      "Volume of the prediction minus volume of the reference, by voxels, in percent of the reference; no value where the reference is empty."
    case .truePositiveVolume:
      "True positive volume: the voxels that both sides hold times a voxel's volume, in ml; 0 where a side is empty."
    case .falsePositiveVolume:
      "False positive volume: the voxels that only the prediction holds times a voxel's volume, in ml; an empty side counts as no voxels."
    case .falseNegativeVolume:
      "False negative volume: the voxels that only the reference holds times a voxel's volume, in ml; an empty side counts as no voxels."
    case .centroidDistance:
      "Centroid distance: the distance in mm between the means of both sides' voxel centers; no value where a side is empty."
    }
  }
}
