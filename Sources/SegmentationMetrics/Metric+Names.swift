extension Metric {
  /// What a table shows where nothing else is asked for, in the order of its columns.
  public static let standard: [Metric] = [
    .dice, .surfaceDice(tolerance: 2), .hausdorff(percentile: 95), .meanSurfaceDistance,
    .addedPathLength, .referenceVolume, .predictionVolume, .volumeDifference,
  ]

  /// Every metric once, with the customary percentiles (95, 100) and tolerance (2 mm).
  public static let all: [Metric] = [
    .dice, .jaccard, .surfaceDice(tolerance: 2), .hausdorff(percentile: 95),
    .hausdorff(percentile: 100), .averageDistanceFromReference, .averageDistanceFromPrediction,
    .meanSurfaceDistance, .medpyHausdorff, .medpyHausdorff95, .medpyAverageSurfaceDistance,
    .medpyAverageSymmetricSurfaceDistance, .addedPathLength, .centroidDistance, .referenceVolume,
    .predictionVolume, .volumeDifference, .relativeVolumeDifference, .truePositiveVolume,
    .falsePositiveVolume, .falseNegativeVolume,
  ]

  /// The name in files and on the command line, such as `hd95` or `surface_dice_2mm`; stable.
  public var name: String {
    switch self {
    case .dice: "dice"
    case .jaccard: "jaccard"
    case .hausdorff(let percentile): "hd\(plain(percentile))"
    case .averageDistanceFromReference: "asd_from_reference"
    case .averageDistanceFromPrediction: "asd_from_prediction"
    case .meanSurfaceDistance: "msd"
    case .surfaceDice(let tolerance): "surface_dice_\(plain(tolerance))mm"
    case .medpyHausdorff: "medpy_hd"
    case .medpyHausdorff95: "medpy_hd95"
    case .medpyAverageSurfaceDistance: "medpy_asd"
    case .medpyAverageSymmetricSurfaceDistance: "medpy_assd"
    case .addedPathLength: "added_path_length"
    case .referenceVolume: "reference_volume"
    case .predictionVolume: "prediction_volume"
    case .volumeDifference: "volume_difference"
    case .relativeVolumeDifference: "relative_volume_difference"
    case .truePositiveVolume: "true_positive_volume"
    case .falsePositiveVolume: "false_positive_volume"
    case .falseNegativeVolume: "false_negative_volume"
    case .centroidDistance: "centroid_distance"
    }
  }

  /// The metric of a ``name``.
  /// - Returns: `nil` where no metric has the name: also where a percentile does not lie above 0 and
  ///   up to 100, or a tolerance is negative.
  public init?(name: String) {
    if let metric = Self.all.first(where: { $0.name == name }) {
      self = metric
    } else if name.hasPrefix("surface_dice_"), name.hasSuffix("mm"),
      let tolerance = unsigned(name.dropFirst("surface_dice_".count).dropLast("mm".count))
    {
      self = .surfaceDice(tolerance: tolerance)
    } else if name.hasPrefix("hd"), let percentile = unsigned(name.dropFirst("hd".count)),
      percentile > 0, percentile <= 100
    {
      self = .hausdorff(percentile: percentile)
    } else {
      return nil
    }
  }

  /// The name for people, as a table's heading.
  public var title: String {
    switch self {
    case .dice: "Dice"
    case .jaccard: "Jaccard"
    case .hausdorff(100): "Hausdorff distance"
    case .hausdorff(let percentile): "HD\(plain(percentile))"
    case .averageDistanceFromReference: "Average distance from reference"
    case .averageDistanceFromPrediction: "Average distance from prediction"
    case .meanSurfaceDistance: "Mean surface distance"
    case .surfaceDice(let tolerance): "Surface Dice at \(plain(tolerance)) mm"
    case .medpyHausdorff: "HD (MedPy)"
    case .medpyHausdorff95: "HD95 (MedPy)"
    case .medpyAverageSurfaceDistance: "ASD (MedPy)"
    case .medpyAverageSymmetricSurfaceDistance: "ASSD (MedPy)"
    case .addedPathLength: "Added path length"
    case .referenceVolume: "Reference volume"
    case .predictionVolume: "Prediction volume"
    case .volumeDifference: "Volume difference"
    case .relativeVolumeDifference: "Relative volume difference"
    case .truePositiveVolume: "True positive volume"
    case .falsePositiveVolume: "False positive volume"
    case .falseNegativeVolume: "False negative volume"
    case .centroidDistance: "Centroid distance"
    }
  }

  /// The unit of the values: `mm`, `ml`, `%`, or empty for a share from 0 to 1.
  public var unit: String {
    switch self {
    case .dice, .jaccard, .surfaceDice: ""
    case .hausdorff, .averageDistanceFromReference, .averageDistanceFromPrediction,
      .meanSurfaceDistance, .medpyHausdorff, .medpyHausdorff95, .medpyAverageSurfaceDistance,
      .medpyAverageSymmetricSurfaceDistance, .addedPathLength, .centroidDistance:
      "mm"
    case .referenceVolume, .predictionVolume, .volumeDifference, .truePositiveVolume,
      .falsePositiveVolume, .falseNegativeVolume:
      "ml"
    case .relativeVolumeDifference: "%"
    }
  }

  /// Whether a larger value is the better one; `nil` where size does not tell, as for volumes and
  /// signed differences.
  public var isHigherBetter: Bool? {
    switch self {
    case .dice, .jaccard, .surfaceDice: true
    case .hausdorff, .averageDistanceFromReference, .averageDistanceFromPrediction,
      .meanSurfaceDistance, .medpyHausdorff, .medpyHausdorff95, .medpyAverageSurfaceDistance,
      .medpyAverageSymmetricSurfaceDistance, .addedPathLength, .centroidDistance,
      .falsePositiveVolume, .falseNegativeVolume:
      false
    case .referenceVolume, .predictionVolume, .volumeDifference, .relativeVolumeDifference,
      .truePositiveVolume:
      nil
    }
  }

  /// How many digits after the point a table for people shows.
  public var decimals: Int {
    switch self {
    case .dice, .jaccard, .surfaceDice: 3
    case .addedPathLength: 0
    case .relativeVolumeDifference: 1
    default: 2
    }
  }
}

/// A number as people write it: `95`, not `95.0`.
func plain(_ number: Double) -> String {
  let text = "\(number)"
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

/// A finite decimal number without a sign; `nil` for anything else, hexadecimal too.
private func unsigned(_ text: Substring) -> Double? {
  guard let first = text.first, "0123456789".contains(first),
    text.allSatisfy({ "0123456789.e+-".contains($0) }), let number = Double(text), number.isFinite
  else { return nil }
  return number
}
