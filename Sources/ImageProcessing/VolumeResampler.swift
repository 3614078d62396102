/// Resampling of three-dimensional arrays as nnU-Net does it, on all cores and in bounded memory.
///
/// In order of priority: the values SciPy's splines give in double precision (or PyTorch's `linear`),
/// rounded once to `float32`; then no copy of the input and no second array of its size; then speed.
/// Splines are separable, so each plane is resampled along its two axes, kept in double precision,
/// and the third axis follows. What is kept in between is bounded by
/// ``VolumeResampler/intermediateBytes``: where it would be more, the fast axis is done in chunks.
package struct VolumeResampler {
  /// The bound on what is kept between the plane pass and the last axis.
  package static let intermediateBytes = 192 << 20
  /// Lines of a bundle along the last axis.
  private static let outerLanes = 64

  private let view: ArrayView
  private let outer: AxisResampler
  private let rows: AxisResampler
  private let columns: AxisResampler
  private let outputStrides: [Int]
  private let clipsWhole: Bool
  private let clipsPlanes: Bool
  private let threads: Int
  private let chunkBytes: Int

  /// Resamples a view to another size.
  ///
  /// - Parameters:
  ///   - view: What to read.
  ///   - size: The elements along the three axes of the result.
  ///   - rule: Which family of functions; `.identity` needs no resampler.
  ///   - separateAxis: The axis that is resampled on its own (``ResamplingRule/separateAxis(current:new:)``).
  ///   - threads: How many threads work.
  ///   - intermediateBytes: The bound on memory between the passes.
  package init(
    _ view: ArrayView,
    to size: [Int],
    rule: ResamplingRule,
    separateAxis: Int?,
    threads: Int,
    intermediateBytes: Int = VolumeResampler.intermediateBytes
  ) {
    // The axis that grows most comes last, so that what lies between the passes is small; the fast
    // axis stays in the plane pass, so that rows are written whole.
    func growth(_ axis: Int) -> Double { Double(size[axis]) / Double(view.size[axis]) }
    let last = separateAxis ?? (growth(1) > growth(0) ? 1 : 0)
    let order = [last] + (0..<3).filter { $0 != last }
    let strides = [size[1] * size[2], size[2], 1]
    self.view = view.permuted(order)
    outputStrides = order.map { strides[$0] }
    let inPlane: AxisResampler.Kernel =
      rule.method == .linear ? .torchLinear : .spline(order: rule.order)
    let across: AxisResampler.Kernel =
      separateAxis == nil
      ? inPlane : rule.method == .linear ? .torchNearest : .spline(order: rule.orderZ)
    func axis(_ position: Int, _ kernel: AxisResampler.Kernel) -> AxisResampler {
      AxisResampler(from: view.size[order[position]], to: size[order[position]], kernel: kernel)
    }
    outer = axis(0, across)
    rows = axis(1, inPlane)
    columns = axis(2, inPlane)
    // scikit-image clips what it resizes to the range of what it was given: slices where slices are
    // resized one by one. Orders 0 and 1 cannot leave the range.
    let overshoots = inPlane == .spline(order: 3)
    clipsWhole = overshoots && separateAxis == nil
    clipsPlanes = overshoots && separateAxis != nil
    self.threads = threads
    chunkBytes = intermediateBytes
  }

  /// Writes the result as a C-order array.
  package func callAsFunction(into output: UnsafeMutablePointer<Float>) {
    let range = clipsWhole ? view.range(threads: threads) : nil
    if outer.tapCount == 1 {
      resamplePlanes(into: output, clipping: range)
      return
    }
    let width = AxisResampler.vectorWidth
    let bytesPerColumn = max(1, outer.inputCount * rows.outputCount * MemoryLayout<Double>.stride)
    let affordable = max(width, chunkBytes / bytesPerColumn / width * width)
    for first in stride(from: 0, to: columns.outputCount, by: affordable) {
      let chunk = first..<min(first + affordable, columns.outputCount)
      resampleChunk(chunk, into: output, clipping: range)
    }
  }

  /// Where whole planes go to the output: the last axis only repeats or skips them.
  private func resamplePlanes(
    into output: UnsafeMutablePointer<Float>,
    clipping range: ClosedRange<Double>?
  ) {
    var destinations = [[Int]](repeating: [], count: outer.inputCount)
    for index in 0..<outer.outputCount {
      destinations[outer.firstRows[index] - AxisResampler.margin].append(index)
    }
    let work = destinations.indices.filter { !destinations[$0].isEmpty }
    let targets = destinations
    let output = SharedPointer(output)
    let pitch = padded(columns.outputCount)
    concurrently(work.count, threads: threads) { tickets in
      let plane = ScratchMemory<Double>(repeating: 0, count: rows.outputCount * pitch)
      let resampler = PlaneResampler(rows: rows, columns: columns, pitch: pitch)
      while let ticket = tickets.next() {
        let a = work[ticket]
        let own = resampler(view, plane: a, into: plane.pointer)
        let bounds = clipsPlanes ? own : range
        for target in targets[a] {
          for b in 0..<rows.outputCount {
            let row = output.pointer + target * outputStrides[0] + b * outputStrides[1]
            write(
              plane.pointer + b * pitch,
              columns.outputCount,
              to: row,
              stride: outputStrides[2],
              clipping: bounds
            )
          }
        }
      }
    }
  }

  private func resampleChunk(
    _ chunk: Range<Int>,
    into output: UnsafeMutablePointer<Float>,
    clipping range: ClosedRange<Double>?
  ) {
    let chunkColumns = columns.restricted(to: chunk)
    let pitch = padded(chunk.count)
    let planeCount = rows.outputCount * pitch
    let kept = ScratchMemory<Double>(repeating: 0, count: outer.inputCount * planeCount)
    let planes = SharedPointer(kept.pointer)
    concurrently(outer.inputCount, threads: threads) { tickets in
      let resampler = PlaneResampler(rows: rows, columns: chunkColumns, pitch: pitch)
      while let a = tickets.next() {
        let plane = planes.pointer + a * planeCount
        let own = resampler(view, plane: a, into: plane)
        if clipsPlanes {
          for index in 0..<planeCount {
            plane[index] = min(max(plane[index], own.lowerBound), own.upperBound)
          }
        }
      }
    }
    let output = SharedPointer(output + chunk.lowerBound * outputStrides[2])
    concurrently(rows.outputCount, threads: threads) { tickets in
      let lanesMost = min(Self.outerLanes, pitch)
      let bundle = ScratchMemory<Double>(repeating: 0, count: outer.scratchRows * lanesMost)
      let result = ScratchMemory<Double>(repeating: 0, count: outer.outputCount * lanesMost)
      while let b = tickets.next() {
        for first in stride(from: 0, to: chunk.count, by: Self.outerLanes) {
          let lanes = min(Self.outerLanes, pitch - first)
          for a in 0..<outer.inputCount {
            (bundle.pointer + (a + AxisResampler.margin) * lanes)
              .update(from: planes.pointer + a * planeCount + b * pitch + first, count: lanes)
          }
          outer(bundle.pointer, lanes: lanes, into: result.pointer)
          let corner = output.pointer + b * outputStrides[1] + first * outputStrides[2]
          for a in 0..<outer.outputCount {
            write(
              result.pointer + a * lanes,
              min(lanes, chunk.count - first),
              to: corner + a * outputStrides[0],
              stride: outputStrides[2],
              clipping: range
            )
          }
        }
      }
    }
  }

  private func padded(_ count: Int) -> Int {
    let width = AxisResampler.vectorWidth
    return (count + width - 1) / width * width
  }

  @inline(__always) private func write(
    _ values: UnsafeMutablePointer<Double>,
    _ count: Int,
    to target: UnsafeMutablePointer<Float>,
    stride: Int,
    clipping range: ClosedRange<Double>?
  ) {
    let low = range?.lowerBound ?? -.infinity
    let high = range?.upperBound ?? .infinity
    if stride == 1 {
      for index in 0..<count {
        let value = values[index] < low ? low : values[index]
        target[index] = Float(value > high ? high : value)
      }
    } else {
      for index in 0..<count {
        let value = values[index] < low ? low : values[index]
        target[index * stride] = Float(value > high ? high : value)
      }
    }
  }
}

/// Resamples a view into a C-order array of another size.
///
/// - Parameters:
///   - view: What to read.
///   - size: The elements along the three axes of the result.
///   - rule: Which family of functions, and their orders (0, 1 or 3).
///   - separateAxis: The axis that is resampled on its own.
///   - target: Room for the result.
///   - threads: How many threads work.
package func resample(
  _ view: ArrayView,
  to size: [Int],
  rule: ResamplingRule,
  separateAxis: Int?,
  into target: UnsafeMutablePointer<Float>,
  threads: Int
) {
  guard view.size != size, rule.method != .identity else {
    return view.copy(into: target, threads: threads)
  }
  VolumeResampler(view, to: size, rule: rule, separateAxis: separateAxis, threads: threads)(
    into: target
  )
}

/// A C-order array resampled to another size: ``resample(_:to:rule:separateAxis:into:threads:)``.
package func resampled(
  _ voxels: [Float],
  size: [Int],
  to newSize: [Int],
  rule: ResamplingRule,
  separateAxis: Int? = nil,
  threads: Int = 1
) -> [Float] {
  guard rule.method != .identity else { return voxels }
  return voxels.withUnsafeBufferPointer { buffer in
    guard let base = buffer.baseAddress else { return [] }
    let count = newSize[0] * newSize[1] * newSize[2]
    return [Float](unsafeUninitializedCapacity: count) { output, initializedCount in
      guard let target = output.baseAddress else { return }
      resample(
        ArrayView(base, size: size),
        to: newSize,
        rule: rule,
        separateAxis: separateAxis,
        into: target,
        threads: threads
      )
      initializedCount = count
    }
  }
}
