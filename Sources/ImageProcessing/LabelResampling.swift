/// Resampling of label maps label by label: each label's indicator is interpolated and the largest
/// value wins, so that no number appears between two labels.
///
/// Ties are common (an even factor puts every boundary voxel between two labels), so scores are added
/// in SciPy's order and precision, and a tie goes to the nearest neighbor's label if it takes part,
/// else to the smallest (batchgenerators' `resize_segmentation`).
struct LabelResampler: Sendable {
  /// The taps of all outputs along one axis.
  private struct Axis: Sendable {
    let tapCount: Int
    let indices: [Int]
    let weights: [Double]
    let nearest: [Int]

    init(from count: Int, to newCount: Int, kernel: AxisResampler.Kernel) {
      let nearestKernel: AxisResampler.Kernel =
        kernel == .torchLinear || kernel == .torchNearest ? .torchNearest : .spline(order: 0)
      let taps = (0..<newCount).map {
        AxisResampler.taps(of: $0, kernel: kernel, from: count, to: newCount)
      }
      tapCount = taps.first?.weights.count ?? 1
      indices = taps.flatMap { tap in
        tap.weights.indices.map { min(max(tap.first + $0, 0), count - 1) }
      }
      weights = taps.flatMap(\.weights)
      nearest = (0..<newCount).map {
        AxisResampler.taps(of: $0, kernel: nearestKernel, from: count, to: newCount).first
      }
    }
  }

  private let size: [Int]
  private let newSize: [Int]
  private let axes: [Axis]
  private let roundsToHalf: Bool

  /// A resampler with one kernel per axis: spline orders 0 and 1, or PyTorch's.
  init(size: [Int], to newSize: [Int], kernels: [AxisResampler.Kernel]) {
    self.size = size
    self.newSize = newSize
    axes = (0..<3).map { Axis(from: size[$0], to: newSize[$0], kernel: kernels[$0]) }
    roundsToHalf = kernels.contains(.torchLinear)
  }

  func callAsFunction(_ labels: [Int32], threads: Int) -> [Int32] {
    var result = [Int32](repeating: 0, count: newSize[0] * newSize[1] * newSize[2])
    labels.withUnsafeBufferPointer { source in
      result.withUnsafeMutableBufferPointer { target in
        guard let source = source.baseAddress, let target = target.baseAddress else { return }
        let from = SharedPointer(UnsafeMutablePointer(mutating: source))
        let to = SharedPointer(target)
        concurrently(newSize[0], threads: threads) { tickets in
          var candidates: [(label: Int32, score: Double)] = []
          while let a = tickets.next() {
            for b in 0..<newSize[1] {
              let row = to.pointer + (a * newSize[1] + b) * newSize[2]
              for c in 0..<newSize[2] {
                row[c] = label(a, b, c, in: from.pointer, &candidates)
              }
            }
          }
        }
      }
    }
    return result
  }

  @inline(__always) private func label(
    _ a: Int,
    _ b: Int,
    _ c: Int,
    in labels: UnsafeMutablePointer<Int32>,
    _ candidates: inout [(label: Int32, score: Double)]
  ) -> Int32 {
    let (x, y, z) = (a * axes[0].tapCount, b * axes[1].tapCount, c * axes[2].tapCount)
    // Inside a structure all taps meet one label: most voxels end here.
    let first = labels[position(x, y, z)]
    var isUniform = true
    for m in 0..<axes[0].tapCount {
      for n in 0..<axes[1].tapCount {
        let row = position(x + m, y + n, z) - axes[2].indices[z]
        for o in 0..<axes[2].tapCount where labels[row + axes[2].indices[z + o]] != first {
          isUniform = false
        }
      }
    }
    if isUniform { return first }
    candidates.removeAll(keepingCapacity: true)
    for m in 0..<axes[0].tapCount {
      for n in 0..<axes[1].tapCount {
        for o in 0..<axes[2].tapCount {
          let found = labels[position(x + m, y + n, z + o)]
          let weight = axes[0].weights[x + m] * axes[1].weights[y + n] * axes[2].weights[z + o]
          if let index = candidates.firstIndex(where: { $0.label == found }) {
            candidates[index].score += weight
          } else {
            candidates.append((found, weight))
          }
        }
      }
    }
    return roundsToHalf ? halfPrecisionWinner(candidates) : winner(a, b, c, labels, candidates)
  }

  /// Where three taps meet in the array.
  @inline(__always) private func position(_ x: Int, _ y: Int, _ z: Int) -> Int {
    (axes[0].indices[x] * size[1] + axes[1].indices[y]) * size[2] + axes[2].indices[z]
  }

  private func winner(
    _ a: Int,
    _ b: Int,
    _ c: Int,
    _ labels: UnsafeMutablePointer<Int32>,
    _ candidates: [(label: Int32, score: Double)]
  ) -> Int32 {
    let best = candidates.reduce(0) { max($0, $1.score) }
    let tied = candidates.filter { $0.score == best }.map(\.label)
    let near =
      labels[
        (axes[0].nearest[a] * size[1] + axes[1].nearest[b]) * size[2] + axes[2].nearest[c]
      ]
    return tied.contains(near) ? near : tied.min() ?? near
  }

  /// `resample_torch_simple` compares scores of a thousand times the indicator in half precision and
  /// takes the smallest of tied labels.
  private func halfPrecisionWinner(_ candidates: [(label: Int32, score: Double)]) -> Int32 {
    let scores = candidates.map { (label: $0.label, score: Float16(Float($0.score) * 1000)) }
    let best = scores.reduce(0) { max($0, $1.score) }
    return scores.filter { $0.score == best }.map(\.label).min() ?? 0
  }
}

/// A label map resampled to another size as nnU-Net resamples a previous stage's labels.
///
/// - Parameters:
///   - labels: A C-order array; negative labels are allowed.
///   - size: The elements along the three axes.
///   - newSize: The elements along the three axes of the result.
///   - rule: Which family of functions, and their orders (0 or 1).
///   - separateAxis: The axis that is resampled on its own.
///   - threads: How many threads work.
/// - Returns: A C-order array of the new size.
package func resampledLabels(
  _ labels: [Int32],
  size: [Int],
  to newSize: [Int],
  rule: ResamplingRule,
  separateAxis: Int? = nil,
  threads: Int = 1
) -> [Int32] {
  guard size != newSize, rule.method != .identity else { return labels }
  let kernel: AxisResampler.Kernel =
    rule.method == .linear ? .torchLinear : .spline(order: rule.order)
  var kernels = [kernel, kernel, kernel]
  guard let axis = separateAxis else {
    return LabelResampler(size: size, to: newSize, kernels: kernels)(labels, threads: threads)
  }
  var between = newSize
  between[axis] = size[axis]
  kernels[axis] = .spline(order: 0)
  let planes = LabelResampler(size: size, to: between, kernels: kernels)(labels, threads: threads)
  guard between != newSize else { return planes }
  if rule.method == .spline && rule.orderZ > 0 {
    return labelsByThreshold(
      planes,
      size: between,
      to: newSize,
      axis: axis,
      order: rule.orderZ,
      threads: threads
    )
  }
  kernels = Array(repeating: .spline(order: 0), count: 3)
  kernels[axis] = rule.method == .linear ? .torchNearest : .spline(order: 0)
  return LabelResampler(size: between, to: newSize, kernels: kernels)(planes, threads: threads)
}

/// Along one axis, the largest label whose interpolated indicator is above one half; 0 where none is.
private func labelsByThreshold(
  _ labels: [Int32],
  size: [Int],
  to newSize: [Int],
  axis: Int,
  order: Int,
  threads: Int
) -> [Int32] {
  let rule = ResamplingRule(order: 0, orderZ: order)
  var result = [Int32](repeating: 0, count: newSize[0] * newSize[1] * newSize[2])
  for label in Set(labels).sorted() {
    let scores = resampled(
      labels.map { $0 == label ? 1 : 0 },
      size: size,
      to: newSize,
      rule: rule,
      separateAxis: axis,
      threads: threads
    )
    for index in scores.indices where scores[index] > 0.5 { result[index] = label }
  }
  return result
}
