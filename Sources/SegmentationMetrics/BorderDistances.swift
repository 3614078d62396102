import ImageProcessing
public import Volumes

/// The distances between the border voxels of two masks by MedPy's definition, computed once.
///
/// A border voxel is one of the mask's with a face neighbor outside the mask; outside the scan
/// nothing is contoured. Each counts one, whatever the spacing. Distances are between voxel
/// centers, in mm.
/// - SeeAlso: MedPy 0.5.2, `medpy.metric.binary`, to which the numbers are equal.
public struct BorderDistances: Sendable {
  /// From the reference's border voxels to the prediction's nearest, ascending, in mm; empty where
  /// a mask is empty.
  public let fromReference: [Double]
  /// From the prediction's border voxels to the reference's nearest, ascending, in mm; empty where
  /// a mask is empty.
  public let fromPrediction: [Double]

  /// The distances between two masks of one grid.
  /// - Throws: ``GridMismatch`` where the masks do not lie on one grid.
  /// - Complexity: O(voxels of the box around both + border · log border).
  public init(reference: CroppedMask, prediction: CroppedMask) throws(GridMismatch) {
    try reference.grid.requireMatch(prediction.grid)
    self.init(
      PairBox(reference: reference, prediction: prediction),
      spacing: reference.grid.boundedSpacing
    )
  }

  init(_ pair: PairBox?, spacing: SIMD3<Double>) {
    guard let pair else {
      (fromReference, fromPrediction) = ([], [])
      return
    }
    let (size, plane) = (pair.size, pair.size.x * pair.size.y)
    let reference = borderPlaces(of: pair.reference, size: size, neighbors: [1, size.x, plane])
    let prediction = borderPlaces(of: pair.prediction, size: size, neighbors: [1, size.x, plane])
    func directed(_ from: [Int], _ to: [Int]) -> [Double] {
      (distances(from: from, to: to, size: size, spacing: spacing) ?? []).sorted()
    }
    fromReference = directed(reference, prediction)
    fromPrediction = directed(prediction, reference)
  }

  /// The largest distance in either direction, in mm (`hd`); `nil` where a mask is empty.
  public var hausdorff: Double? {
    guard let a = fromReference.last, let b = fromPrediction.last else { return nil }
    return max(a, b)
  }

  /// A percentile (0 to 100) of both directions' distances together, in mm, between ranks
  /// interpolated linearly (`hd95` for 95); `nil` where a mask is empty.
  public func hausdorff(percentile: Double) -> Double? {
    let both = (fromReference + fromPrediction).sorted()
    guard !both.isEmpty else { return nil }
    let position = min(max(percentile / 100, 0), 1) * Double(both.count - 1)
    let below = min(Int(position), both.count - 1)
    let above = min(below + 1, both.count - 1)
    return both[below] + (both[above] - both[below]) * (position - Double(below))
  }

  /// The mean distance from the prediction's border voxels, in mm (`asd` of prediction to
  /// reference); `nil` where a mask is empty.
  public var averageFromPrediction: Double? { mean(fromPrediction) }

  /// The mean distance from the reference's border voxels, in mm (`asd` of reference to
  /// prediction); `nil` where a mask is empty.
  public var averageFromReference: Double? { mean(fromReference) }

  /// The mean of both directions' distances together, in mm (`assd`); `nil` where a mask is empty.
  public var averageSymmetric: Double? { mean(fromReference + fromPrediction) }
}

private func mean(_ values: [Double]) -> Double? {
  guard !values.isEmpty else { return nil }
  return values.withUnsafeBufferPointer { pairwiseSum($0) } / Double(values.count)
}
