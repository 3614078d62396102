import Testing
import Torch

@Suite("Torch's errors")
struct TorchErrorTests {
  @DeviceActor private func isInvalid(_ body: () throws -> Void) -> Bool {
    do {
      try body()
      return false
    } catch TorchError.invalidArgument(let operation, let reason) {
      return !operation.isEmpty && !reason.isEmpty
    } catch {
      return false
    }
  }

  @DeviceActor private func tensor(_ shape: [Int], type: TensorType = .float32) throws -> Tensor {
    try Tensor(.init(repeating: 1, count: shape.reduce(1, *)), shape: shape, type: type)
  }

  @Test("Values that do not fill the shape are refused")
  func tensorShape() async throws {
    try await onDevice {
      #expect(isInvalid { _ = try Tensor([1, 2, 3], shape: [2, 2]) })
      #expect(throws: TorchError.self) { try Tensor([1, 2], shape: [-1, -2]) }
    }
  }

  @Test("Weights, biases and strides that do not fit are refused")
  func weights() async throws {
    try await onDevice {
      func make(_ count: Int, _ shape: [Int], bias: Int?, stride: [Int]) throws {
        _ = try Convolution(
          weight: .init(repeating: 1, count: count),
          shape: shape,
          bias: bias.map { .init(repeating: 1, count: $0) },
          stride: stride,
          type: .float32,
          on: .cpu
        )
      }
      #expect(throws: Never.self) { try make(216, [4, 2, 3, 3, 3], bias: 4, stride: [1, 1, 1]) }
      #expect(isInvalid { try make(215, [4, 2, 3, 3, 3], bias: 4, stride: [1, 1, 1]) })
      #expect(isInvalid { try make(216, [4, 2, 3, 9], bias: 4, stride: [1, 1, 1]) })
      #expect(isInvalid { try make(216, [4, 2, 3, 3, 3], bias: 3, stride: [1, 1, 1]) })
      #expect(isInvalid { try make(216, [4, 2, 3, 3, 3], bias: nil, stride: [1, 1]) })
      #expect(isInvalid { try make(216, [4, 2, 3, 3, 3], bias: nil, stride: [1, 0, 1]) })
      #expect(isInvalid { try make(216, [-4, -2, 3, 3, 3], bias: nil, stride: [1, 1, 1]) })
      #expect(
        isInvalid {
          _ = try Convolution(
            transposedWeight: .init(repeating: 1, count: 64),
            shape: [4, 2, 2, 2, 2],
            bias: .init(repeating: 1, count: 4),
            type: .float32,
            on: .cpu
          )
        }
      )
    }
  }

  @Test(
    "An input with other channels than the weights is refused on every path",
    arguments: ConvolutionTests.winograd.prefix(2) + ConvolutionTests.others.prefix(10)
  )
  func channels(_ example: ConvolutionCase) async throws {
    try await onDevice {
      let direct = example.direct
      let convolution = try Convolution(
        weight: direct.weight,
        shape: example.weightShape,
        bias: direct.bias,
        stride: example.stride,
        type: .float32,
        on: .cpu
      )
      let narrow = try tensor([1, max(1, example.inputs - 1)] + example.size)
      let right = try tensor([1, example.inputs] + example.size)
      if example.inputs > 1 { #expect(isInvalid { _ = try convolution(narrow) }) }
      #expect(isInvalid { _ = try convolution(right, skip: narrow) })
      #expect(isInvalid { _ = try convolution(tensor([example.inputs] + example.size)) })
    }
  }

  @Test("A skip of another size or type is refused")
  func skip() async throws {
    try await onDevice {
      let convolution = try Convolution(
        weight: .init(repeating: 1, count: 8 * 16 * 9),
        shape: [8, 16, 1, 3, 3],
        bias: nil,
        stride: [1, 1, 1],
        type: .float32,
        on: .cpu
      )
      let x = try tensor([1, 8, 2, 4, 4])
      #expect(throws: Never.self) { try convolution(x, skip: x) }
      #expect(isInvalid { _ = try convolution(x, skip: tensor([1, 8, 2, 4, 3])) })
      #expect(isInvalid { _ = try convolution(x, skip: tensor([2, 8, 2, 4, 4])) })
      #expect(isInvalid { _ = try convolution(x, skip: tensor([1, 8, 2, 4, 4], type: .bfloat16)) })
    }
  }

  @Test("Normalization refuses scales and residuals of other sizes")
  func normalization() async throws {
    try await onDevice {
      let x = try tensor([1, 8, 2, 4, 4])
      let eight = [Float](repeating: 1, count: 8)
      let seven = [Float](repeating: 1, count: 7)
      for (scale, shift) in [(seven, seven), (eight, seven), (seven, eight)] {
        #expect(
          isInvalid {
            try x.normalizeAndActivate(scale: scale, shift: shift, epsilon: 1e-5, slope: 1)
          }
        )
      }
      #expect(
        isInvalid {
          try x.normalizeAndActivate(
            scale: eight,
            shift: eight,
            epsilon: 1e-5,
            residual: tensor([1, 8, 2, 4, 3]),
            slope: 1
          )
        }
      )
    }
  }

  @Test("Pooling refuses strides it cannot divide by")
  func pooling() async throws {
    try await onDevice {
      let x = try tensor([1, 8, 2, 4, 4])
      #expect(isInvalid { _ = try x.averagePooled(stride: [1, 0, 2]) })
      #expect(isInvalid { _ = try x.averagePooled(stride: [2, 2]) })
      #expect(isInvalid { _ = try tensor([8, 2, 4]).averagePooled(stride: [1, 1, 1]) })
    }
  }

  @Test("No threads at all is refused")
  func threads() async throws {
    try await onDevice {
      #expect(isInvalid { try TorchRuntime.start(threads: 0) })
      #expect(isInvalid { try TorchRuntime.start(threads: -3) })
    }
  }

  @Test("Every error is one sentence without libtorch's stack")
  func sentences() async throws {
    try await onDevice {
      let errors: [TorchError] = [
        .outOfMemory(operation: "a convolution"),
        .invalidArgument(operation: "mirroring", reason: "an axis"),
        .failed(operation: "mirroring", reason: "first line\nframe #0: in libtorch"),
        .noCUDADevice,
      ]
      for error in errors {
        #expect(error.description.hasPrefix("Torch: "))
        #expect(error.description.hasSuffix("."))
        #expect(!error.description.contains("\n"))
        #expect(!error.description.contains("frame"))
      }
    }
  }
}
