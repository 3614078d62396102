public import Volumes

/// The connected parts of a mask (or of what is outside it), by runs of voxels along i.
///
/// Two voxels are connected where they share a face; within a slice only, where `acrossSlices` is
/// false.
package struct Components {
  private let size: SIMD3<Int>
  /// For each row `j + size.y · k`, the index of its first run; one more at the end.
  private var rowStarts: [Int]
  private var starts: [Int32] = []
  private var ends: [Int32] = []
  private var parents: [Int] = []

  /// The parts of the voxels that equal `value`.
  package init(of value: Bool, in mask: Mask, acrossSlices: Bool = true) {
    size = mask.grid.size
    rowStarts = []
    rowStarts.reserveCapacity(size.y * size.z + 1)
    mask.withUnsafeVoxels { voxels in
      for row in 0..<size.y * size.z {
        rowStarts.append(starts.count)
        appendRuns(
          of: value,
          in: UnsafeBufferPointer(rebasing: voxels[row * size.x..<(row + 1) * size.x])
        )
        if row % size.y > 0 { connect(row, rowStarts[row - 1]..<rowStarts[row]) }
        if acrossSlices && row >= size.y {
          connect(row, rowStarts[row - size.y]..<rowStarts[row - size.y + 1])
        }
      }
    }
    rowStarts.append(starts.count)
    for run in parents.indices { parents[run] = root(of: run) }
  }

  private mutating func appendRuns(of value: Bool, in row: UnsafeBufferPointer<Bool>) {
    var i = 0
    while i < row.count {
      while i < row.count && row[i] != value { i += 1 }
      guard i < row.count else { return }
      starts.append(Int32(i))
      while i < row.count && row[i] == value { i += 1 }
      ends.append(Int32(i))
      parents.append(parents.count)
    }
  }

  /// Joins the runs of the row being read with those of an earlier row that they touch.
  private mutating func connect(_ row: Int, _ others: Range<Int>) {
    var other = others.lowerBound
    for run in rowStarts[row]..<starts.count {
      while other < others.upperBound && ends[other] <= starts[run] { other += 1 }
      var touching = other
      while touching < others.upperBound && starts[touching] < ends[run] {
        join(run, touching)
        touching += 1
      }
    }
  }

  private mutating func join(_ a: Int, _ b: Int) {
    let first = root(of: a)
    let second = root(of: b)
    parents[max(first, second)] = min(first, second)
  }

  private mutating func root(of run: Int) -> Int {
    var current = run
    while parents[current] != current {
      parents[current] = parents[parents[current]]
      current = parents[current]
    }
    return current
  }

  /// The parts as their root runs with their numbers of voxels.
  package var voxelCounts: [Int: Int] {
    var counts: [Int: Int] = [:]
    for run in parents.indices {
      counts[parents[run], default: 0] += Int(ends[run] - starts[run])
    }
    return counts
  }

  /// The parts that reach the outermost voxels: of the volume, or of their slice in plane only.
  package func touchingBorder(inPlaneOnly: Bool) -> Set<Int> {
    var found: Set<Int> = []
    for row in 0..<size.y * size.z {
      let (k, j) = row.quotientAndRemainder(dividingBy: size.y)
      let isBorderRow =
        j == 0 || j == size.y - 1 || (!inPlaneOnly && (k == 0 || k == size.z - 1))
      for run in rowStarts[row]..<rowStarts[row + 1]
      where isBorderRow || starts[run] == 0 || ends[run] == Int32(size.x) {
        found.insert(parents[run])
      }
    }
    return found
  }

  /// Calls `body` with each run of voxels: its part's root, its row `j + size.y · k`, and where along i.
  package func forEachRun(_ body: (_ part: Int, _ row: Int, _ columns: Range<Int>) -> Void) {
    for row in 0..<size.y * size.z {
      for run in rowStarts[row]..<rowStarts[row + 1] {
        body(parents[run], row, Int(starts[run])..<Int(ends[run]))
      }
    }
  }

  /// Sets the voxels of the chosen parts.
  package func paint(
    _ value: Bool,
    into voxels: UnsafeMutableBufferPointer<Bool>,
    where isChosen: (Int) -> Bool
  ) {
    for row in 0..<size.y * size.z {
      for run in rowStarts[row]..<rowStarts[row + 1] where isChosen(parents[run]) {
        for i in Int(starts[run])..<Int(ends[run]) { voxels[row * size.x + i] = value }
      }
    }
  }
}

extension Volume where Scalar == Bool {
  /// The mask with every hole filled: outside voxels that no path through faces joins to the border.
  ///
  /// - Parameter sliceBySlice: Whether holes are looked for in each slice on its own, so that a
  ///   channel that leaves the volume through the first or last slice is a hole too.
  /// - Returns: A mask on the same grid.
  /// - SeeAlso: SciPy's `binary_fill_holes`, which gives the same.
  public func fillingHoles(sliceBySlice: Bool = false) -> Mask {
    let outside = Components(of: false, in: self, acrossSlices: !sliceBySlice)
    let open = outside.touchingBorder(inPlaneOnly: sliceBySlice)
    var filled = self
    filled.withUnsafeMutableVoxels { voxels in
      outside.paint(true, into: voxels) { !open.contains($0) }
    }
    return filled
  }

  /// The part with the most voxels, parts being joined through faces.
  ///
  /// Of two equal parts the one that is met first in memory; the empty mask stays empty.
  public func largestComponent() -> Mask {
    let parts = Components(of: true, in: self)
    var largest: (root: Int, count: Int) = (-1, 0)
    for (root, count) in parts.voxelCounts
    where count > largest.count || (count == largest.count && root < largest.root) {
      largest = (root, count)
    }
    var result = Mask(repeating: false, grid: grid)
    result.withUnsafeMutableVoxels { voxels in
      parts.paint(true, into: voxels) { $0 == largest.root }
    }
    return result
  }
}
