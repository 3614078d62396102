import Testing
import Torch

@Suite("Small layers")
struct LayerTests {
  @Test("Average pooling is the mean of each block, and leaves out what fills none")
  func pooling() async throws {
    try await onDevice {
      for (channels, stride) in [(8, [2, 2, 2]), (3, [1, 2, 2]), (31, [1, 3, 2])] {
        let size = [5, 7, 6]
        let values = random(2 * channels * 210, seed: 20)
        let newSize = zip(size, stride).map { $0 / $1 }
        var expected: [Double] = []
        for channel in 0..<2 * channels {
          for d in 0..<newSize[0] {
            for h in 0..<newSize[1] {
              for w in 0..<newSize[2] {
                var sum = 0.0
                for z in d * stride[0]..<(d + 1) * stride[0] {
                  for y in h * stride[1]..<(h + 1) * stride[1] {
                    for x in w * stride[2]..<(w + 1) * stride[2] {
                      sum += Double(values[((channel * 5 + z) * 7 + y) * 6 + x])
                    }
                  }
                }
                expected.append(sum / Double(stride.reduce(1, *)))
              }
            }
          }
        }
        for (type, bound) in [(TensorType.float32, 1e-6), (.bfloat16, 1e-2)] {
          let pooled = try Tensor(values, shape: [2, channels] + size, type: type)
            .averagePooled(stride: stride)
          #expect(pooled.shape == [2, channels] + newSize)
          #expect(pooled.type == type)
          let error = relativeError(try pooled.values(), expected)
          #expect(error < bound)
        }
      }
    }
  }

  @Test("Mirroring reverses the axes named, and adding mirrored undoes it")
  func mirroring() async throws {
    try await onDevice {
      let values = random(2 * 3 * 4 * 5, seed: 21)
      let x = try Tensor(values, shape: [1, 2, 3, 4, 5])
      for axes in [[], [0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]] {
        let flipped = try x.flipped(axes: axes)
        let found = try flipped.values()
        for c in 0..<2 {
          for d in 0..<3 {
            for h in 0..<4 {
              for w in 0..<5 {
                let z = axes.contains(0) ? 2 - d : d
                let y = axes.contains(1) ? 3 - h : h
                let u = axes.contains(2) ? 4 - w : w
                let here: Int = ((c * 3 + d) * 4 + h) * 5 + w
                let there: Int = ((c * 3 + z) * 4 + y) * 5 + u
                #expect(found[here] == values[there])
              }
            }
          }
        }
        let sum = try Tensor(values, shape: [1, 2, 3, 4, 5])
        try sum.add(flipped, flippedOn: axes)
        try sum.divide(by: 2)
        #expect(try sum.values() == values)
      }
    }
  }

  @Test("bfloat16 rounds to the nearest value, ties to even, and back exactly")
  func conversion() async throws {
    try await onDevice {
      let values: [Float] = [1, 1.00390625, 1.01171875, -3.1415927, 0, 65504, 1e-30]
      let x = try Tensor(values, shape: [7])
      let rounded = try x.converted(to: .bfloat16)
      #expect(rounded.type == .bfloat16)
      #expect(
        try rounded.converted(to: .float32).values().prefix(4) == [1, 1, 1.015625, -3.140625]
      )
      #expect(try x.converted(to: .float32).values() == values)
    }
  }

  @Test("Values come back as they went in, in C order")
  func valuesRoundTrip() async throws {
    try await onDevice {
      for shape in [[2, 3, 4, 5, 6], [720], [1, 720], [1, 1, 1, 1, 720]] {
        let values = random(720, seed: 22)
        let x = try Tensor(values, shape: shape)
        #expect(x.shape == shape)
        #expect(try x.values() == values)
      }
    }
  }

  @Test("Every tensor is freed")
  func noLeak() async throws {
    try await onDevice {
      let before = Tensor.liveCount
      do {
        var x = try Tensor(random(16 * 60, seed: 23), shape: [1, 16, 3, 4, 5])
        let convolution = try Convolution(
          weight: random(32 * 16 * 27, seed: 24),
          shape: [16, 32, 3, 3, 3],
          bias: nil,
          stride: [1, 1, 1],
          type: .float32,
          on: .cpu
        )
        for _ in 0..<3 { x = try convolution(x, skip: x.flipped(axes: [1])) }
        #expect(Tensor.liveCount > before)
        #expect(throws: TorchError.self) { try convolution(x) }
      }
      #expect(Tensor.liveCount == before)
    }
  }
}
