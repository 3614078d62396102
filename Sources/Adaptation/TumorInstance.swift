public import Anatomy
internal import ImageProcessing
public import Volumes

/// One connected tumor of a contour.
public struct TumorInstance: Hashable, Sendable {
  /// Which structure it belongs to, such as 1 for GTVp and 2 for GTVn.
  public let label: UInt16
  /// Its number within its structure, from 1, in the order of first voxels in memory.
  public let number: Int
  /// Its voxels; at least one.
  public let mask: CroppedMask
  /// Of an earlier tumor, how much of its contrast is left in the later scan: about 1 where it looks as
  /// before, about 0 where it looks like its surroundings; `nil` where that is not known.
  public internal(set) var remainingContrast: Double?

  /// A tumor from its parts.
  package init(
    label: UInt16,
    number: Int,
    mask: CroppedMask,
    remainingContrast: Double? = nil
  ) {
    self.label = label
    self.number = number
    self.mask = mask
    self.remainingContrast = remainingContrast
  }

  /// The smallest box around it.
  public var box: VoxelBox { mask.box ?? VoxelBox(i: 0..<0, j: 0..<0, k: 0..<0) }
  /// The number of its voxels.
  public var voxelCount: Int { mask.voxelCount }
  /// Its volume in mm³.
  public var volume: Double { mask.volume }
}

/// The connected tumors of contours, parts being joined through faces.
///
/// Structure after structure in the order given, and within one by their first voxels in memory, as
/// ITK's connected components number them.
/// - Parameter structures: The contours of each structure that is a tumor, with its number.
/// - Returns: One instance a connected part; none where the structures are empty.
/// - Complexity: O(voxels of the boxes).
public func tumorInstances(in structures: [(label: UInt16, mask: CroppedMask)]) -> [TumorInstance] {
  structures.flatMap { structure in
    Components(of: structure.mask).parts(of: structure.mask).enumerated().map {
      TumorInstance(label: structure.label, number: $0 + 1, mask: $1)
    }
  }
}

/// The connected tumors of a label map, structure after structure in the scheme's order.
public func tumorInstances(in contours: LabelMap, scheme: LabelScheme) -> [TumorInstance] {
  tumorInstances(
    in: scheme.entries.map { entry in
      (entry.label, CroppedMask(contours.map { $0 == entry.label }))
    }
  )
}

extension TumorInstance {
  /// The same tumor under another structure's number.
  package func numbered(label: UInt16) -> TumorInstance {
    TumorInstance(
      label: label,
      number: number,
      mask: mask,
      remainingContrast: remainingContrast
    )
  }
}
