/// Resampling along one axis: an optional spline prefilter, then a few weighted taps per output.
///
/// Lines are processed in bundles: a scratch array `[rows][lanes]` with the same position of many
/// lines side by side, so that the recursive filter, which cannot be vectorized along a line, is
/// vectorized across lines. Row 0 of the scratch is position -2 of the line, because cubic taps
/// reach two positions past each end.
///
/// An axis whose size stays is an identity for every kernel: its taps lie on the positions themselves.
struct AxisResampler: Sendable {
  /// Which formula places and weights the taps.
  enum Kernel: Hashable, Sendable {
    /// SciPy's B-splines of order 0, 1 or 3 with edge extension, coordinates in double precision.
    case spline(order: Int)
    /// PyTorch's `linear` interpolation, coordinates in single precision.
    case torchLinear
    /// PyTorch's `nearest-exact`, coordinates in single precision.
    case torchNearest
  }

  /// How many positions a scratch line holds beyond each end.
  static let margin = 2
  /// Lanes are processed in vectors of this many.
  static let vectorWidth = 8

  let inputCount: Int
  let outputCount: Int
  /// 1, 2 or 4.
  let tapCount: Int
  /// The scratch row of each output's first tap.
  let firstRows: [Int]
  /// `tapCount` weights per output.
  let weights: [Double]
  /// Whether every output is the input at its own position.
  let isIdentity: Bool
  private let needsPrefilter: Bool

  /// The number of rows a scratch bundle needs.
  var scratchRows: Int { inputCount + 2 * Self.margin }

  init(from inputCount: Int, to outputCount: Int, kernel: Kernel) {
    self.inputCount = inputCount
    self.outputCount = outputCount
    guard inputCount != outputCount else {
      tapCount = 1
      firstRows = (0..<outputCount).map { $0 + Self.margin }
      weights = Array(repeating: 1, count: outputCount)
      isIdentity = true
      needsPrefilter = false
      return
    }
    let taps = (0..<outputCount).map {
      Self.taps(of: $0, kernel: kernel, from: inputCount, to: outputCount)
    }
    tapCount = taps.first?.weights.count ?? 1
    firstRows = taps.map { $0.first + Self.margin }
    weights = taps.flatMap(\.weights)
    isIdentity = false
    needsPrefilter = kernel == .spline(order: 3)
  }

  private init(_ whole: AxisResampler, outputs: Range<Int>) {
    inputCount = whole.inputCount
    outputCount = outputs.count
    tapCount = whole.tapCount
    firstRows = Array(whole.firstRows[outputs])
    let first = outputs.lowerBound * tapCount
    weights = Array(whole.weights[first..<first + outputs.count * tapCount])
    isIdentity = whole.isIdentity && outputs.count == whole.outputCount
    needsPrefilter = whole.needsPrefilter
  }

  /// The same axis, with only some of its outputs.
  func restricted(to outputs: Range<Int>) -> AxisResampler {
    AxisResampler(self, outputs: outputs)
  }

  /// The position of the first tap and the weights of all taps of one output.
  static func taps(
    of output: Int,
    kernel: Kernel,
    from inputCount: Int,
    to outputCount: Int
  ) -> (first: Int, weights: [Double]) {
    let last = inputCount - 1
    switch kernel {
    case .torchNearest:
      let scale = Float(inputCount) / Float(outputCount)
      return (min(Int(((Float(output) + 0.5) * scale).rounded(.down)), last), [1])
    case .torchLinear:
      let scale = Float(inputCount) / Float(outputCount)
      let coordinate = max(scale * (Float(output) + 0.5) - 0.5, 0)
      let first = min(Int(coordinate), last)
      let weight = min(max(coordinate - Float(first), 0), 1)
      return (first, [Double(1 - weight), Double(weight)])
    case .spline(let order):
      let scale = Double(inputCount) / Double(outputCount)
      let coordinate = (Double(output) + 0.5) * scale - 0.5
      if order == 0 {
        let clamped = min(max(coordinate, 0), Double(last))
        return (Int((clamped + 0.5).rounded(.down)), [1])
      }
      if order == 1 {
        let clamped = min(max(coordinate, 0), Double(last))
        let first = clamped.rounded(.down)
        let weight = 1 - (clamped - first)
        return (Int(first), [weight, 1 - weight])
      }
      let middle = coordinate.rounded(.down)
      return (Int(middle) - 1, cubicWeights(coordinate - middle))
    }
  }

  /// The cubic B-spline at the four knots around a point `x` beyond the second of them.
  private static func cubicWeights(_ x: Double) -> [Double] {
    let z = 1 - x
    let first = z * z * z / 6
    let second = (x * x * (x - 2) * 3 + 4) / 6
    let third = (z * z * (z - 2) * 3 + 4) / 6
    return [first, second, third, 1 - first - second - third]
  }

  /// Resamples a bundle of lines.
  ///
  /// `scratch` holds the lines from row ``margin`` on and is used up; `output` gets `outputCount`
  /// rows. `lanes` is a multiple of ``vectorWidth``.
  func callAsFunction(
    _ scratch: UnsafeMutablePointer<Double>,
    lanes: Int,
    into output: UnsafeMutablePointer<Double>
  ) {
    let vectors = lanes / Self.vectorWidth
    for vector in 0..<vectors {
      let column = scratch + vector * Self.vectorWidth
      if needsPrefilter {
        prefilter(column, pitch: lanes)
      } else {
        extendEdges(column, pitch: lanes)
      }
    }
    switch tapCount {
    case 1: interpolate1(scratch, lanes: lanes, into: output)
    case 2: interpolate2(scratch, lanes: lanes, into: output)
    default: interpolate4(scratch, lanes: lanes, into: output)
    }
  }
}

// MARK: - Loops over bundles

extension AxisResampler {
  private typealias Lanes = SIMD8<Double>

  @inline(__always) private func load(_ pointer: UnsafeMutablePointer<Double>) -> Lanes {
    UnsafeRawPointer(pointer).loadUnaligned(as: Lanes.self)
  }

  @inline(__always) private func store(_ value: Lanes, _ pointer: UnsafeMutablePointer<Double>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: value, as: Lanes.self)
  }

  private func extendEdges(_ column: UnsafeMutablePointer<Double>, pitch: Int) {
    let first = load(column + Self.margin * pitch)
    let last = load(column + (Self.margin + inputCount - 1) * pitch)
    for row in 0..<Self.margin {
      store(first, column + row * pitch)
      store(last, column + (Self.margin + inputCount + row) * pitch)
    }
  }

  /// Turns samples into cubic B-spline coefficients (Unser 1999), for samples that continue with
  /// their edge value without end.
  ///
  /// SciPy pads twelve edge values and mirrors beyond them; the pole to the power of 24 makes the
  /// difference vanish in double precision. The geometric series beyond both ends are summed in
  /// closed form, so only the two coefficients that taps can reach are stored there.
  private func prefilter(_ column: UnsafeMutablePointer<Double>, pitch: Int) {
    let pole = Double(3).squareRoot() - 2
    let gain = (1 - pole) * (1 - 1 / pole)
    let end = Self.margin + inputCount - 1
    let before = load(column + Self.margin * pitch) * (gain / (1 - pole))
    let after = load(column + end * pitch) * (gain / (1 - pole))
    var state = before
    store(state, column + Self.margin * pitch)
    var pointer = column + (Self.margin + 1) * pitch
    for _ in 1..<max(inputCount, 1) {
      state = load(pointer) * gain + state * pole
      store(state, pointer)
      pointer += pitch
    }
    let constant = after * (-pole / (1 - pole))
    let decay = (state - after) * (-pole / (1 - pole * pole))
    store(constant + decay * (pole * pole), column + (end + 2) * pitch)
    store(constant + decay * pole, column + (end + 1) * pitch)
    state = constant + decay
    pointer = column + end * pitch
    store(state, pointer)
    for _ in 1..<max(inputCount, 1) {
      pointer -= pitch
      state = (state - load(pointer)) * pole
      store(state, pointer)
    }
    for _ in 0..<Self.margin {
      pointer -= pitch
      state = (state - before) * pole
      store(state, pointer)
    }
  }

  private func interpolate1(
    _ scratch: UnsafeMutablePointer<Double>,
    lanes: Int,
    into output: UnsafeMutablePointer<Double>
  ) {
    for index in 0..<outputCount {
      (output + index * lanes).update(from: scratch + firstRows[index] * lanes, count: lanes)
    }
  }

  private func interpolate2(
    _ scratch: UnsafeMutablePointer<Double>,
    lanes: Int,
    into output: UnsafeMutablePointer<Double>
  ) {
    weights.withUnsafeBufferPointer { weights in
      for index in 0..<outputCount {
        let row = scratch + firstRows[index] * lanes
        let target = output + index * lanes
        let w0 = weights[2 * index]
        let w1 = weights[2 * index + 1]
        for lane in stride(from: 0, to: lanes, by: Self.vectorWidth) {
          store(load(row + lane) * w0 + load(row + lanes + lane) * w1, target + lane)
        }
      }
    }
  }

  private func interpolate4(
    _ scratch: UnsafeMutablePointer<Double>,
    lanes: Int,
    into output: UnsafeMutablePointer<Double>
  ) {
    weights.withUnsafeBufferPointer { weights in
      for index in 0..<outputCount {
        let row = scratch + firstRows[index] * lanes
        let target = output + index * lanes
        let w0 = weights[4 * index]
        let w1 = weights[4 * index + 1]
        let w2 = weights[4 * index + 2]
        let w3 = weights[4 * index + 3]
        for lane in stride(from: 0, to: lanes, by: Self.vectorWidth) {
          let low = load(row + lane) * w0 + load(row + lanes + lane) * w1
          let high = load(row + 2 * lanes + lane) * w2 + load(row + 3 * lanes + lane) * w3
          store(low + high, target + lane)
        }
      }
    }
  }
}

/// For each output position along an axis, the nearest input position (SciPy's order 0).
package func nearestPositions(from inputCount: Int, to outputCount: Int) -> [Int] {
  (0..<outputCount).map {
    AxisResampler.taps(of: $0, kernel: .spline(order: 0), from: inputCount, to: outputCount).first
  }
}
