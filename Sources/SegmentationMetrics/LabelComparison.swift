public import Volumes

/// Two label maps compared voxel by voxel: the counts that Dice and volumes follow from.
///
/// Counted once for all labels, on all cores; every question after that costs nothing.
public struct LabelComparison: Sendable {
  /// The labels that at least one of the two maps holds, ascending, without background.
  public let labels: [UInt16]
  /// The share of voxels, background included, with the same label in both maps; 0 to 1.
  public let agreement: Double
  private let counts: [UInt16: OverlapCounts]
  private let voxelVolume: Double

  /// Counts the voxels of two maps of the same place.
  /// - Throws: ``GridMismatch`` where the maps do not lie on one grid.
  /// - Complexity: O(voxels), spread over all cores.
  public init(reference: LabelMap, prediction: LabelMap) throws(GridMismatch) {
    try reference.grid.requireMatch(prediction.grid)
    let table = LabelTable.counting(reference, prediction)
    counts = table.nonEmpty
    labels = counts.keys.filter { $0 != 0 }.sorted()
    voxelVolume = reference.grid.voxelVolume
    let same = counts.values.reduce(0) { $0 + $1.both }
    agreement = Double(same) / Double(reference.grid.count)
  }

  /// The Dice similarity coefficient of one label's voxels, from 0 (apart) to 1 (equal).
  ///
  /// `2 |A ∩ B| / (|A| + |B|)`.
  /// - Returns: `nil` where neither map holds the label.
  /// - SeeAlso: Dice, *Ecology* 26 (1945), 297–302.
  public func dice(of label: UInt16) -> Double? { counts[label]?.dice }

  /// The volume of one label in the reference, in mm³; 0 where it is absent.
  public func referenceVolume(of label: UInt16) -> Double {
    Double(counts[label]?.inReference ?? 0) * voxelVolume
  }

  /// The volume of one label in the prediction, in mm³; 0 where it is absent.
  public func predictionVolume(of label: UInt16) -> Double {
    Double(counts[label]?.inPrediction ?? 0) * voxelVolume
  }
}

/// The Dice similarity coefficient of two masks, from 0 (apart) to 1 (equal).
///
/// `2 |A ∩ B| / (|A| + |B|)`. Counts voxels, so both masks must lie on one grid.
/// - Returns: `nil` where both masks are empty.
/// - Throws: ``GridMismatch``.
/// - Complexity: O(voxels).
/// - SeeAlso: Dice, *Ecology* 26 (1945), 297–302.
public func dice(_ reference: Mask, _ prediction: Mask) throws(GridMismatch) -> Double? {
  try reference.grid.requireMatch(prediction.grid)
  var counts = OverlapCounts()
  reference.withUnsafeVoxels { a in
    prediction.withUnsafeVoxels { b in
      for index in a.indices {
        counts.both += a[index] && b[index] ? 1 : 0
        counts.inReference += a[index] ? 1 : 0
        counts.inPrediction += b[index] ? 1 : 0
      }
    }
  }
  return counts.dice
}
