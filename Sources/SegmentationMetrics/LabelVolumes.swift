public import Volumes

/// How much of the patient each label of a map covers.
public struct LabelVolumes: Sendable {
  /// The labels the map holds, ascending, without background.
  public let labels: [UInt16]
  private let voxels: [UInt16: Int]
  private let voxelVolume: Double

  /// Counts the voxels of a label map.
  /// - Complexity: O(voxels), spread over all cores.
  public init(_ labelMap: LabelMap) {
    voxels = LabelTable.counting(labelMap, labelMap).nonEmpty.mapValues(\.both)
    labels = voxels.keys.filter { $0 != 0 }.sorted()
    voxelVolume = labelMap.grid.voxelVolume
  }

  /// The number of voxels with a label.
  public func voxelCount(of label: UInt16) -> Int { voxels[label] ?? 0 }

  /// The volume of a label in mm³.
  public func volume(of label: UInt16) -> Double { Double(voxelCount(of: label)) * voxelVolume }

  /// The volume of a label in milliliters (cm³).
  public func volumeInMilliliters(of label: UInt16) -> Double { volume(of: label) / 1000 }
}
