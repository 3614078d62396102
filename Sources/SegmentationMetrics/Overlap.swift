public import Volumes

/// How two masks of one structure overlap: the voxel counts, and what follows from them.
public struct Overlap: Hashable, Sendable {
  private let counts: OverlapCounts
  /// The volume of one voxel in mm³.
  public let voxelVolume: Double

  /// Counts the voxels of two masks of one grid.
  /// - Throws: ``GridMismatch`` where the masks do not lie on one grid.
  /// - Complexity: O(voxels of the box that both share).
  public init(reference: CroppedMask, prediction: CroppedMask) throws(GridMismatch) {
    try reference.grid.requireMatch(prediction.grid)
    counts = OverlapCounts(
      both: commonVoxelCount(reference, prediction),
      inReference: reference.voxelCount,
      inPrediction: prediction.voxelCount
    )
    let spacing = reference.grid.boundedSpacing
    voxelVolume = spacing.x * spacing.y * spacing.z
  }

  /// `2 |R ∩ P| / (|R| + |P|)`, 0 to 1; `nil` where both masks are empty.
  public var dice: Double? { counts.dice }

  /// `|R ∩ P| / |R ∪ P|`, 0 to 1; `nil` where both masks are empty.
  public var jaccard: Double? {
    let union = counts.inReference + counts.inPrediction - counts.both
    return union == 0 ? nil : Double(counts.both) / Double(union)
  }

  /// The reference's volume in mm³.
  public var referenceVolume: Double { Double(counts.inReference) * voxelVolume }

  /// The prediction's volume in mm³.
  public var predictionVolume: Double { Double(counts.inPrediction) * voxelVolume }

  /// Prediction minus reference, in mm³.
  public var volumeDifference: Double {
    Double(counts.inPrediction - counts.inReference) * voxelVolume
  }

  /// Prediction minus reference, in percent of the reference; `nil` where the reference is empty.
  public var relativeVolumeDifference: Double? {
    guard counts.inReference > 0 else { return nil }
    return 100 * Double(counts.inPrediction - counts.inReference) / Double(counts.inReference)
  }

  /// The volume in mm³ that both masks hold.
  public var truePositiveVolume: Double { Double(counts.both) * voxelVolume }

  /// The volume in mm³ that only the prediction holds.
  public var falsePositiveVolume: Double {
    Double(counts.inPrediction - counts.both) * voxelVolume
  }

  /// The volume in mm³ that only the reference holds.
  public var falseNegativeVolume: Double {
    Double(counts.inReference - counts.both) * voxelVolume
  }
}

/// The number of voxels that two masks of one grid share.
private func commonVoxelCount(_ a: CroppedMask, _ b: CroppedMask) -> Int {
  guard let first = a.box, let second = b.box else { return 0 }
  let (i, j, k) = (
    first.i.clamped(to: second.i), first.j.clamped(to: second.j), first.k.clamped(to: second.k)
  )
  func start(_ box: VoxelBox, _ j: Int, _ k: Int) -> Int {
    let row = (k - box.k.lowerBound) * box.j.count + (j - box.j.lowerBound)
    return row * box.i.count + (i.lowerBound - box.i.lowerBound)
  }
  guard !i.isEmpty, !j.isEmpty, !k.isEmpty else { return 0 }
  var count = 0
  a.voxels.withUnsafeBufferPointer { left in
    b.voxels.withUnsafeBufferPointer { right in
      guard let left = left.baseAddress, let right = right.baseAddress else { return }
      for k in k {
        for j in j {
          let (p, q) = (left + start(first, j, k), right + start(second, j, k))
          for offset in 0..<i.count { count &+= Int(min(p[offset], 1) & min(q[offset], 1)) }
        }
      }
    }
  }
  return count
}
