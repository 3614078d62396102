public import Volumes

extension Volume where Scalar == UInt16 {
  /// Sets to background what does not belong to the largest part of some structures together.
  ///
  /// Voxels are connected through faces, edges and corners. Parts that are all as large as the
  /// largest stay, and so does everything of other labels. Beside the map only the structures' runs
  /// of voxels are kept in memory.
  /// - Parameter labels: The labels that count as one structure; 0 is never among them.
  /// - Returns: How many voxels became background.
  /// - SeeAlso: nnU-Net 2.8, `remove_connected_components.py`, which leaves the same voxels.
  @discardableResult
  public mutating func keepLargestComponent(of labels: Set<UInt16>) -> Int {
    var belongs = [Bool](repeating: false, count: 65536)
    for label in labels where label > 0 { belongs[Int(label)] = true }
    let parts = Components(of: self, connectivity: .corners) { belongs[Int($0)] }
    let counts = parts.voxelCounts
    guard let largest = counts.values.max() else { return 0 }
    let removed = counts.filter { $0.value < largest }
    guard !removed.isEmpty else { return 0 }
    withUnsafeMutableVoxels { voxels in
      parts.paint(0, into: voxels) { removed[$0] != nil }
    }
    return removed.values.reduce(0, +)
  }
}
