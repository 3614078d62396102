public import Volumes

/// Which voxels of a part touch one another.
package enum Connectivity: Hashable, Sendable {
  /// Those that share a face: 6 neighbors.
  case faces
  /// Those of one slice that share a face: 4 neighbors.
  case facesInSlice
  /// Those that share a face, an edge or a corner: 26 neighbors.
  case corners
}

/// The connected parts of a mask (or of what is outside it), by runs of voxels along i.
package struct Components {
  private let size: SIMD3<Int>
  /// For each row `j + size.y · k`, the index of its first run; one more at the end.
  private var rowStarts: [Int]
  private var starts: [Int32] = []
  private var ends: [Int32] = []
  private var parents: [Int] = []

  /// The parts of the voxels that equal `value`.
  package init(of value: Bool, in mask: Mask, connectivity: Connectivity = .faces) {
    self.init(of: mask, connectivity: connectivity) { $0 == value }
  }

  /// The parts of the voxels whose value `belongs`.
  package init<Scalar>(
    of volume: Volume<Scalar>,
    connectivity: Connectivity,
    where belongs: (Scalar) -> Bool
  ) {
    self = volume.withUnsafeVoxels {
      Components(of: $0, size: volume.grid.size, connectivity: connectivity, where: belongs)
    }
  }

  /// The parts of a structure within its box, whose first voxel is (0, 0, 0) here.
  package init(of structure: CroppedMask, connectivity: Connectivity = .faces) {
    let size = structure.box?.size ?? [0, 0, 0]
    self = structure.voxels.withUnsafeBufferPointer {
      Components(of: $0, size: size, connectivity: connectivity) { $0 != 0 }
    }
  }

  /// The parts of voxels in memory order.
  private init<Scalar>(
    of voxels: UnsafeBufferPointer<Scalar>,
    size: SIMD3<Int>,
    connectivity: Connectivity,
    where belongs: (Scalar) -> Bool
  ) {
    self.size = size
    rowStarts = []
    rowStarts.reserveCapacity(size.y * size.z + 1)
    for row in 0..<size.y * size.z {
      rowStarts.append(starts.count)
      appendRuns(
        in: UnsafeBufferPointer(rebasing: voxels[row * size.x..<(row + 1) * size.x]),
        where: belongs
      )
      for earlier in neighbors(of: row, connectivity) {
        connect(
          row,
          rowStarts[earlier]..<rowStarts[earlier + 1],
          reach: connectivity == .corners ? 1 : 0
        )
      }
    }
    rowStarts.append(starts.count)
    for run in parents.indices { parents[run] = root(of: run) }
  }

  /// The rows before a row whose voxels may touch its own.
  private func neighbors(of row: Int, _ connectivity: Connectivity) -> [Int] {
    let (k, j) = row.quotientAndRemainder(dividingBy: size.y)
    var rows = j > 0 ? [row - 1] : []
    guard connectivity != .facesInSlice, k > 0 else { return rows }
    let reach = connectivity == .corners ? 1 : 0
    for other in max(0, j - reach)...min(size.y - 1, j + reach) {
      rows.append(other + size.y * (k - 1))
    }
    return rows
  }

  private mutating func appendRuns<Scalar>(
    in row: UnsafeBufferPointer<Scalar>,
    where belongs: (Scalar) -> Bool
  ) {
    var i = 0
    while i < row.count {
      while i < row.count && !belongs(row[i]) { i += 1 }
      guard i < row.count else { return }
      starts.append(Int32(i))
      while i < row.count && belongs(row[i]) { i += 1 }
      ends.append(Int32(i))
      parents.append(parents.count)
    }
  }

  /// Joins the runs of the row being read with those of an earlier row that they touch: that share
  /// a column, or come within `reach` of it.
  private mutating func connect(_ row: Int, _ others: Range<Int>, reach: Int32) {
    var other = others.lowerBound
    for run in rowStarts[row]..<starts.count {
      while other < others.upperBound && ends[other] + reach <= starts[run] { other += 1 }
      var touching = other
      while touching < others.upperBound && starts[touching] < ends[run] + reach {
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

  /// The parts in the order of their first voxels in memory: their boxes and numbers of voxels.
  package var extents: [(box: VoxelBox, voxelCount: Int)] {
    var boxes: [Int: VoxelBox] = [:]
    for row in 0..<size.y * size.z {
      let (k, j) = row.quotientAndRemainder(dividingBy: size.y)
      for run in rowStarts[row]..<rowStarts[row + 1] {
        let line = VoxelBox(i: Int(starts[run])..<Int(ends[run]), j: j..<j + 1, k: k..<k + 1)
        boxes[parents[run]] = boxes[parents[run]].map { $0.union(line) } ?? line
      }
    }
    let counts = voxelCounts
    // A part's root is its first run.
    return boxes.sorted { $0.key < $1.key }.map { ($0.value, counts[$0.key] ?? 0) }
  }

  /// The parts of the structure that these are components of, in the order of their first voxels in
  /// memory.
  package func parts(of structure: CroppedMask) -> [CroppedMask] {
    guard let outer = structure.box else { return [] }
    let roots = Set(parents).sorted()
    var places: [Int: Int] = [:]
    for (place, root) in roots.enumerated() { places[root] = place }
    let boxes = extents.map(\.box)
    var voxels = boxes.map { [UInt8](repeating: 0, count: $0.count) }
    for row in 0..<size.y * size.z {
      let (k, j) = row.quotientAndRemainder(dividingBy: size.y)
      for run in rowStarts[row]..<rowStarts[row + 1] {
        guard let place = places[parents[run]] else { continue }
        let box = boxes[place]
        let first = ((k - box.k.lowerBound) * box.j.count + (j - box.j.lowerBound)) * box.i.count
        for i in Int(starts[run])..<Int(ends[run]) {
          voxels[place][first + i - box.i.lowerBound] = 1
        }
      }
    }
    return zip(boxes, voxels).map { box, voxels in
      CroppedMask(grid: structure.grid, box: box.shifted(by: outer), voxels: voxels)
    }
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
  package func paint<Scalar>(
    _ value: Scalar,
    into voxels: UnsafeMutableBufferPointer<Scalar>,
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
    let outside = Components(
      of: false,
      in: self,
      connectivity: sliceBySlice ? .facesInSlice : .faces
    )
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
