public import Volumes

/// What several observers' contours of one structure come to.
public struct Consensus: Sendable {
  /// The consensus contour.
  public let mask: CroppedMask
  /// For each observer the share of the consensus that the observer includes; `nil` where the
  /// consensus is empty.
  public let sensitivities: [Double?]
  /// For each observer the share of the voxels outside the consensus, over the whole grid, that the
  /// observer leaves out; `nil` where there are none.
  public let specificities: [Double?]
  /// The rounds of estimation, where the method has any.
  public let iterations: Int?
}

/// The voxels that more than half of the observers include.
///
/// Half of the votes is not enough: with an even number of observers a tie stays outside.
/// Sensitivities and specificities are shares of voxels of this consensus.
/// - Throws: ``ConsensusError``.
public func majorityVote(_ masks: [CroppedMask]) throws(ConsensusError) -> Consensus {
  let votes = try VotePatterns(masks)
  func isInside(_ pattern: UInt32) -> Bool { pattern.nonzeroBitCount * 2 > votes.observerCount }
  let inside = votes.count(where: isInside)
  let outside = votes.grid.count - inside
  let bits = (0..<votes.observerCount).map { UInt32(1) << UInt32($0) }
  return Consensus(
    mask: votes.mask(of: Set(votes.counts.keys.filter(isInside))),
    sensitivities: bits.map { bit in
      let hits = votes.count { isInside($0) && $0 & bit != 0 }
      return inside > 0 ? Double(hits) / Double(inside) : nil
    },
    specificities: bits.map { bit in
      let misses = votes.count { !isInside($0) && $0 & bit == 0 }
      return outside > 0 ? Double(misses) / Double(outside) : nil
    },
    iterations: nil
  )
}
