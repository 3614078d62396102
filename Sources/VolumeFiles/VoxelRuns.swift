internal import Volumes

/// Voxels that follow each other in memory order; a run may go on over the ends of rows.
struct VoxelRun: Sendable {
  // 40 bits of place and 24 of length: half the memory of two whole numbers.
  private let bits: UInt64

  /// The longest run; longer ones are several.
  static let longest = 1 << 24 - 1
  /// The first place that does not fit.
  static let end = 1 << 40

  init(start: Int, count: Int) { bits = UInt64(start) << 24 | UInt64(count) }

  var start: Int { Int(bits >> 24) }
  var count: Int { Int(bits & 0xFF_FFFF) }
}

/// Gathers the runs of each label from pieces of a file's voxels.
struct RunCollector {
  /// The first voxel that is no label, and how many are not.
  private(set) var bad: BadVoxel?
  private var lists: [[VoxelRun]] = []
  private var labels: [UInt16] = []
  private var slots = [Int32](repeating: -1, count: 65536)
  private var position = 0
  private var open: (label: UInt16, start: Int, count: Int) = (0, 0, 0)
  private var runCount = 0
  private var mostRuns = 0
  private let block = UInt16Block()

  /// How many bytes are looked at together.
  private static let blockSize = 512

  /// Forgets what was gathered, and begins with another file's first voxel.
  mutating func start(_ layout: VoxelLayout) {
    for label in labels { slots[Int(label)] = -1 }
    lists.removeAll()
    labels.removeAll()
    bad = nil
    position = 0
    open = (0, 0, 0)
    runCount = 0
    // Twice the voxels' bytes, or a megabyte for small files.
    mostRuns =
      layout.count < VoxelRun.end
      ? max(1 << 17, 2 * layout.byteCount / MemoryLayout<VoxelRun>.size) : 0
  }

  /// The runs by label; `nil` where there were too many to keep.
  mutating func finish() -> [UInt16: [VoxelRun]]? {
    close()
    guard runCount <= mostRuns else { return nil }
    return Dictionary(uniqueKeysWithValues: zip(labels, lists))
  }

  /// Goes through the next voxels: whole numbers of voxels in the file's scalar type.
  mutating func collect(_ bytes: UnsafeRawBufferPointer, _ layout: VoxelLayout) {
    // A stored 0 is background, unless the file's own scaling moves it.
    let zeroIsBackground = layout.rescale.map { $0.intercept == 0 } ?? true
    var offset = 0
    while offset < bytes.count {
      let size = min(Self.blockSize, bytes.count - offset)
      let part = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + size])
      offset += size
      let count = size / layout.scalar.size
      if zeroIsBackground && isZero(part) {
        close()
      } else {
        take(part, count, layout)
      }
      position += count
    }
  }

  /// Takes a block that holds something.
  private mutating func take(_ bytes: UnsafeRawBufferPointer, _ count: Int, _ layout: VoxelLayout) {
    let voxels = block.voxels(count)
    if let found = convert(bytes, layout: layout, to: voxels) {
      bad =
        bad.map { BadVoxel(index: $0.index, count: $0.count + found.count, value: $0.value) }
        ?? BadVoxel(index: position + found.first, count: found.count, value: found.value)
    }
    var index = 0
    while index < count {
      let label = voxels[index]
      let start = index
      repeat { index += 1 } while index < count && voxels[index] == label
      if label == open.label && open.count + index - start <= VoxelRun.longest {
        open.count += index - start
      } else {
        close()
        open = (label, position + start, index - start)
      }
    }
  }

  /// Keeps the run that ends here.
  private mutating func close() {
    defer { open = (0, 0, 0) }
    guard open.label > 0 else { return }
    runCount += 1
    guard runCount <= mostRuns else { return lists.removeAll() }
    var slot = Int(slots[Int(open.label)])
    if slot < 0 {
      slot = labels.count
      slots[Int(open.label)] = Int32(slot)
      labels.append(open.label)
      lists.append([])
    }
    lists[slot].append(VoxelRun(start: open.start, count: open.count))
  }
}

/// Room for one block's labels.
private final class UInt16Block: Sendable {
  // Only the collector that owns the block touches it.
  private nonisolated(unsafe) let memory = UnsafeMutableBufferPointer<UInt16>.allocate(
    capacity: 512
  )

  deinit { memory.deallocate() }

  func voxels(_ count: Int) -> UnsafeMutableBufferPointer<UInt16> {
    UnsafeMutableBufferPointer(rebasing: memory[..<count])
  }
}

/// Whether all bytes are zero; a loop of whole words, which the compiler turns into vectors.
private func isZero(_ bytes: UnsafeRawBufferPointer) -> Bool {
  let words = bytes.count / 8
  var sum: UInt64 = 0
  for word in 0..<words { sum |= bytes.loadUnaligned(fromByteOffset: 8 * word, as: UInt64.self) }
  for offset in (8 * words)..<bytes.count { sum |= UInt64(bytes[offset]) }
  return sum == 0
}

extension CroppedMask {
  /// A structure from its runs, in the smallest box around it.
  init(grid: VoxelGrid, runs: [VoxelRun]) {
    let size = grid.size
    /// Calls `body` with each row's part of each run: first and last i, and the row's number.
    func forEachLine(_ body: (_ first: Int, _ last: Int, _ row: Int) -> Void) {
      for run in runs {
        var row = run.start / size.x
        var first = run.start - row * size.x
        var left = run.count
        while left > 0 {
          let count = min(left, size.x - first)
          body(first, first + count - 1, row)
          left -= count
          first = 0
          row += 1
        }
      }
    }
    var low = SIMD3(Int.max, .max, .max)
    var high = SIMD3(-1, -1, -1)
    forEachLine { first, last, row in
      let k = row / size.y
      let j = row - k * size.y
      low = pointwiseMin(low, SIMD3(first, j, k))
      high = pointwiseMax(high, SIMD3(last, j, k))
    }
    guard high.x >= 0 else {
      self.init(emptyOn: grid)
      return
    }
    let box = VoxelBox(i: low.x..<high.x + 1, j: low.y..<high.y + 1, k: low.z..<high.z + 1)
    var voxels = [UInt8](repeating: 0, count: box.count)
    voxels.withUnsafeMutableBufferPointer { voxels in
      forEachLine { first, last, row in
        let k = row / size.y
        let j = row - k * size.y
        let start = ((k - low.z) * box.j.count + j - low.y) * box.i.count + first - low.x
        voxels[start...(start + last - first)].update(repeating: 1)
      }
    }
    self.init(grid: grid, box: box, voxels: voxels)
  }
}
