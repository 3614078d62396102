import Foundation
import NeuralNetworks
import TestSupport
import Testing
import Torch

@Suite("M3-Net")
struct M3NetTests {
  static let names = M3NetPlan.ablations.map(\.name)

  func plan(_ name: String) throws -> M3NetPlan {
    try #require(M3NetPlan.ablations.first { $0.name == name }?.plan)
  }

  @Test("Each ablation has the outputs of its parts, each at its resolution", arguments: names)
  func outputs(_ name: String) async throws {
    try await onDevice {
      let plan = try self.plan(name)
      try plan.validate(patchSize: M3NetPlan.size)
      let network = try TrainableNetwork(plan.graph(heads: .all), weights: DrawnWeights())
      let roles = network.roles
      #expect(roles.contains(.velocity) == (plan.registration != nil))
      #expect(roles.contains(.global) == (plan.masks != nil))
      #expect(roles.contains(.regions) == (plan.masks?.regions.isEmpty == false))
      #expect(roles.suffix(2) == [.organs, .organs])
      let outputs = try withoutGradients { () throws(TorchError) in try network(plan.image()) }
      for ((role, scale), output) in zip(zip(roles, network.outputScales), outputs) {
        let channels =
          switch role {
          case .organs: 4
          case .regions: 3
          case .global: 2
          case .velocity, .field: 3
          case .registered: 1
          }
        #expect(output.shape == [2, channels] + zip(M3NetPlan.size, scale).map { $0 / $1 })
        let isFinite = try output.values().allSatisfy { $0.isFinite }
        #expect(isFinite)
      }
    }
  }

  @Test(
    "Inference gives what training gives, in single precision and nearly in bf16",
    arguments: names
  )
  func inference(_ name: String) async throws {
    try await onDevice {
      let plan = try self.plan(name)
      let image = try plan.image()
      let trained = try TrainableNetwork(plan.graph(heads: .all), weights: DrawnWeights())
      let outputs = try withoutGradients { () throws(TorchError) in try trained(image) }
      let expected = try #require(outputs.last).values()
      let largest = expected.reduce(0) { max($0, abs($1)) }
      for (type, bound) in [(TensorType.float32, Float(2e-4)), (.bfloat16, 0.5)] {
        let network = try PreparedNetwork(
          .m3(plan),
          weights: DrawnWeights(),
          placement: Placement(type: type)
        )
        let found = try network(image).values()
        #expect(found.count == expected.count)
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < bound * largest }, "\(type)")
      }
    }
  }

  @Test(
    "Masks and registration can be had without the organs, and are the same",
    arguments: [0, 1]
  )
  func partialGraphs(_ number: Int) async throws {
    try await onDevice {
      let plan = M3NetPlan.tiny
      let heads = [NetworkHeads.masks, .registration][number]
      let graph = plan.graph(heads: heads)
      #expect(graph.layers.count < plan.graph(heads: .last).layers.count)
      #expect(!graph.weights.contains { $0.name.hasPrefix("organs.") })
      let image = try plan.image()
      let part = try PreparedNetwork(graph, weights: DrawnWeights())
      let whole = try TrainableNetwork(plan.graph(heads: .all), weights: DrawnWeights())
      let expected = try withoutGradients { () throws(TorchError) in try whole(image) }
      let found = try part.outputs(of: image)
      #expect(part.roles == [[.global, .regions], [.field, .registered]][number])
      for (role, tensor) in zip(part.roles, found) {
        let index = try #require(whole.roles.firstIndex(of: role))
        let values = try zip(tensor.values(), expected[index].values())
        #expect(values.allSatisfy { abs($0 - $1) < 1e-3 * (1 + abs($1)) }, "\(role)")
      }
    }
  }

  @Test(
    "What stands in the channel of an absent modality changes nothing, and its presence does",
    arguments: names
  )
  func absence(_ name: String) async throws {
    try await onDevice {
      let plan = try self.plan(name)
      guard plan.modalities.count == 2 else { return }
      let network = try PreparedNetwork(.m3(plan), weights: DrawnWeights())
      let voxels = M3NetPlan.size.reduce(1, *)
      let image = try plan.image().values()
      let channels = plan.inputChannels
      var first = 0
      for modality in plan.modalities {
        let range = first..<first + modality.channels
        first = range.upperBound
        func filled(_ value: Float) throws -> [Float] {
          let values = image.enumerated().map { index, old in
            range.contains(index / voxels % channels) ? value : old
          }
          let tensor = try Tensor(values, shape: [2, channels] + M3NetPlan.size)
          return try network(tensor).values()
        }
        let empty = try filled(0)
        let (one, air) = try (filled(1), filled(-1024))
        #expect(one == empty && air == empty)
        let present = try network(plan.image()).values()
        #expect(present != empty)
        #expect(empty.allSatisfy { $0.isFinite })
      }
    }
  }

  @Test("One sample's missing modality leaves the other sample as it is")
  func absenceOfOneSample() async throws {
    try await onDevice {
      let plan = M3NetPlan.tiny
      let network = try PreparedNetwork(.m3(plan), weights: DrawnWeights())
      let voxels = M3NetPlan.size.reduce(1, *)
      var values = try plan.image().values()
      let both = try network(plan.image()).values()
      for index in values.indices where index / voxels == 1 { values[index] = 3 }
      let one = try network(Tensor(values, shape: [2, 2] + M3NetPlan.size)).values()
      let half = both.count / 2
      #expect(zip(one[half...], both[half...]).allSatisfy { abs($0 - $1) < 1e-4 })
      #expect(one[..<half] != both[..<half])
    }
  }

  @Test("Nothing moves where a modality is absent, and the registered scan is the scan")
  func noRegistration() async throws {
    try await onDevice {
      let plan = M3NetPlan.tiny
      let network = try PreparedNetwork(
        plan.graph(heads: .registration),
        weights: DrawnWeights()
      )
      var values = try plan.image().values()
      let voxels = M3NetPlan.size.reduce(1, *)
      for index in values.indices where index / voxels % 2 == 0 { values[index] = 0 }
      let outputs = try network.outputs(of: Tensor(values, shape: [2, 2] + M3NetPlan.size))
      let isStill = try outputs[0].values().allSatisfy { $0 == 0 }
      #expect(isStill)
      let registered = try outputs[1].values()
      for sample in 0..<2 {
        for voxel in 0..<voxels {
          let own = values[(2 * sample + 1) * voxels + voxel]
          #expect(abs(registered[sample * voxels + voxel] - own) < 1e-5)
        }
      }
    }
  }

  @Test("Networks leave no tensor behind")
  func noLeaks() async throws {
    try await onDevice {
      let before = Tensor.liveCount
      try autoreleasing {
        let network = try PreparedNetwork(.m3(.tiny), weights: DrawnWeights())
        _ = try network(M3NetPlan.tiny.image())
      }
      #expect(Tensor.liveCount == before)
    }
  }

  private func autoreleasing(_ body: () throws -> Void) rethrows { try body() }
}
