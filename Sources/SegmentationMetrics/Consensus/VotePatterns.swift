public import Volumes

/// How several observers voted on one structure: which of them include a voxel.
///
/// Voxels with the same votes are alike to every consensus, so the votes' patterns are counted once;
/// the box around all contours is walked, and outside it every observer says no. A pattern is a
/// number whose bit `r` is observer `r`'s vote.
public struct VotePatterns: Sendable {
  /// The most observers: one bit each.
  public static let mostObservers = 32

  /// Where the voxels lie in the patient.
  public let grid: VoxelGrid
  /// The number of observers.
  public let observerCount: Int
  /// The number of voxels of the whole grid with each pattern that occurs.
  public let counts: [UInt32: Int]
  private let masks: [CroppedMask]
  private let box: VoxelBox?

  /// Counts the votes of observers, one contour each.
  /// - Throws: ``ConsensusError``.
  /// - Complexity: O(observers × voxels of the box around all contours).
  public init(_ masks: [CroppedMask]) throws(ConsensusError) {
    guard masks.count >= 2 else { throw .tooFewObservers(found: masks.count) }
    guard masks.count <= Self.mostObservers else {
      throw .tooManyObservers(found: masks.count, most: Self.mostObservers)
    }
    let grid = masks[0].grid
    for (place, mask) in masks.enumerated() where !mask.grid.matches(grid) {
      throw .gridMismatch(observer: place + 1, GridMismatch(expected: grid, found: mask.grid))
    }
    self.grid = grid
    self.masks = masks
    observerCount = masks.count
    let box = masks.compactMap(\.box).reduce(nil as VoxelBox?) { $0?.union($1) ?? $1 }
    self.box = box
    var counts: [UInt32: Int] = [:]
    if let box {
      walkRows(of: masks, in: box) { _, votes in
        var start = 0
        while start < votes.count {
          // Runs of one pattern: a row costs a few look-ups.
          var end = start + 1
          while end < votes.count && votes[end] == votes[start] { end += 1 }
          counts[votes[start], default: 0] += end - start
          start = end
        }
      }
    }
    let outside = grid.count - (box?.count ?? 0)
    if outside > 0 { counts[0, default: 0] += outside }
    self.counts = counts
  }

  /// The number of voxels where a consensus and an observer's vote are such.
  func count(where condition: (UInt32) -> Bool) -> Int {
    counts.reduce(0) { $0 + (condition($1.key) ? $1.value : 0) }
  }

  /// The voxels whose pattern a consensus includes.
  /// - Precondition: The pattern without votes is not included.
  func mask(of patterns: Set<UInt32>) -> CroppedMask {
    precondition(!patterns.contains(0), "a consensus with a vote for each voxel")
    guard let box, !patterns.isEmpty else { return CroppedMask(emptyOn: grid) }
    var voxels = Array(repeating: UInt8(0), count: box.count)
    let width = box.i.count
    walkRows(of: masks, in: box) { row, votes in
      var last: UInt32 = 0
      var isInside = false
      for (place, pattern) in votes.enumerated() {
        if pattern != last {
          last = pattern
          isInside = patterns.contains(pattern)
        }
        if isInside { voxels[row * width + place] = 1 }
      }
    }
    return CroppedMask(grid: grid, box: box, voxels: voxels)
  }

  /// The votes on one voxel; outside the grid there are none.
  func pattern(i: Int, j: Int, k: Int) -> UInt32 {
    masks.enumerated().reduce(0) { pattern, mask in
      mask.element[i, j, k] ? pattern | 1 << UInt32(mask.offset) : pattern
    }
  }
}

/// Calls `body` with each row of a box, numbered from 0, and the votes along it.
private func walkRows(
  of masks: [CroppedMask],
  in box: VoxelBox,
  _ body: (_ row: Int, _ votes: [UInt32]) -> Void
) {
  var votes = Array(repeating: UInt32(0), count: box.i.count)
  var row = 0
  for k in box.k {
    for j in box.j {
      for index in votes.indices { votes[index] = 0 }
      for (observer, mask) in masks.enumerated() {
        guard let own = mask.box, own.j.contains(j), own.k.contains(k) else { continue }
        let source =
          ((k - own.k.lowerBound) * own.j.count + (j - own.j.lowerBound)) * own.i.count
        let target = own.i.lowerBound - box.i.lowerBound
        mask.voxels.withUnsafeBufferPointer { voxels in
          for offset in 0..<own.i.count where voxels[source + offset] != 0 {
            votes[target + offset] |= 1 << UInt32(observer)
          }
        }
      }
      body(row, votes)
      row += 1
    }
  }
}
