/// Where in a case the voxels of a patch are looked up, row by row.
///
/// For each voxel of the row: the whole voxel below its place along each axis, and how far above.
struct PatchRows {
  /// The number of voxels of a row.
  let width: Int
  private let size: [Int]
  private let matrix: [[Double]]
  private let center: [Double]
  private let field: ElasticField?
  /// D, H and W of the voxel below, one after another.
  private(set) var below: [Int32]
  /// How far above it along D, H and W, from 0 to 1.
  private(set) var share: [Float]

  init(_ variation: SpatialVariation.Draw, at start: [Int], size: [Int]) {
    self.size = size
    width = size[2]
    matrix = variation.matrix
    center = (0..<3).map { Double(start[$0]) + Double(size[$0] - 1) / 2 }
    field = variation.elastic.map { ElasticField($0, size: size) }
    below = [Int32](repeating: 0, count: 3 * width)
    share = [Float](repeating: 0, count: 3 * width)
  }

  /// Places beyond this are as far outside as any: they fit 32 bits with room.
  private static let farthest = 1e6

  /// Finds the places of one row, numbered through the patch.
  mutating func move(to row: Int) {
    let d = Double(row / size[1]) - Double(size[0] - 1) / 2
    let h = Double(row % size[1]) - Double(size[1] - 1) / 2
    let middle = Double(width - 1) / 2
    let (width, matrix, center) = (width, matrix, center)
    below.withUnsafeMutableBufferPointer { below in
      share.withUnsafeMutableBufferPointer { share in
        for axis in 0..<3 {
          let base = center[axis] + matrix[axis][0] * d + matrix[axis][1] * h
          let step = matrix[axis][2]
          let first = axis * width
          for w in 0..<width {
            var place = base + step * (Double(w) - middle)
            if let field {
              let index = row * width + w
              place +=
                matrix[axis][0] * Double(field.displacements[0][index])
                + matrix[axis][1] * Double(field.displacements[1][index])
                + matrix[axis][2] * Double(field.displacements[2][index])
            }
            place = place < -Self.farthest ? -Self.farthest : place
            place = place > Self.farthest ? Self.farthest : place
            // Truncation after a shift above zero: rounding down is a call on older processors.
            let whole = Int32(place + 1_048_576) &- 1_048_576
            below[first + w] = whole
            share[first + w] = Float(place - Double(whole))
          }
        }
      }
    }
  }
}

extension CaseArrays {
  /// One row of a channel, each voxel from its eight neighbors; 0 outside the case.
  func sampleImage(
    _ channel: UnsafePointer<Float>,
    _ rows: borrowing PatchRows,
    into target: UnsafeMutablePointer<Float>
  ) {
    let (depth, height, length) = (size[0], size[1], size[2])
    let width = rows.width
    rows.below.withUnsafeBufferPointer { below in
      rows.share.withUnsafeBufferPointer { share in
        for w in 0..<width {
          let (i, j, k) = (Int(below[w]), Int(below[width &+ w]), Int(below[2 &* width &+ w]))
          let (z, y, x) = (share[w], share[width &+ w], share[2 &* width &+ w])
          var corners = SIMD8<Float>.zero
          if i >= 0 && i &+ 1 < depth && j >= 0 && j &+ 1 < height && k >= 0 && k &+ 1 < length {
            let near = channel + ((i &* height &+ j) &* length &+ k)
            let far = near + height &* length
            corners = SIMD8(
              near[0],
              near[1],
              near[length],
              near[length &+ 1],
              far[0],
              far[1],
              far[length],
              far[length &+ 1]
            )
          } else {
            guard i >= -1 && i < depth && j >= -1 && j < height && k >= -1 && k < length else {
              target[w] = 0
              continue
            }
            for corner in 0..<8 {
              corners[corner] = position(i, j, k, corner).map { channel[$0] } ?? 0
            }
          }
          let front = corners.lowHalf + (corners.highHalf - corners.lowHalf) * z
          let top = front.lowHalf + (front.highHalf - front.lowHalf) * y
          target[w] = top[0] + (top[1] - top[0]) * x
        }
      }
    }
  }

  /// One row of labels: of the eight neighbors' labels the one with the largest weight; of several
  /// with equal weights that of the nearest neighbor, or the smallest.
  func sampleLabels(_ rows: borrowing PatchRows, into target: UnsafeMutablePointer<UInt8>) {
    let (depth, height, length) = (size[0], size[1], size[2])
    let width = rows.width
    rows.below.withUnsafeBufferPointer { below in
      rows.share.withUnsafeBufferPointer { share in
        for w in 0..<width {
          let (i, j, k) = (Int(below[w]), Int(below[width &+ w]), Int(below[2 &* width &+ w]))
          var corners = SIMD8<UInt8>(repeating: Self.outside)
          if i >= 0 && i &+ 1 < depth && j >= 0 && j &+ 1 < height && k >= 0 && k &+ 1 < length {
            let near = labels + ((i &* height &+ j) &* length &+ k)
            let far = near + height &* length
            let first = near[0]
            let difference =
              (first ^ near[1]) | (first ^ near[length]) | (first ^ near[length &+ 1])
              | (first ^ far[0]) | (first ^ far[1]) | (first ^ far[length])
              | (first ^ far[length &+ 1])
            if difference == 0 {
              target[w] = first
              continue
            }
            corners = SIMD8(
              near[0],
              near[1],
              near[length],
              near[length &+ 1],
              far[0],
              far[1],
              far[length],
              far[length &+ 1]
            )
          } else {
            guard i >= -1 && i < depth && j >= -1 && j < height && k >= -1 && k < length else {
              target[w] = Self.outside
              continue
            }
            for corner in 0..<8 {
              corners[corner] = position(i, j, k, corner).map { labels[$0] } ?? Self.outside
            }
          }
          target[w] = winner(
            corners,
            [share[w], share[width &+ w], share[2 &* width &+ w]],
            [i, j, k]
          )
        }
      }
    }
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
  private func winner(_ labels: SIMD8<UInt8>, _ share: SIMD3<Float>, _ below: SIMD3<Int>) -> UInt8 {
    var scores = SIMD8<Float>.zero
    for corner in 0..<8 {
      let z = corner >> 2 == 1 ? share[0] : 1 - share[0]
      let y = corner >> 1 & 1 == 1 ? share[1] : 1 - share[1]
      let x = corner & 1 == 1 ? share[2] : 1 - share[2]
      scores[corner] = 1000 * (z * y * x)
    }
    // `outside` counts as the smallest label, -1.
    func order(_ label: UInt8) -> UInt8 { label &+ 1 }
    func score(_ label: UInt8) -> Float16 {
      var sum: Float = 0
      for corner in 0..<8 where labels[corner] == label { sum += scores[corner] }
      return Float16(sum)
    }
    var best = labels[0]
    var bestScore = score(best)
    for corner in 1..<8 where labels[corner] != best {
      let own = score(labels[corner])
      if own > bestScore || own == bestScore && order(labels[corner]) < order(best) {
        (best, bestScore) = (labels[corner], own)
      }
    }
    // Halves round to the even voxel, as PyTorch's nearest neighbor does.
    var nearest = 0
    for axis in 0..<3 {
      let isAbove = share[axis] > 0.5 || share[axis] == 0.5 && !below[axis].isMultiple(of: 2)
      if isAbove { nearest |= 4 >> axis }
    }
    return score(labels[nearest]) == bestScore ? labels[nearest] : best
  }
}
