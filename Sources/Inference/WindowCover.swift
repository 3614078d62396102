/// Few windows that are together trusted with each block of a set.
///
/// The set is cut along one axis into the fewest layers, each layer along another into the fewest
/// rows, each row into the fewest windows; of the six orders of the axes the one with the fewest
/// windows is taken, and windows whose blocks others are trusted with too are left out.
/// - Parameters:
///   - need: the blocks.
///   - known: windows that are known to do; they are taken where they are fewer.
/// - Returns: the windows' starts in the prepared grid's indices, in rising order.
func windows(covering need: BlockMask, orWith known: [[Int]] = []) -> [[Int]] {
  let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
  var covers = orders.map { withoutRedundant(layered(need, axes: $0), need) }
  if !known.isEmpty { covers.append(withoutRedundant(known, need)) }
  let fewest = covers.min { $0.count < $1.count } ?? []
  return fewest.sorted { $0.lexicographicallyPrecedes($1) }
}

/// Layers along the first axis, rows along the second, windows along the third.
private func layered(_ need: BlockMask, axes: [Int]) -> [[Int]] {
  let grid = need.grid
  let counts = grid.counts
  var rest: [[Int]] = []
  for d in 0..<counts[0] {
    for h in 0..<counts[1] {
      for w in 0..<counts[2] where need[d, h, w] { rest.append([d, h, w]) }
    }
  }
  /// Splits blocks along an axis: for each start, the blocks it is the first to be trusted with.
  func split(_ blocks: [[Int]], axis: Int) -> [(start: Int, blocks: [[Int]])] {
    let starts = grid.axes[axis].starts(covering: Set(blocks.map { $0[axis] }).sorted())
    var shares = starts.map { (start: $0, blocks: [[Int]]()) }
    let ranges = starts.map(grid.axes[axis].trusted)
    for block in blocks {
      if let first = ranges.firstIndex(where: { $0.contains(block[axis]) }) {
        shares[first].blocks.append(block)
      }
    }
    return shares
  }
  var result: [[Int]] = []
  for layer in split(rest, axis: axes[0]) {
    for row in split(layer.blocks, axis: axes[1]) {
      for window in split(row.blocks, axis: axes[2]) {
        var start = [0, 0, 0]
        start[axes[0]] = layer.start
        start[axes[1]] = row.start
        start[axes[2]] = window.start
        result.append(start)
      }
    }
  }
  return result
}

/// The windows without those that the others make needless.
private func withoutRedundant(_ starts: [[Int]], _ need: BlockMask) -> [[Int]] {
  let grid = need.grid
  let counts = grid.counts
  var covers = [UInt16](repeating: 0, count: grid.count)
  func forEach(_ start: [Int], _ body: (Int) -> Void) {
    let box = grid.trusted(windowAt: start)
    for d in box[0] {
      for h in box[1] {
        let row = (d * counts[1] + h) * counts[2]
        for w in box[2] where need.isSet[row + w] { body(row + w) }
      }
    }
  }
  for start in starts { forEach(start) { covers[$0] += 1 } }
  return starts.reversed().filter { start in
    var isNeeded = false
    forEach(start) { if covers[$0] == 1 { isNeeded = true } }
    if !isNeeded { forEach(start) { covers[$0] -= 1 } }
    return isNeeded
  }
}
