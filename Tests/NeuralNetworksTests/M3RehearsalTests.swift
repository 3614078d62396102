import Foundation
import NeuralNetworks
import Randomness
import Testing
import Torch

/// A CT and an MR of one drawn texture, the MR with inverted contrast and moved by two voxels; the
/// labels follow from the texture.
private struct DrawnPairs {
  static let size = [8, 16, 16]
  /// Where a voxel of the CT lies in the MR, less where it lies in the CT.
  static let shift = [0.0, 1.0, -2.0]

  var image: Tensor
  var expected: ExpectedOutputs
  var field: ExpectedField

  init(_ number: Int, samples: Int = 2, for network: TrainableNetwork) throws(TorchError) {
    var images: [Float] = []
    var labels: [UInt8] = []
    for sample in 0..<samples {
      var generator = SeededGenerator(seed: 7, stream: UInt64(number), UInt64(sample))
      var waves: [(frequency: SIMD3<Double>, phase: Double)] = []
      for _ in 0..<6 {
        let frequency = SIMD3<Double>(
          generator.uniform(-0.9...0.9),
          generator.uniform(-0.9...0.9),
          generator.uniform(-0.9...0.9)
        )
        waves.append((frequency, generator.uniform(0...6)))
      }
      func texture(_ place: SIMD3<Double>) -> Double {
        var sum = 0.0
        for wave in waves { sum += sin((wave.frequency * place).sum() + wave.phase) / 2 }
        return sum
      }
      var moved: [Float] = []
      let shift = SIMD3<Double>(Self.shift)
      for index in 0..<2048 {
        let place = SIMD3<Double>(Double(index / 256), Double(index / 16 % 16), Double(index % 16))
        let value = texture(place)
        images.append(Float(value))
        moved.append(Float(-texture(place - shift)))
        labels.append(value > 0.9 ? 1 : value > 0.5 ? 2 : value < -0.7 ? 3 : 0)
      }
      images += moved
    }
    image = try Tensor(images, shape: [samples, 2] + Self.size)
    func batch(_ scale: [Int], _ table: [UInt8]) throws(TorchError) -> LabelBatch {
      let small = zip(Self.size, scale).map { $0 / $1 }
      var result: [UInt8] = []
      for sample in 0..<samples {
        for d in 0..<small[0] {
          for h in 0..<small[1] {
            for w in 0..<small[2] {
              let index =
                ((sample * 8 + d * scale[0] + scale[0] / 2) * 16 + h * scale[1] + scale[1] / 2) * 16
                + w * scale[2] + scale[2] / 2
              result.append(table[Int(labels[index])])
            }
          }
        }
      }
      return try LabelBatch(result, shape: [samples] + small)
    }
    let tables: [NetworkRole: [UInt8]] = [
      .organs: [0, 1, 2, 3], .regions: [0, 1, 1, 2], .global: [0, 1, 1, 1],
    ]
    var all: [NetworkRole: ExpectedLabels] = [:]
    for (role, scale) in zip(network.roles, network.outputScales) {
      guard let table = tables[role] else { continue }
      let count = Int(table.max() ?? 0) + 1
      let known = [Bool](repeating: true, count: samples * count)
      all[role, default: ExpectedLabels(labels: [], isContoured: known)].labels
        .append(try batch(scale, table))
    }
    expected = ExpectedOutputs(
      organs: all[.organs] ?? ExpectedLabels(labels: [], isContoured: []),
      regions: all[.regions],
      global: all[.global]
    )
    let voxels = Self.size.reduce(1, *)
    field = ExpectedField(
      displacement: try Tensor(
        (0..<samples).flatMap { _ in
          Self.shift.flatMap { [Float](repeating: Float($0), count: voxels) }
        },
        shape: [samples, 3] + Self.size
      ),
      isKnown: try Tensor([Float](repeating: 1, count: samples), shape: [samples, 1, 1, 1, 1])
    )
  }
}

@Suite("A rehearsal of M3-Net's training")
struct M3RehearsalTests {
  /// The parts of the loss, and the mean distance to the true field, on pairs not trained on.
  private func measured(
    _ network: TrainableNetwork,
    _ objective: TrainingObjective
  ) throws -> [String: Double] {
    let pairs = try DrawnPairs(1000, for: network)
    let outputs = try withoutGradients { () throws(TorchError) in try network(pairs.image) }
    var result: [String: Double] = [:]
    let parts = try objective.parts(
      predicted: outputs,
      roles: network.roles,
      image: pairs.image,
      expected: pairs.expected
    )
    for part in parts {
      let value = Double(try part.value.values()[0])
      result[part.name] = value
      result["sum", default: 0] += part.weight * value
    }
    if let index = network.roles.firstIndex(of: .field) {
      let difference = try outputs[index] - pairs.field.displacement
      let squares = try difference.squared().sum(over: [1]).values()
      result["distance"] =
        squares.reduce(0) { $0 + Double($1).squareRoot() } / Double(squares.count)
    }
    return result
  }

  @Test(
    "The loss and the violations of containment fall, and a known shift is found without being told",
    arguments: ImageSimilarity.allCases
  )
  func learns(kind: ImageSimilarity) async throws {
    try await onDevice {
      var plan = M3NetPlan.tiny
      plan.registration?.squarings = 5
      let graph = plan.graph(heads: .all)
      let network = try TrainableNetwork(graph, weights: InitialWeights(of: graph, seed: 3))
      let joint = JointLossPlan(similarity: 4, similarityKind: kind, knownField: 0)
      let objective = TrainingObjective(LossPlan(), joint: joint, network: .m3(plan))
      let optimizer = try Optimizer(
        OptimizerPlan(rule: .adamW, learningRate: 5e-3, warmUpShare: 0.05),
        for: network
      )
      let before = try measured(network, objective)
      // The network begins as the identity: it is off by the whole shift.
      let identity = DrawnPairs.shift.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(abs(try #require(before["distance"]) - identity) < 0.1)
      let steps = 60
      for step in 0..<steps {
        let pairs = try DrawnPairs(step, for: network)
        let loss = try objective(
          predicted: network(pairs.image),
          roles: network.roles,
          image: pairs.image,
          expected: pairs.expected
        )
        try loss.backward()
        _ = try optimizer.step(step, of: steps)
      }
      let after = try measured(network, objective)
      for part in ["sum", "organs", "regions", "global", "similarity", "containment"] {
        let (old, new) = try (#require(before[part]), #require(after[part]))
        #expect(new < old, "\(part): \(old) became \(new)")
      }
      #expect(try #require(after["distance"]) < 0.7 * identity)
      #expect(try #require(after["folding"]) < 0.01)
    }
  }
}
