import ImageProcessing
import SegmentationMetrics
package import Volumes

/// The Dice of one case's structures, by label; none where the structure was not contoured, or is
/// empty on both sides.
package struct CaseDice: Hashable, Sendable {
  /// As the network gave the labels.
  package var plain: [UInt16: Double]
  /// With the largest part of all structures together alone.
  package var wholeLargest: [UInt16: Double] = [:]
  /// With the largest part of each structure alone.
  package var eachLargest: [UInt16: Double] = [:]
  /// With both, the whole first.
  package var bothLargest: [UInt16: Double] = [:]

  /// The Dice as it is, without what post-processing would make of it.
  /// - Throws: ``GridMismatch``.
  package init(_ prediction: LabelMap, against reference: Contours) throws(GridMismatch) {
    plain = try Self.dice(prediction, against: reference)
  }

  /// The Dice with and without each rule, which is tried on the structures with these labels.
  /// - Throws: ``GridMismatch``.
  package init(
    trying labels: [UInt16],
    on prediction: LabelMap,
    against reference: Contours
  ) throws(GridMismatch) {
    try self.init(prediction, against: reference)
    var changed = prediction
    // A structure's Dice asks for its own voxels alone: all can be cleaned in one map.
    for label in labels { changed.keepLargestComponent(of: [label]) }
    eachLargest = try Self.dice(changed, against: reference)
    changed = prediction
    changed.keepLargestComponent(of: Set(labels))
    wholeLargest = try Self.dice(changed, against: reference)
    for label in labels { changed.keepLargestComponent(of: [label]) }
    bothLargest = try Self.dice(changed, against: reference)
  }

  private static func dice(
    _ prediction: LabelMap,
    against reference: Contours
  ) throws(GridMismatch) -> [UInt16: Double] {
    let comparison = try LabelComparison(reference: reference.labels, prediction: prediction)
    var values: [UInt16: Double] = [:]
    for label in reference.contoured { values[label] = comparison.dice(of: label) }
    return values
  }
}

/// The mean of each structure over the cases that have a value for it.
func meanDice(_ cases: [[UInt16: Double]]) -> [UInt16: Double] {
  var sums: [UInt16: (sum: Double, count: Int)] = [:]
  for one in cases {
    for (label, value) in one {
      let (sum, count) = sums[label] ?? (0, 0)
      sums[label] = (sum + value, count + 1)
    }
  }
  return sums.mapValues { $0.sum / Double($0.count) }
}

/// The mean over the structures, each with equal weight; `nil` where none has a value.
func meanOverStructures(_ means: [UInt16: Double]) -> Double? {
  // Sorted, so that the sum does not depend on the order of a dictionary.
  let values = means.sorted { $0.key < $1.key }.map(\.value)
  return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
}
