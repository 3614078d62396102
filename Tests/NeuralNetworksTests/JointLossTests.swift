import NeuralNetworks
import TestSupport
import Testing
import Torch

@Suite("M3-Net's loss")
struct JointLossTests {
  @Test("Every weight gets a gradient, and the loss changes along it as it says")
  func gradients() async throws {
    try await onDevice {
      for kind in ImageSimilarity.allCases {
        let plan = M3NetPlan.tiny
        let network = try TrainableNetwork(plan.graph(heads: .all), weights: DrawnWeights())
        let joint = JointLossPlan(similarityKind: kind)
        let objective = TrainingObjective(LossPlan(), joint: joint, network: .m3(plan))
        let image = try plan.image()
        let expected = try plan.expected(for: network)
        func loss() throws(TorchError) -> Tensor {
          try objective(
            predicted: network(image),
            roles: network.roles,
            image: image,
            expected: expected
          )
        }
        try loss().backward()
        var slope = 0.0
        var directions: [[Float]] = []
        for parameter in network.parameters {
          // The lowest head has no weight in deep supervision.
          guard !parameter.name.hasPrefix("organs.seg_layers.0.") else {
            directions.append([])
            continue
          }
          let gradient = try #require(try parameter.tensor.gradient(), "\(parameter.name)").values()
          // A bias before a normalization has none but rounding.
          let isBeforeNorm = parameter.name.hasSuffix(".conv.bias")
          #expect(isBeforeNorm || gradient.contains { $0 != 0 }, "\(parameter.name)")
          let direction = drawn("direction \(parameter.name)", count: gradient.count)
          directions.append(direction)
          slope += zip(gradient, direction).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        }
        let step: Float = 2e-4
        func moved(_ by: Float) throws -> Double {
          for (parameter, direction) in zip(network.parameters, directions) where !direction.isEmpty
          {
            let values = try parameter.tensor.values()
            try parameter.tensor.set(zip(values, direction).map { $0 + by * $1 })
          }
          return Double(try withoutGradients { () throws(TorchError) in try loss() }.values()[0])
        }
        let above = try moved(step)
        let below = try moved(-2 * step)
        let found = (above - below) / Double(2 * step)
        #expect(abs(found - slope) < 0.05 * abs(slope) + 0.02, "\(kind): \(found), \(slope)")
      }
    }
  }

  @Test("Containment is zero where organs lie in their region, and grows where they leave it")
  func containment() async throws {
    try await onDevice {
      let plan = M3NetPlan.tiny
      let size = M3NetPlan.size
      let voxels = size.reduce(1, *)
      // The second class in every voxel, and masks that say yes or no to its region everywhere.
      func parts(_ region: Float, _ anatomy: Float) throws -> Double {
        func logits(_ channels: [Float], _ size: [Int]) throws -> Tensor {
          try Tensor(
            channels.flatMap { [Float](repeating: $0, count: size.reduce(1, *)) },
            shape: [1, channels.count] + size
          )
        }
        let coarse = [size[0], size[1] / 2, size[2] / 2]
        let predicted = try [
          logits([-anatomy, anatomy], coarse), logits([0, region, -20], coarse),
          logits([0, 0, 20, 0], size),
        ]
        let labels = try LabelBatch([UInt8](repeating: 2, count: voxels), shape: [1] + size)
        let parts = try TrainingObjective(LossPlan(), network: .m3(plan)).parts(
          predicted: predicted,
          roles: [.global, .regions, .organs],
          image: Tensor([Float](repeating: 0, count: 2 * voxels), shape: [1, 2] + size),
          expected: ExpectedOutputs(
            organs: ExpectedLabels(labels: [labels], isContoured: [true, true, true, true])
          )
        )
        let part = try #require(parts.first { $0.name == "containment" })
        return Double(try part.value.values()[0])
      }
      let contained = try parts(20, 20)
      #expect(contained < 1e-10)
      // The organ leaves one region of two; region and organ both leave the global mask.
      let outsideRegion = try parts(-20, 20)
      let outsideAll = try parts(20, -20)
      #expect(abs(outsideRegion - 0.5) < 1e-4)
      #expect(abs(outsideAll - 2) < 1e-4)
    }
  }

  @Test("The distance to a known field counts only where it is known")
  func knownField() async throws {
    try await onDevice {
      let plan = M3NetPlan.tiny
      let size = [2, 2, 2]
      func field(_ value: Float) throws -> Tensor {
        try Tensor([Float](repeating: value, count: 48), shape: [2, 3] + size)
      }
      let labels = try LabelBatch([UInt8](repeating: 0, count: 16), shape: [2] + size)
      for (known, expected) in [([Float(1), 1], 12.0), ([1, 0], 6), ([0, 0], 0)] {
        let parts = try TrainingObjective(LossPlan(), network: .m3(plan)).parts(
          predicted: [field(2), Tensor([Float](repeating: 0, count: 64), shape: [2, 4] + size)],
          roles: [.field, .organs],
          image: Tensor([Float](repeating: 0, count: 32), shape: [2, 2] + size),
          expected: ExpectedOutputs(
            organs: ExpectedLabels(
              labels: [labels],
              isContoured: [Bool](repeating: true, count: 8)
            ),
            field: ExpectedField(
              displacement: field(0),
              isKnown: Tensor(known, shape: [2, 1, 1, 1, 1])
            )
          )
        )
        let part = try #require(parts.first { $0.name == "knownField" })
        let found = Double(try part.value.values()[0])
        #expect(abs(found - expected) < 1e-4)
      }
    }
  }
}
