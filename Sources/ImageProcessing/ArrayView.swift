/// How one intensity becomes another: `(clamp(v, lower, upper) - shift) / divisor` in single precision,
/// rounded after each step as NumPy does with `float32` arrays.
package struct IntensityTransform: Hashable, Sendable {
  package var lower: Float
  package var upper: Float
  package var shift: Float
  package var divisor: Float

  package init(
    lower: Float = -.infinity,
    upper: Float = .infinity,
    shift: Float = 0,
    divisor: Float = 1
  ) {
    self.lower = lower
    self.upper = upper
    self.shift = shift
    self.divisor = divisor
  }

  /// Every intensity as it is.
  package static let identity = IntensityTransform()

  /// The transformed intensity.
  @inline(__always) package func callAsFunction(_ value: Float) -> Float {
    let low = value < lower ? lower : value
    return ((low > upper ? upper : low) - shift) / divisor
  }
}

/// Voxels seen as a three-dimensional array with axes in any order, cropped, and with their
/// intensities transformed while they are read: nothing is copied.
///
/// The pointers must outlive the view.
package struct ArrayView: @unchecked Sendable {
  /// The voxel at index (0, 0, 0) of the view.
  package let base: UnsafePointer<Float>
  /// Where intensities are transformed, laid out like the voxels; everywhere where `nil`.
  package let mask: UnsafePointer<Bool>?
  /// The number of elements along the three axes.
  package let size: [Int]
  /// How far apart neighbors along the three axes are in memory.
  package let strides: [Int]
  /// Applied to what is read.
  package let transform: IntensityTransform

  package init(
    base: UnsafePointer<Float>,
    mask: UnsafePointer<Bool>? = nil,
    size: [Int],
    strides: [Int],
    transform: IntensityTransform = .identity
  ) {
    self.base = base
    self.mask = mask
    self.size = size
    self.strides = strides
    self.transform = transform
  }

  /// A whole C-order array.
  package init(_ base: UnsafePointer<Float>, size: [Int]) {
    self.init(base: base, size: size, strides: [size[1] * size[2], size[2], 1])
  }

  /// The view with its axes in another order: axis `n` of the result is axis `axes[n]` of this one.
  package func permuted(_ axes: [Int]) -> ArrayView {
    ArrayView(
      base: base,
      mask: mask,
      size: axes.map { size[$0] },
      strides: axes.map { strides[$0] },
      transform: transform
    )
  }

  /// The view with another transform of its intensities.
  package func applying(_ transform: IntensityTransform) -> ArrayView {
    ArrayView(base: base, mask: mask, size: size, strides: strides, transform: transform)
  }

  /// Writes the transformed values as a C-order array.
  package func copy(into target: UnsafeMutablePointer<Float>, threads: Int) {
    let output = SharedPointer(target)
    concurrently(size[0], threads: threads) { tickets in
      while let a = tickets.next() {
        for b in 0..<size[1] {
          let row = output.pointer + (a * size[1] + b) * size[2]
          forEachInRow(a, b) { c, value in row[c] = value }
        }
      }
    }
  }

  /// Calls `body` with the position and the transformed value of each element of the row at (`a`, `b`).
  @inline(__always) package func forEachInRow(_ a: Int, _ b: Int, _ body: (Int, Float) -> Void) {
    let offset = a * strides[0] + b * strides[1]
    let row = base + offset
    let stride = strides[2]
    let transform = transform
    let count = size[2]
    if let mask {
      let inside = mask + offset
      for c in 0..<count {
        let value = row[c * stride]
        body(c, inside[c * stride] ? transform(value) : value)
      }
    } else if stride == 1 {
      for c in 0..<count { body(c, transform(row[c])) }
    } else {
      for c in 0..<count { body(c, transform(row[c * stride])) }
    }
  }
}
