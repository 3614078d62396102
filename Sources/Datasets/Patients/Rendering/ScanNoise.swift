import Randomness
import Volumes
import ImageProcessing

/// White noise of a slice: normal numbers that depend on seed and slice alone.
struct SliceNoise {
  private let seed: UInt64

  init(seed: UInt64, slice: Int, name: String) {
    var generator = SeededGenerator(seed: seed, stream: name)
    self.seed = SeededGenerator.mixed(
      generator.next() ^ UInt64(truncatingIfNeeded: slice) &* 0x9E37_79B9_7F4A_7C15
    )
  }

  /// Fills memory with numbers of mean 0 and deviation 1, from the sum of four uniform ones.
  func fill(_ target: UnsafeMutablePointer<Float>, count: Int) {
    var state = seed
    for index in 0..<count {
      state &+= 0x9E37_79B9_7F4A_7C15
      let bits = SeededGenerator.mixed(state)
      let sum =
        Int32(bits & 0xFFFF) &+ Int32((bits >> 16) & 0xFFFF) &+ Int32((bits >> 32) & 0xFFFF)
        &+ Int32(bits >> 48)
      target[index] = Float(sum &- 131_070) * 2.643e-5
    }
  }
}

/// Blurs a plane in place along i and j with the weights (1, 2, 1) / 4.
func blurPlane(
  _ plane: UnsafeMutablePointer<Float>,
  _ scratch: UnsafeMutablePointer<Float>,
  width: Int,
  height: Int
) {
  for j in 0..<height {
    let row = plane + j * width
    var before = row[0]
    for i in 0..<width {
      let here = row[i]
      let after = i + 1 < width ? row[i + 1] : here
      row[i] = 0.25 * before + 0.5 * here + 0.25 * after
      before = here
    }
  }
  scratch.update(from: plane, count: width * height)
  for j in 0..<height {
    let (up, down) = (max(j - 1, 0) * width, min(j + 1, height - 1) * width)
    let row = j * width
    for i in 0..<width {
      plane[row + i] = 0.25 * scratch[up + i] + 0.5 * scratch[row + i] + 0.25 * scratch[down + i]
    }
  }
}
