internal import ImageProcessing
public import Volumes

/// One connected tumor of a prior contour.
public struct TumorInstance: Hashable, Sendable {
  /// Which structure it belongs to, such as 1 for GTVp and 2 for GTVn.
  public let label: UInt16
  /// Its number within its structure, from 1, in the order of first voxels in memory.
  public let number: Int
  /// The smallest box around it.
  public let box: VoxelBox
  /// The number of its voxels.
  public let voxelCount: Int
  /// Its volume in mm³.
  public let volume: Double

  /// An instance from its parts.
  public init(label: UInt16, number: Int, box: VoxelBox, voxelCount: Int, volume: Double) {
    self.label = label
    self.number = number
    self.box = box
    self.voxelCount = voxelCount
    self.volume = volume
  }
}

/// The connected tumors of prior contours, parts being joined through faces.
///
/// Structure after structure in the order given, and within one by their first voxels in memory, as
/// ITK's connected components number them.
/// - Parameter structures: The prior contours of each structure that is a tumor, with its number.
/// - Returns: One instance a connected part; none where the structures are empty.
/// - Complexity: O(voxels of the boxes).
public func tumorInstances(in structures: [(label: UInt16, mask: CroppedMask)]) -> [TumorInstance] {
  structures.flatMap { structure in
    guard let outer = structure.mask.box else { return [TumorInstance]() }
    return Components(of: structure.mask).extents.enumerated().map { index, part in
      TumorInstance(
        label: structure.label,
        number: index + 1,
        box: VoxelBox(
          i: part.box.i.shifted(by: outer.i.lowerBound),
          j: part.box.j.shifted(by: outer.j.lowerBound),
          k: part.box.k.shifted(by: outer.k.lowerBound)
        ),
        voxelCount: part.voxelCount,
        volume: Double(part.voxelCount) * structure.mask.grid.voxelVolume
      )
    }
  }
}

extension Range<Int> {
  fileprivate func shifted(by offset: Int) -> Range<Int> {
    lowerBound + offset..<upperBound + offset
  }
}
