internal import ImageProcessing
public import Volumes

/// What planning needs to know of one case.
public struct CaseFingerprint: Sendable {
  /// The spacing of the file's array axes k, j, i in mm.
  public let spacing: [Double]
  /// The size along k, j, i of the box around what is not zero.
  public let shape: [Int]
  /// The box's share of the scan's voxels.
  public let relativeSize: Double
  /// The array axis (0 is k, 2 is i) that runs from one side of the patient to the other.
  public let sideAxis: Int
  /// How many voxels each class has, from class 1.
  public let voxelCounts: [Int]
  let intensities: [IntensityDistribution]

  /// The fingerprint of a case's channels and classes, which lie on one grid.
  /// - Parameters:
  ///   - channels: The scans, at least one.
  ///   - labels: The class of each voxel; those above 0 are foreground.
  ///   - classCount: How many classes there are without background.
  /// - Throws: ``FingerprintError`` where grids differ, every voxel is zero, or one is no number.
  public init(
    channels: [Volume<Float>],
    labels: LabelMap,
    classCount: Int
  ) throws(FingerprintError) {
    let grid = labels.grid
    var box: VoxelBox?
    for (number, channel) in channels.enumerated() {
      guard grid.matches(channel.grid) else {
        throw .gridMismatch(GridMismatch(expected: grid, found: channel.grid))
      }
      let census = IntensityCensus(of: channel, threads: 1)
      guard census.nonfiniteCount == 0 else {
        throw .notFinite(channel: number, count: census.nonfiniteCount)
      }
      if let own = census.nonzeroBox { box = box.map { $0.union(own) } ?? own }
    }
    guard let box else { throw .emptyScan }
    spacing = grid.arraySpacing
    shape = [box.k.count, box.j.count, box.i.count]
    relativeSize = Double(box.count) / Double(grid.count)
    sideAxis = 2 - (grid.patientAxes.firstIndex { $0.patientAxis == 0 } ?? 0)
    var counts = [Int](repeating: 0, count: classCount)
    var foreground: [Int] = []
    labels.withUnsafeVoxels { labels in
      for index in labels.indices where labels[index] != 0 {
        foreground.append(index)
        let label = Int(labels[index]) - 1
        if label < classCount { counts[label] += 1 }
      }
    }
    voxelCounts = counts
    intensities = channels.map { channel in
      channel.withUnsafeVoxels { voxels in
        IntensityDistribution(of: foreground.map { voxels[$0] })
      }
    }
  }
}

/// Why a fingerprint could not be taken.
public enum FingerprintError: Error, Hashable {
  /// A scan does not lie on the contours' grid.
  case gridMismatch(GridMismatch)
  /// Voxels of a channel are NaN or infinite.
  case notFinite(channel: Int, count: Int)
  /// Every voxel of every channel is zero.
  case emptyScan
  /// No voxel of any case belongs to a structure.
  case noForeground
}

extension FingerprintError: CustomStringConvertible {
  /// One sentence: what, and what was expected.
  public var description: String {
    switch self {
    case .gridMismatch(let mismatch):
      "Fingerprint: a scan does not lie on the contours' grid: \(mismatch)"
    case .notFinite(let channel, let count):
      "Fingerprint: \(count) voxels of channel \(channel) are NaN or infinite; all must be finite."
    case .emptyScan:
      "Fingerprint: every voxel of the scan is zero; there is nothing to learn from."
    case .noForeground:
      "Fingerprint: no voxel of any case belongs to a structure; there is nothing to learn."
    }
  }
}
