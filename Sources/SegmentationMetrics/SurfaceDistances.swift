import ImageProcessing
public import Volumes

/// The distances between the surfaces of two masks by DeepMind's definition, computed once; every
/// question after that costs little.
///
/// A surface is made of marching-cube elements at the corners of the voxel grid. Each element has
/// an area in mm² and a distance in mm to the nearest element of the other surface. Outside the
/// scan nothing is contoured: a mask that touches the border has a surface there.
/// - SeeAlso: Nikolov et al., *J Med Internet Res* 23 (2021), e26151; the package
///   `surface-distance` 0.1, to which the numbers are equal.
public struct SurfaceDistances: Sendable {
  /// From the reference's surface to the prediction's; empty where a side has no surface.
  public let fromReference: DirectedSurfaceDistances
  /// From the prediction's surface to the reference's; empty where a side has no surface.
  public let fromPrediction: DirectedSurfaceDistances
  /// Whether exactly one of the two masks is empty.
  private let isOneSided: Bool

  /// The distances between two masks of one grid.
  /// - Throws: ``GridMismatch`` where the masks do not lie on one grid.
  /// - Complexity: O(voxels of the box around both + elements · log elements).
  public init(reference: CroppedMask, prediction: CroppedMask) throws(GridMismatch) {
    try reference.grid.requireMatch(prediction.grid)
    self.init(
      PairBox(reference: reference, prediction: prediction),
      spacing: reference.grid.boundedSpacing
    )
  }

  init(_ pair: PairBox?, spacing: SIMD3<Double>) {
    guard let pair else {
      (fromReference, fromPrediction) = (DirectedSurfaceDistances(), DirectedSurfaceDistances())
      isOneSided = false
      return
    }
    let reference = SurfaceElements(of: pair.reference, size: pair.size)
    let prediction = SurfaceElements(of: pair.prediction, size: pair.size)
    let areas = SurfaceElementAreas(spacing: spacing).areas
    func directed(_ from: SurfaceElements, _ to: SurfaceElements) -> DirectedSurfaceDistances {
      let distances = distances(from: from.places, to: to.places, size: to.size, spacing: spacing)
      guard let distances else { return DirectedSurfaceDistances() }
      return DirectedSurfaceDistances(distances, areas: from.codes.map { areas[Int($0)] })
    }
    fromReference = directed(reference, prediction)
    fromPrediction = directed(prediction, reference)
    isOneSided = reference.places.isEmpty != prediction.places.isEmpty
  }

  /// A percentile of the Hausdorff distance in mm: the larger of both directions' quantiles by area.
  ///
  /// The quantile is the smallest distance up to which at least that share of the area lies, so 100
  /// gives the Hausdorff distance itself.
  /// - Parameter percentile: Above 0 and up to 100.
  /// - Returns: `nil` where a mask is empty.
  public func hausdorff(percentile: Double = 95) -> Double? {
    guard let a = fromReference.quantile(percentile / 100),
      let b = fromPrediction.quantile(percentile / 100)
    else { return nil }
    return max(a, b)
  }

  /// The mean distance in mm over both surfaces together, each element by its area.
  /// - Returns: `nil` where a mask is empty.
  public var meanSurfaceDistance: Double? {
    let area = fromReference.area + fromPrediction.area
    guard area > 0 else { return nil }
    return (fromReference.weightedSum + fromPrediction.weightedSum) / area
  }

  /// The share of both surfaces' area that lies within a tolerance of the other surface, 0 to 1.
  /// - Parameter tolerance: The largest distance in mm that still counts as the same surface.
  /// - Returns: 0 where one mask is empty, `nil` where both are.
  public func surfaceDice(tolerance: Double) -> Double? {
    let area = fromReference.area + fromPrediction.area
    guard area > 0 else { return isOneSided ? 0 : nil }
    return (fromReference.area(within: tolerance) + fromPrediction.area(within: tolerance)) / area
  }
}
