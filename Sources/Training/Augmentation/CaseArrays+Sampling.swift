extension CaseArrays {
  /// One row of a channel, each voxel from its eight neighbors; 0 outside the case.
  func sampleImage(
    _ channel: UnsafePointer<Float>,
    _ rows: borrowing PatchRows,
    into target: UnsafeMutablePointer<Float>
  ) {
    let (width, below, share, offsets) = (rows.width, rows.below, rows.share, rows.offsets)
    let (line, plane) = (size[2], size[1] * size[2])
    for w in 0..<width {
      let (z, y, x) = (share[w], share[width &+ w], share[2 &* width &+ w])
      let offset = Int(offsets[w])
      var corners: SIMD8<Float>
      if offset >= 0 {
        let near = channel + offset
        let far = near + plane
        corners = SIMD8(
          near[0],
          near[1],
          near[line],
          near[line &+ 1],
          far[0],
          far[1],
          far[line],
          far[line &+ 1]
        )
      } else {
        let (i, j, k) = (Int(below[w]), Int(below[width &+ w]), Int(below[2 &* width &+ w]))
        guard touches(i, j, k) else {
          target[w] = 0
          continue
        }
        corners = .zero
        for corner in 0..<8 {
          corners[corner] = position(i, j, k, corner).map { channel[$0] } ?? 0
        }
      }
      let front = corners.lowHalf + (corners.highHalf - corners.lowHalf) * z
      let top = front.lowHalf + (front.highHalf - front.lowHalf) * y
      target[w] = top[0] + (top[1] - top[0]) * x
    }
  }

  /// One row of labels: of the eight neighbors' labels the one with the largest weight; of several
  /// with equal weights that of the nearest neighbor, or the smallest.
  func sampleLabels(_ rows: borrowing PatchRows, into target: UnsafeMutablePointer<UInt8>) {
    let (width, below, share, offsets) = (rows.width, rows.below, rows.share, rows.offsets)
    let (line, plane) = (size[2], size[1] * size[2])
    let pairs = UnsafeRawPointer(labels)
    for w in 0..<width {
      let offset = Int(offsets[w])
      var corners = SIMD8<UInt8>(repeating: Self.outside)
      if offset >= 0 {
        let near = pairs + offset
        let first = near.loadUnaligned(as: UInt16.self)
        let second = (near + line).loadUnaligned(as: UInt16.self)
        let third = (near + plane).loadUnaligned(as: UInt16.self)
        let fourth = (near + plane + line).loadUnaligned(as: UInt16.self)
        // Inside a structure all eight are one label: most voxels end here.
        if (first ^ second) | (first ^ third) | (first ^ fourth) | (first ^ first.byteSwapped) == 0
        {
          target[w] = UInt8(truncatingIfNeeded: first)
          continue
        }
        let all = SIMD4(first, second, third, fourth)
        corners = unsafeBitCast(all, to: SIMD8<UInt8>.self)
      } else {
        let (i, j, k) = (Int(below[w]), Int(below[width &+ w]), Int(below[2 &* width &+ w]))
        guard touches(i, j, k) else {
          target[w] = Self.outside
          continue
        }
        for corner in 0..<8 {
          corners[corner] = position(i, j, k, corner).map { labels[$0] } ?? Self.outside
        }
      }
      target[w] = winner(
        corners,
        SIMD3(share[w], share[width &+ w], share[2 &* width &+ w]),
        SIMD3(below[w], below[width &+ w], below[2 &* width &+ w])
      )
    }
  }

  /// Whether one of the eight neighbors lies in the case.
  @inline(__always) private func touches(_ i: Int, _ j: Int, _ k: Int) -> Bool {
    i >= -1 && i < size[0] && j >= -1 && j < size[1] && k >= -1 && k < size[2]
  }

  /// Where one of the eight neighbors lies in memory; bits 4, 2 and 1 of its number stand for D, H
  /// and W.
  private func position(_ i: Int, _ j: Int, _ k: Int, _ corner: Int) -> Int? {
    let (d, h, w) = (i + (corner >> 2), j + (corner >> 1 & 1), k + (corner & 1))
    guard d >= 0, d < size[0], h >= 0, h < size[1], w >= 0, w < size[2] else { return nil }
    return (d * size[1] + h) * size[2] + w
  }

  /// The label with the highest score; scores are rounded to half precision as batchgeneratorsv2
  /// does, which makes ties of what is nearly one.
  private func winner(
    _ labels: SIMD8<UInt8>,
    _ share: SIMD3<Float>,
    _ below: SIMD3<Int32>
  ) -> UInt8 {
    let (z, y, x) = (share[0], share[1], share[2])
    let inPlane = SIMD4<Float>((1 - y) * (1 - x), (1 - y) * x, y * (1 - x), y * x) * 1000
    let weights = SIMD8<Float>(lowHalf: inPlane * (1 - z), highHalf: inPlane * z)
    func score(_ label: UInt8) -> Float {
      var sum: Float = 0
      for corner in 0..<8 where labels[corner] == label { sum += weights[corner] }
      // Veltkamp's split: the upper 11 of 24 bits.
      let scaled = sum * 8193
      return scaled - (scaled - sum)
    }
    // `outside` counts as the smallest label, -1.
    func order(_ label: UInt8) -> UInt8 { label &+ 1 }
    var best = labels[0]
    var bestScore = score(best)
    var last = best
    for corner in 1..<8 where labels[corner] != best && labels[corner] != last {
      last = labels[corner]
      let own = score(last)
      if own > bestScore || own == bestScore && order(last) < order(best) {
        (best, bestScore) = (last, own)
      }
    }
    // Halves round to the even voxel, as PyTorch's nearest neighbor does.
    var nearest = 0
    for axis in 0..<3 {
      let isAbove = share[axis] > 0.5 || share[axis] == 0.5 && below[axis] & 1 == 1
      if isAbove { nearest |= 4 >> axis }
    }
    let near = labels[nearest]
    return near == best || score(near) == bestScore ? near : best
  }
}
