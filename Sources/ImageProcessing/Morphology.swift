public import Volumes

extension Volume where Scalar == Bool {
  /// The voxels whose center is at most `radius` mm from a voxel of the mask.
  ///
  /// - Parameters:
  ///   - radius: In mm; 0 changes nothing.
  ///   - threads: How many threads work.
  /// - Returns: A mask on the same grid.
  public func dilated(by radius: Double, threads: Int = 1) -> Mask {
    within(radius, of: true, threads: threads)
  }

  /// The voxels whose center is more than `radius` mm from every voxel outside the mask.
  ///
  /// What lies beyond the volume counts as inside, so that a scan's first and last slices stay.
  /// - Parameters:
  ///   - radius: In mm; 0 changes nothing.
  ///   - threads: How many threads work.
  /// - Returns: A mask on the same grid.
  public func eroded(by radius: Double, threads: Int = 1) -> Mask {
    within(radius, of: false, threads: threads).map { !$0 }
  }

  /// Where a voxel equal to `value` is at most `radius` mm away.
  ///
  /// Squared distances are minimized axis by axis, looking no farther than `radius`: exact there.
  private func within(_ radius: Double, of value: Bool, threads: Int) -> Mask {
    guard radius > 0 else { return map { $0 == value } }
    let size = [grid.size.x, grid.size.y, grid.size.z]
    let strides = [1, size[0], size[0] * size[1]]
    var squares: [Float] = voxels.map { $0 == value ? 0 : .infinity }
    for axis in 0..<3 where size[axis] > 1 {
      let reach = Int(min((radius / grid.spacing[axis]).rounded(.down), Double(size[axis] - 1)))
      guard reach > 0 else { continue }
      let steps = (0...reach).map { step in
        let distance = Float(Double(step) * grid.spacing[axis])
        return distance * distance
      }
      minimize(&squares, count: size[axis], width: strides[axis], steps: steps, threads: threads)
    }
    let bound = Float(radius * radius * (1 + 1e-6))
    return Mask(grid: grid, voxels: squares.map { $0 <= bound })
  }

  /// Replaces each element of each line by the least sum of an element and the square of its distance.
  ///
  /// The array consists of blocks of `count` elements, each `width` numbers side by side.
  private func minimize(
    _ squares: inout [Float],
    count: Int,
    width: Int,
    steps: [Float],
    threads: Int
  ) {
    let blocks = squares.count / (count * width)
    squares.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      let shared = SharedPointer(base)
      // Wide blocks are few: cut them into strips so that every thread has work.
      let strip = min(width, 256)
      let strips = (width + strip - 1) / strip
      concurrently(blocks * strips, threads: threads) { tickets in
        let before = ScratchMemory<Float>(repeating: 0, count: count * strip)
        let after = ScratchMemory<Float>(repeating: 0, count: count * strip)
        while let ticket = tickets.next() {
          let (block, part) = ticket.quotientAndRemainder(dividingBy: strips)
          let lanes = min(strip, width - part * strip)
          let first = shared.pointer + block * count * width + part * strip
          for position in 0..<count {
            (before.pointer + position * lanes)
              .update(from: first + position * width, count: lanes)
          }
          after.pointer.update(from: before.pointer, count: count * lanes)
          for (step, square) in steps.enumerated() where step > 0 {
            let shift = step * lanes
            lower(after.pointer, to: before.pointer + shift, plus: square, (count - step) * lanes)
            lower(after.pointer + shift, to: before.pointer, plus: square, (count - step) * lanes)
          }
          for position in 0..<count {
            (first + position * width)
              .update(from: after.pointer + position * lanes, count: lanes)
          }
        }
      }
    }
  }

  @inline(__always) private func lower(
    _ target: UnsafeMutablePointer<Float>,
    to source: UnsafeMutablePointer<Float>,
    plus square: Float,
    _ count: Int
  ) {
    for index in 0..<count {
      let candidate = source[index] + square
      target[index] = candidate < target[index] ? candidate : target[index]
    }
  }
}
