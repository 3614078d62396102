import NeuralNetworks
import TestSupport
import Testing
import Torch

@Suite("Shares of a batch")
struct BatchShareTests {
  /// Four samples of three classes, of which some were contoured for some.
  private let isContoured = [
    true, true, true, true, true, false, true, false, false, true, false, true,
  ]

  private func logits(_ samples: Range<Int>) throws -> Tensor {
    var values: [Float] = []
    for n in samples {
      for index in 0..<24 { values.append(Float((n * 31 + index * 7) % 13) / 6 - 1) }
    }
    return try Tensor.parameter(values, shape: [samples.count, 3, 2, 2, 2])
  }

  private func expected(_ samples: Range<Int>) throws -> ExpectedLabels {
    let known = Array(isContoured[(3 * samples.lowerBound)..<(3 * samples.upperBound)])
    var labels: [UInt8] = []
    for n in samples {
      for voxel in 0..<8 {
        let label = (n + voxel) % 3
        labels.append(isContoured[3 * n + label] ? UInt8(label) : 0)
      }
    }
    return ExpectedLabels(
      labels: [try LabelBatch(labels, shape: [samples.count, 2, 2, 2])],
      isContoured: known
    )
  }

  @Test(
    "Losses of parts add up to the batch's, though structures are missing in some",
    arguments: [[0..<2, 2..<4], [0..<1, 1..<4], [0..<1, 1..<2, 2..<3, 3..<4]]
  )
  func addsUp(parts: [Range<Int>]) async throws {
    try await onDevice {
      let loss = LossPlan(hasDeepSupervision: false)
      let whole = try logits(0..<4)
      let value = try loss(predicted: [whole], expected: expected(0..<4))
      try value.backward()
      let shares = try BatchShare.shares(
        of: parts.map { Array(isContoured[(3 * $0.lowerBound)..<(3 * $0.upperBound)]) },
        classes: 3,
        in: .alone
      )
      var sum: Float = 0
      var gradients: [Float] = []
      for (part, share) in zip(parts, shares) {
        let input = try logits(part)
        let value = try loss(predicted: [input], expected: expected(part), share: share)
        try value.backward()
        sum += try value.values()[0]
        gradients += try #require(try input.gradient()).values()
      }
      #expect(shares.allSatisfy { $0.samples == 4 && $0.pairs == 4 })
      #expect(abs(try value.values()[0] - sum) < 1e-6)
      let expected = try #require(try whole.gradient()).values()
      #expect(zip(expected, gradients).allSatisfy { abs($0 - $1) < 1e-7 })
    }
  }

  @Test("Where a scaled loss overflows, weights stay and gradients are forgotten")
  func overflow() async throws {
    try await onDevice {
      let example = try #require(TrainingGolden.shared?.trainings.last)
      let network = try TrainableNetwork(example.plan.graph(), weights: DrawnWeights())
      let optimizer = try Optimizer(OptimizerPlan(), for: network)
      let tensors = network.parameters.map(\.tensor)
      let before = try tensors.map { try $0.values() }
      let input = try Tensor(
        drawn("input", count: 2 * example.sizes[0].reduce(1, *)),
        shape: [1, 2] + example.sizes[0]
      )
      func step(_ scale: Double) throws -> Double {
        try (network(input)[0].squared().sum() * scale).backward()
        return try optimizer.step(0, of: 10, gradientScale: scale)
      }
      #expect(!(try step(0x1p127)).isFinite)
      var after = try tensors.map { try $0.values() }
      #expect(after == before)
      for tensor in tensors { #expect(try tensor.gradient() == nil) }
      #expect(try step(0x1p10).isFinite)
      after = try tensors.map { try $0.values() }
      #expect(after != before)
    }
  }
}
