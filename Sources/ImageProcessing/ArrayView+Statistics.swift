extension ArrayView {
  /// The smallest and the largest transformed value, inside and outside the mask.
  ///
  /// The view must not be empty; NaN is passed over.
  package func range(threads: Int) -> ClosedRange<Double> {
    let ranges = perPlane(threads: threads) { plane in
      var low = Float.infinity
      var high = -Float.infinity
      for b in 0..<size[1] {
        forEachInRow(plane, b) { _, value in
          low = value < low ? value : low
          high = value > high ? value : high
        }
      }
      return SIMD2(Double(low), Double(high))
    }
    let low = ranges.map(\.x).min() ?? 0
    let high = ranges.map(\.y).max() ?? 0
    return low...max(low, high)
  }

  /// Mean and standard deviation of the values inside the mask, as NumPy takes them of `float32`
  /// arrays: deviations are rounded to single precision, sums are (all but) exact.
  ///
  /// Both are 0 where nothing lies inside.
  package func meanAndDeviation(threads: Int) -> (mean: Float, deviation: Float) {
    let sums = perPlane(threads: threads) { plane in
      var sum = 0.0
      var count = 0
      forEachInside(plane) { value in
        sum += Double(value)
        count += 1
      }
      return SIMD2(sum, Double(count))
    }
    let total = sums.reduce(SIMD2<Double>.zero, +)
    guard total.y > 0 else { return (0, 0) }
    let mean = Float(total.x / total.y)
    let squares = perPlane(threads: threads) { plane in
      var sum = 0.0
      forEachInside(plane) { value in
        let deviation = value - mean
        sum += Double(deviation * deviation)
      }
      return SIMD2(sum, 0)
    }
    let variance = Float(squares.reduce(SIMD2<Double>.zero, +).x / total.y)
    return (mean, variance.squareRoot())
  }

  @inline(__always) private func forEachInside(_ plane: Int, _ body: (Float) -> Void) {
    for b in 0..<size[1] {
      let offset = plane * strides[0] + b * strides[1]
      for c in 0..<size[2] {
        let position = offset + c * strides[2]
        if mask.map({ $0[position] }) ?? true { body(base[position]) }
      }
    }
  }

  private func perPlane(
    threads: Int,
    _ body: @Sendable (Int) -> SIMD2<Double>
  ) -> [SIMD2<Double>] {
    var values = [SIMD2<Double>](repeating: .zero, count: size[0])
    values.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      let results = SharedPointer(base)
      concurrently(size[0], threads: threads) { tickets in
        while let plane = tickets.next() { results.pointer[plane] = body(plane) }
      }
    }
    return values
  }
}
