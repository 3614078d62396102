internal import Anatomy

/// Structures that are learned as one class.
public struct StructureGroup: Hashable, Sendable {
  /// The class's name.
  public var name: String
  /// The classes of the data set that make it up.
  public var labels: Set<UInt16>

  /// A group from its parts.
  public init(name: String, labels: Set<UInt16>) {
    self.name = name
    self.labels = labels
  }
}

extension TrainingDataset {
  /// The data set with one class for each group of structures, numbered in the groups' order.
  ///
  /// A group counts as contoured in a case only where all of its structures are: elsewhere its voxels
  /// are background of which the loss knows that it may be the group.
  /// - Parameters:
  ///   - groups: The classes; structures in none of them become background.
  ///   - contoured: The classes that were contoured, by the case's name, as the fingerprint has them.
  ///   - name: What the new data set is called.
  /// - Returns: A data set on the same files.
  public func merged(
    into groups: [StructureGroup],
    contoured: [String: Set<UInt16>],
    name: String
  ) -> TrainingDataset {
    var result = self
    result.name = name
    // The new classes are nobody's left and right, whatever the old ones were.
    result.mergedSides = nil
    result.labels = LabelScheme(
      entries: zip(1..., groups).map {
        LabelScheme.Entry(label: UInt16(clamping: $0), name: $1.name)
      }
    )
    result.cases = cases.map { one in
      let known = contoured[one.name] ?? one.contoured ?? []
      var classes: [UInt16: UInt16] = [:]
      for (number, group) in zip(1..., groups) where group.labels.isSubset(of: known) {
        for label in group.labels { classes[label] = UInt16(clamping: number) }
      }
      var merged = one
      merged.contoured = Set(classes.values)
      switch one.labels {
      case .map(let url, let numbers):
        merged.labels = .map(url, classes: numbers.mapValues { classes[$0] ?? 0 })
      case .masks(let masks):
        merged.labels = .masks(
          masks.compactMap { mask in
            classes[mask.label].map { TrainingCase.Mask(file: mask.file, label: $0) }
          }
        )
      }
      return merged
    }
    return result
  }
}
