internal import Anatomy

extension TrainingDataset {
  /// Lets each left structure and its right one count as one class from here on.
  /// - Throws: ``TrainingDatasetError/noSides`` where no structure has a partner on the other side.
  mutating func mergeSides() throws(TrainingDatasetError) {
    guard let (merged, sides) = MergedSides.merging(labels) else {
      throw .noSides(structures: labels.entries.map(\.name))
    }
    let classes = sides.mergedLabels
    labels = merged
    mergedSides = sides
    for number in cases.indices {
      // Where one side was not contoured, its voxels would be taken for background.
      cases[number].contoured = cases[number].contoured.map { contoured in
        Set(
          sides.structures.filter { contoured.contains($0.left) && contoured.contains($0.right) }
            .map(\.label)
        )
      }
      switch cases[number].labels {
      case .map(let url, let old):
        cases[number].labels = .map(url, classes: old.mapValues { classes[$0] ?? 0 })
      case .masks(let masks):
        cases[number].labels = .masks(
          masks.compactMap { mask in
            classes[mask.label].map { TrainingCase.Mask(file: mask.file, label: $0) }
          }
        )
      }
    }
  }

  /// The classes of which only one side has voxels: whether the other is empty nobody knows.
  /// - Parameter count: For each class, how many of its files or numbers have voxels.
  /// - Returns: None where what is absent is known to be empty.
  func halfContoured(_ count: [UInt16: Int]) -> Set<UInt16> {
    guard absence != .empty, let sides = mergedSides else { return [] }
    return Set(sides.structures.filter { $0.hasSides && count[$0.label] == 1 }.map(\.label))
  }
}
