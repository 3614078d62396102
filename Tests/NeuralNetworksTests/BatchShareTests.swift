import NeuralNetworks
import Testing
import Torch

@Suite("Shares of a batch")
struct BatchShareTests {
  /// Four samples of three classes, of which some were contoured for some.
  private let isContoured = [
    true, true, true, true, true, false, true, false, false, true, false, true,
  ]

  private func logits(_ samples: Range<Int>) throws -> Tensor {
    let values = samples.flatMap { n in (0..<3 * 8).map { Float((n * 31 + $0 * 7) % 13) / 6 - 1 } }
    return try Tensor.parameter(values, shape: [samples.count, 3, 2, 2, 2])
  }

  private func expected(_ samples: Range<Int>) throws -> ExpectedLabels {
    let known = Array(isContoured[(3 * samples.lowerBound)..<(3 * samples.upperBound)])
    let labels = samples.flatMap { n in
      (0..<8).map { voxel -> UInt8 in
        let label = (n + voxel) % 3
        return isContoured[3 * n + label] ? UInt8(label) : 0
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
}
