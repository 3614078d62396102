extension Volume<UInt16> {
  /// Calls `body` with each unbroken run of one label along i, background left out, in memory order.
  /// - Complexity: O(voxels).
  package func forEachRun(_ body: (_ label: UInt16, _ i: Range<Int>, _ j: Int, _ k: Int) -> Void) {
    let size = grid.size
    withUnsafeVoxels { voxels in
      for k in 0..<size.z {
        for j in 0..<size.y {
          let row = size.x * (j + size.y * k)
          var i = 0
          while i < size.x {
            let label = voxels[row + i]
            let first = i
            while i < size.x, voxels[row + i] == label { i += 1 }
            if label != 0 { body(label, first..<i, j, k) }
          }
        }
      }
    }
  }
}
