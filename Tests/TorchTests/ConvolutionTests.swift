import Testing
import Torch

/// One convolution to be compared with its definition.
struct ConvolutionCase: Sendable, CustomTestStringConvertible {
  var inputs: Int
  var outputs: Int
  var kernel: [Int]
  var stride = [1, 1, 1]
  var size = [3, 9, 7]
  var batch = 1
  /// How many of the input channels come from the skip.
  var skipped = 0
  var hasBias = true

  var testDescription: String {
    "\(inputs) to \(outputs) channels, kernel \(kernel), stride \(stride), \(size), \(skipped) skipped"
  }

  var shape: [Int] { [batch, inputs] + size }
  var weightShape: [Int] { [outputs, inputs] + kernel }
  var direct: DirectConvolution {
    let weights = weightShape.reduce(1, *)
    return DirectConvolution(
      input: random(shape.reduce(1, *), seed: 1),
      shape: shape,
      weight: random(weights, seed: 2),
      weightShape: weightShape,
      bias: hasBias ? random(outputs, seed: 3) : nil,
      stride: stride
    )
  }

  /// Ours, with the input split in two where there is a skip.
  @DeviceActor func run(type: TensorType = .float32) throws -> Tensor {
    let direct = direct
    let convolution = try Convolution(
      weight: direct.weight,
      shape: weightShape,
      bias: direct.bias,
      stride: stride,
      type: type,
      on: .cpu
    )
    guard skipped > 0 else {
      return try convolution(Tensor(direct.input, shape: shape, type: type))
    }
    let voxels = size.reduce(1, *)
    var parts: [[Float]] = [[], []]
    for n in 0..<batch {
      let first = n * inputs * voxels
      let border = first + (inputs - skipped) * voxels
      parts[0] += direct.input[first..<border]
      parts[1] += direct.input[border..<first + inputs * voxels]
    }
    return try convolution(
      Tensor(parts[0], shape: [batch, inputs - skipped] + size, type: type),
      skip: Tensor(parts[1], shape: [batch, skipped] + size, type: type)
    )
  }

  @DeviceActor func error(type: TensorType = .float32) throws -> Double {
    let result = try run(type: type)
    let expected = direct.result()
    guard result.shape == expected.shape, result.type == type else { return .infinity }
    return relativeError(try result.values(), expected.values)
  }
}

@Suite("Convolutions")
struct ConvolutionTests {
  static let winograd: [ConvolutionCase] = [1, 3].flatMap { taps in
    [
      ConvolutionCase(inputs: 8, outputs: 8, kernel: [taps, 3, 3], size: [5, 13, 10]),
      ConvolutionCase(inputs: 16, outputs: 24, kernel: [taps, 3, 3], batch: 2),
      ConvolutionCase(inputs: 24, outputs: 16, kernel: [taps, 3, 3], size: [2, 4, 8]),
      ConvolutionCase(inputs: 32, outputs: 32, kernel: [taps, 3, 3], size: [4, 17, 3]),
      ConvolutionCase(inputs: 32, outputs: 48, kernel: [taps, 3, 3], size: [1, 1, 1]),
      ConvolutionCase(inputs: 48, outputs: 64, kernel: [taps, 3, 3], hasBias: false),
      ConvolutionCase(inputs: 64, outputs: 32, kernel: [taps, 3, 3], batch: 2, skipped: 32),
      ConvolutionCase(inputs: 24, outputs: 8, kernel: [taps, 3, 3], skipped: 16),
      ConvolutionCase(
        inputs: 16,
        outputs: 16,
        kernel: [taps, 3, 3],
        size: [1, 2, 30],
        skipped: 8
      ),
      ConvolutionCase(inputs: 8, outputs: 64, kernel: [taps, 3, 3], size: [7, 6, 5]),
    ]
  }

  static let others: [ConvolutionCase] = [
    // 1×1×1: heads and projections.
    ConvolutionCase(inputs: 32, outputs: 31, kernel: [1, 1, 1], batch: 2),
    ConvolutionCase(inputs: 8, outputs: 2, kernel: [1, 1, 1]),
    ConvolutionCase(inputs: 33, outputs: 70, kernel: [1, 1, 1], hasBias: false),
    ConvolutionCase(inputs: 12, outputs: 16, kernel: [1, 1, 1], skipped: 4),
    // First layers: few channels in.
    ConvolutionCase(inputs: 1, outputs: 32, kernel: [3, 3, 3], batch: 2),
    ConvolutionCase(inputs: 1, outputs: 32, kernel: [1, 3, 3], size: [2, 12, 16]),
    ConvolutionCase(inputs: 2, outputs: 16, kernel: [3, 3, 3], size: [1, 1, 2]),
    ConvolutionCase(inputs: 3, outputs: 31, kernel: [5, 5, 5], size: [4, 6, 13]),
    ConvolutionCase(inputs: 4, outputs: 8, kernel: [1, 5, 3], hasBias: false),
    // What libtorch does: strides, and channels that fill no vector.
    ConvolutionCase(
      inputs: 8,
      outputs: 16,
      kernel: [3, 3, 3],
      stride: [2, 2, 2],
      size: [4, 9, 8]
    ),
    ConvolutionCase(inputs: 8, outputs: 16, kernel: [1, 3, 3], stride: [1, 2, 2], batch: 2),
    ConvolutionCase(inputs: 7, outputs: 5, kernel: [3, 3, 3]),
    ConvolutionCase(inputs: 9, outputs: 8, kernel: [3, 3, 3], skipped: 2),
    ConvolutionCase(inputs: 8, outputs: 8, kernel: [7, 1, 3]),
  ]

  @Test("Winograd's convolutions agree with the definition to 1e-4", arguments: winograd)
  func agreesByWinograd(_ example: ConvolutionCase) async throws {
    try await onDevice {
      let error = try example.error()
      #expect(error < 1e-4)
    }
  }

  @Test("All other convolutions agree with the definition to 1e-5", arguments: others)
  func agrees(_ example: ConvolutionCase) async throws {
    try await onDevice {
      let error = try example.error()
      #expect(error < 1e-5)
    }
  }

  @Test("bfloat16 agrees with the definition to 2e-2", arguments: winograd + others)
  func agreesInBFloat16(_ example: ConvolutionCase) async throws {
    try await onDevice {
      let error = try example.error(type: .bfloat16)
      #expect(error < 2e-2)
      // More than single precision would leave: the type was really used.
      if example.shape.reduce(1, *) > 1000 { #expect(error > 1e-4) }
    }
  }

  @Test(
    "Transposed convolutions agree with the definition to 1e-5",
    arguments: [
      [2, 2, 2, 16, 8, 1], [1, 2, 2, 32, 24, 2], [2, 2, 2, 40, 31, 1], [2, 1, 3, 5, 7, 1],
      [1, 2, 2, 64, 32, 1], [2, 2, 2, 320, 256, 1],
    ]
  )
  func transposed(_ numbers: [Int]) async throws {
    try await onDevice {
      let size = numbers[3] > 100 ? [1, 2, 2] : [3, 5, 6]
      let shape = [numbers[5], numbers[3]] + size
      let weightShape = [numbers[3], numbers[4]] + numbers[0..<3]
      for hasBias in [true, false] {
        let direct = DirectConvolution(
          input: random(shape.reduce(1, *), seed: 4),
          shape: shape,
          weight: random(weightShape.reduce(1, *), seed: 5),
          weightShape: weightShape,
          bias: hasBias ? random(numbers[4], seed: 6) : nil
        )
        let expected = direct.transposedResult()
        for (type, bound) in [(TensorType.float32, 1e-5), (.bfloat16, 2e-2)] {
          let convolution = try Convolution(
            transposedWeight: direct.weight,
            shape: weightShape,
            bias: direct.bias,
            type: type,
            on: .cpu
          )
          let result = try convolution(Tensor(direct.input, shape: shape, type: type))
          #expect(result.shape == expected.shape)
          let error = relativeError(try result.values(), expected.values)
          #expect(error < bound)
        }
      }
    }
  }
}
