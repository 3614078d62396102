import Foundation
import NeuralNetworks
import TestSupport
import Testing
import Torch

@Suite("Attention to masks")
struct MaskAttentionTests {
  static let examples = GoldenUNet.read("attention")

  @Test("The golden file holds plain and residual networks, of one mask and of two")
  func golden() throws {
    #expect(Self.examples.map(\.plan.encoder) == [.residual, .residual, .plain])
    #expect(Self.examples.map(\.plan.maskAttention?.channels) == [[2, 3], [0], [1, 2]])
    #expect(Self.examples.map(\.plan.maskAttention?.kernel) == [7, 3, 5])
  }

  @Test(
    "Logits agree with PyTorch's from the formulas to 1e-4, in bf16 nearly",
    arguments: examples
  )
  func agrees(_ example: GoldenUNet) async throws {
    try await onDevice {
      try example.plan.validate(patchSize: Array(example.shape[2...]))
      let expected = example.expected
      let largest = expected.reduce(0) { max($0, abs($1)) }
      for (type, bound) in [(TensorType.float32, Float(1e-4)), (.bfloat16, 0.3)] {
        let network = try PreparedNetwork(
          .unet(example.plan),
          weights: DrawnWeights(),
          placement: Placement(type: type)
        )
        let found = try network(Tensor(example.input, shape: example.shape)).values()
        #expect(found.count == expected.count)
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < bound * largest }, "\(type)")
      }
    }
  }

  @Test(
    "Its weights' gradients agree with PyTorch's, also where a gate's only unit is shut",
    arguments: examples
  )
  func gradients(_ example: GoldenUNet) async throws {
    try await onDevice {
      let expected = try #require(example.gradients)
      let network = try TrainableNetwork(example.plan.graph(), weights: DrawnWeights())
      let logits = try #require(
        try network(Tensor(example.input, shape: example.shape)).last
      )
      let weights = drawn("probe of logits", count: logits.shape.reduce(1, *))
      try (logits * Tensor(weights, shape: logits.shape)).mean().backward()
      let count = Double(weights.count)
      var seen = 0
      for parameter in network.parameters {
        guard let value = expected[parameter.name] else { continue }
        seen += 1
        let gradient = try #require(try parameter.tensor.gradient()).values()
        let found = count * probe("probe \(parameter.name)", gradient)
        let scale = count * gradient.reduce(0) { $0 + Double($1 * $1) }.squareRoot()
        #expect(abs(found - value) <= 2e-3 * scale, "\(parameter.name)")
      }
      #expect(seen == expected.count && seen == 6 * example.plan.features.count)
    }
  }

  @Test("A mask moves the logits through the gates even where no convolution weighs it")
  func gatesSeeMasks() async throws {
    try await onDevice {
      let example = try #require(Self.examples.first)
      let channels = example.plan.inputChannels
      let voxels = example.shape[2...].reduce(1, *)
      func logits(maskedBy value: Float) throws -> [Float] {
        let image = example.input.enumerated().map { index, old in
          index / voxels % channels == 3 ? value : old
        }
        let network = try PreparedNetwork(.unet(example.plan), weights: BlindStem())
        return try network(Tensor(image, shape: example.shape)).values()
      }
      #expect(try logits(maskedBy: 0) != logits(maskedBy: 1))
    }
  }

  @Test("A plan with attention is written and read back, and one without has no trace of it")
  func coding() throws {
    let plan = NetworkPlan.unet(try #require(Self.examples.first).plan)
    let data = try JSONEncoder().encode(plan)
    #expect(try JSONDecoder().decode(NetworkPlan.self, from: data) == plan)
    #expect(plan.title == "residual U-Net with attention to masks")
    var without = try #require(plan.unet)
    without.maskAttention = nil
    let text = String(decoding: try JSONEncoder().encode(without), as: UTF8.self)
    #expect(!text.contains("maskAttention"))
  }

  @Test("Attention that no network can have is refused with what was expected")
  func refusals() throws {
    var plan = try #require(Self.examples.first).plan
    let wrong = [
      MaskAttentionPlan(channels: []), MaskAttentionPlan(channels: [4]),
      MaskAttentionPlan(channels: [-1]), MaskAttentionPlan(channels: [2, 2]),
      MaskAttentionPlan(channels: [2], reduction: 0), MaskAttentionPlan(channels: [2], kernel: 4),
      MaskAttentionPlan(channels: [2], kernel: 33),
    ]
    for attention in wrong {
      plan.maskAttention = attention
      #expect(throws: NetworkPlanError.self, "\(attention)") { try plan.validate() }
    }
  }
}

/// Drawn weights, but the first convolution weighs the last channel with nothing.
private struct BlindStem: WeightSource {
  func values(named name: String, shape: [Int]) throws(NetworkError) -> [Float] {
    var values = try DrawnWeights().values(named: name, shape: shape)
    guard name == "encoder.stem.convs.0.conv.weight" else { return values }
    let voxels = shape[2...].reduce(1, *)
    for index in values.indices where index / voxels % shape[1] == shape[1] - 1 {
      values[index] = 0
    }
    return values
  }
}
