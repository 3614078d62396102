/// The prepared grid cut into small blocks: what windows are scheduled by.
///
/// A block is *trusted* to a window when it lies wholly in the window's core, or in what the window
/// holds beyond the core toward the end of the grid. The core is `step` of the window: exactly what
/// nnU-Net's grid of windows of that step guarantees for every voxel, so that a block that some
/// window is trusted with is seen with at least as much around it as there.
public struct BlockGrid: Hashable, Sendable {
  /// The prepared grid `[D, H, W]`.
  public let size: [Int]
  /// The window `[D, H, W]`.
  public let windowSize: [Int]
  let axes: [BlockAxis]

  /// The number of blocks along each axis.
  public var counts: [Int] { axes.map(\.count) }
  /// The number of blocks.
  public var count: Int { counts.reduce(1, *) }

  /// Blocks for windows of a size and step.
  /// - Parameters:
  ///   - size: the prepared grid `[D, H, W]`.
  ///   - windowSize: the window `[D, H, W]`.
  ///   - step: the core as a part of the window, in (0, 1].
  public init(size: [Int], windowSize: [Int], step: Double) {
    self.size = size
    self.windowSize = windowSize
    axes = zip(size, windowSize).map { BlockAxis(size: $0, window: $1, step: step) }
  }

  /// The voxels of a block along an axis.
  public func voxels(axis: Int, block: Int) -> Range<Int> { axes[axis].voxels(block) }

  /// For each voxel of an axis, its block.
  func blocks(axis: Int) -> [Int] { (0..<size[axis]).map { $0 / axes[axis].edge } }

  /// The blocks that a window is trusted with, along each axis.
  public func trusted(windowAt start: [Int]) -> [Range<Int>] {
    (0..<3).map { axes[$0].trusted(start[$0]) }
  }
}

/// One axis of a ``BlockGrid``; windows start in the prepared grid's own indices, below 0 where the
/// grid is smaller than a window.
struct BlockAxis: Hashable, Sendable {
  let size: Int
  let window: Int
  /// The voxels of a block; the last may have fewer.
  let edge: Int
  /// What a window is not trusted with at its lower and upper end.
  let lowerMargin: Int
  let upperMargin: Int
  let lowestStart: Int
  let highestStart: Int

  var count: Int { (size + edge - 1) / edge }

  init(size: Int, window: Int, step: Double) {
    self.size = size
    self.window = window
    // One voxel at least of margin: labels between voxels are interpolated.
    let core = max(1, min(Int((step * Double(window)).rounded()), window - 2))
    // Small blocks fit organs closely; a core of many blocks wastes little by rounding.
    edge = max(1, min(4, core / 12))
    lowerMargin = (window - core) / 2
    upperMargin = window - core - lowerMargin
    lowestStart = size < window ? -((window - size) / 2) : 0
    highestStart = max(lowestStart, size - window)
  }

  func voxels(_ block: Int) -> Range<Int> { block * edge..<min((block + 1) * edge, size) }

  /// The blocks that a window is trusted with.
  func trusted(_ start: Int) -> Range<Int> {
    let lower = start <= lowestStart ? 0 : start + lowerMargin
    let upper = start >= highestStart ? count : (start + window - upperMargin) / edge
    let first = (lower + edge - 1) / edge
    return first..<max(first, upper)
  }

  /// The blocks that a window touches.
  func touched(_ start: Int) -> Range<Int> {
    max(start, 0) / edge..<(min(start + window, size) + edge - 1) / edge
  }

  /// The lowest start that trusts the window with a block's end.
  private func lowestStart(for block: Int) -> Int {
    let start = voxels(block).upperBound - window + upperMargin
    return min(max(start, lowestStart), highestStart)
  }

  /// The highest start that trusts the window with a block's beginning.
  private func highestStart(for block: Int) -> Int {
    max(min(block * edge - lowerMargin, highestStart), lowestStart)
  }

  /// The fewest starts that trust some window with each of these blocks, in rising order.
  ///
  /// Each window is centered on its share of the blocks as far as it may; shares are equal where
  /// that is possible.
  func starts(covering blocks: [Int]) -> [Int] {
    var greedy: [ArraySlice<Int>] = []
    var rest = blocks[...]
    while let first = rest.first {
      let highest = highestStart(for: first)
      let end = rest.firstIndex { lowestStart(for: $0) > highest } ?? rest.endIndex
      // A core holds at least one block, so that each round takes one.
      let share = rest[..<max(end, rest.startIndex + 1)]
      greedy.append(share)
      rest = rest[share.endIndex...]
    }
    let count = greedy.count
    let even = (0..<count).map {
      blocks[$0 * blocks.count / count..<($0 + 1) * blocks.count / count]
    }
    let centered = even.compactMap(centeredStart)
    return centered.count == count ? centered : greedy.compactMap(centeredStart)
  }

  /// The start that centers a window on some blocks; `nil` where none is trusted with all of them.
  private func centeredStart(_ blocks: ArraySlice<Int>) -> Int? {
    guard let first = blocks.first, let last = blocks.last else { return nil }
    let (lowest, highest) = (lowestStart(for: last), highestStart(for: first))
    guard lowest <= highest else { return nil }
    let center = voxels(first).lowerBound + voxels(last).upperBound
    return min(max((center - window) / 2, lowest), highest)
  }
}

/// A set of a grid's blocks.
public struct BlockMask: Hashable, Sendable {
  /// The blocks' grid.
  public let grid: BlockGrid
  /// Whether each block is in the set, `[D][H][W]`.
  public private(set) var isSet: [Bool]

  /// No block.
  public init(on grid: BlockGrid) {
    self.grid = grid
    isSet = [Bool](repeating: false, count: grid.count)
  }

  /// A set from a question about each block's position.
  public init(on grid: BlockGrid, where isSet: (_ d: Int, _ h: Int, _ w: Int) -> Bool) {
    self.grid = grid
    let counts = grid.counts
    var result: [Bool] = []
    result.reserveCapacity(grid.count)
    for d in 0..<counts[0] {
      for h in 0..<counts[1] {
        for w in 0..<counts[2] { result.append(isSet(d, h, w)) }
      }
    }
    self.isSet = result
  }

  /// Whether there is no block.
  public var isEmpty: Bool { !isSet.contains(true) }
  /// The number of blocks.
  public var count: Int { isSet.count { $0 } }

  /// The smallest box around the blocks; `nil` where there is none.
  public var boundingBox: [Range<Int>]? {
    let counts = grid.counts
    var box: [Range<Int>]?
    for (index, isIn) in isSet.enumerated() where isIn {
      let block = [index / (counts[1] * counts[2]), index / counts[2] % counts[1], index % counts[2]]
      box =
        box.map { box in
          (0..<3).map {
            min(box[$0].lowerBound, block[$0])..<max(box[$0].upperBound, block[$0] + 1)
          }
        } ?? block.map { $0..<$0 + 1 }
    }
    return box
  }

  /// Whether a block is in the set.
  public subscript(d: Int, h: Int, w: Int) -> Bool {
    isSet[(d * grid.counts[1] + h) * grid.counts[2] + w]
  }

  /// Adds the blocks of another set.
  public mutating func formUnion(_ other: BlockMask) {
    for index in isSet.indices where other.isSet[index] { isSet[index] = true }
  }

  /// Takes the blocks of another set away.
  public mutating func subtract(_ other: BlockMask) {
    for index in isSet.indices where other.isSet[index] { isSet[index] = false }
  }

  /// Whether both have a block.
  public func intersects(_ other: BlockMask) -> Bool {
    zip(isSet, other.isSet).contains { $0 && $1 }
  }

  /// Adds or removes the blocks of a box.
  public mutating func set(_ box: [Range<Int>], to value: Bool = true) {
    let counts = grid.counts
    for d in box[0] {
      for h in box[1] {
        let row = (d * counts[1] + h) * counts[2]
        for w in box[2] { isSet[row + w] = value }
      }
    }
  }

  /// Whether a box holds a block of the set.
  public func contains(anyIn box: [Range<Int>]) -> Bool {
    let counts = grid.counts
    for d in box[0] {
      for h in box[1] {
        let row = (d * counts[1] + h) * counts[2]
        if isSet[row + box[2].lowerBound..<row + box[2].upperBound].contains(true) { return true }
      }
    }
    return false
  }
}
