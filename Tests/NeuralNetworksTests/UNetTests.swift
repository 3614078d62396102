import Foundation
import NeuralNetworks
import TestSupport
import Testing
import Torch

/// A network of nnU-Net's library and its logits.
struct GoldenUNet: Decodable, Sendable, CustomTestStringConvertible {
  var name: String
  var shape: [Int]
  var plan: UNetPlan
  var logits: Data
  /// The gradients that a probe of the logits gives some weights, as their own probes.
  var gradients: [String: Double]?

  var testDescription: String { name }
  var expected: [Float] {
    logits.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: 4).map {
        Float(bitPattern: bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self).littleEndian)
      }
    }
  }
  var input: [Float] { drawn("input of \(name)", count: shape.reduce(1, *)) }

  static let all = read("unets")

  static func read(_ file: String) -> [GoldenUNet] {
    guard
      let url = Bundle.module.url(
        forResource: file,
        withExtension: "json",
        subdirectory: "Golden"
      ),
      let data = try? Data(contentsOf: url)
    else { return [] }
    return (try? JSONDecoder().decode([GoldenUNet].self, from: data)) ?? []
  }
}

@Suite("U-Nets")
struct UNetTests {
  /// The largest difference, as a part of the largest expected value.
  @DeviceActor private func error(_ found: [Float], _ expected: [Float]) -> Float {
    guard found.count == expected.count, found.allSatisfy(\.isFinite) else { return .infinity }
    return zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
      / expected.reduce(0) { max($0, abs($1)) }
  }

  @Test("The golden file holds plain and residual networks")
  func golden() async throws {
    try await onDevice {
      #expect(GoldenUNet.all.count == 6)
      #expect(Set(GoldenUNet.all.map(\.plan.encoder)) == [.plain, .residual])
    }
  }

  @Test("Logits agree with nnU-Net's library to 1e-4", arguments: GoldenUNet.all)
  func agrees(_ example: GoldenUNet) async throws {
    try await onDevice {
      let network = try PreparedNetwork(.unet(example.plan), weights: DrawnWeights())
      let logits = try network(Tensor(example.input, shape: example.shape))
      #expect(
        logits.shape == [example.shape[0], example.plan.outputChannels] + example.shape[2...]
      )
      let difference = error(try logits.values(), example.expected)
      #expect(difference < 1e-4)
    }
  }

  @Test("bfloat16 stays close, and gives logits in single precision", arguments: GoldenUNet.all)
  func bfloat16(_ example: GoldenUNet) async throws {
    try await onDevice {
      let network = try PreparedNetwork(
        .unet(example.plan),
        weights: DrawnWeights(),
        placement: Placement(type: .bfloat16)
      )
      let logits = try network(Tensor(example.input, shape: example.shape))
      #expect(logits.type == .float32)
      let difference = error(try logits.values(), example.expected)
      #expect(difference < 0.3)
      #expect(difference > 1e-4, "bfloat16 was used")
    }
  }

  @Test(
    "A whole network gives the same bytes for 1, 2 and 3 threads, where features are multiples of 8",
    arguments: [TensorType.float32, .bfloat16]
  )
  func threads(type: TensorType) async throws {
    try await onDevice {
      defer { try? TorchRuntime.start(threads: ProcessInfo.processInfo.activeProcessorCount) }
      let examples = GoldenUNet.all.filter { $0.plan.features.allSatisfy { $0 % 8 == 0 } }
      for example in type == .float32 ? examples : Array(examples.prefix(1)) {
        let network = try PreparedNetwork(
          .unet(example.plan),
          weights: DrawnWeights(),
          placement: Placement(type: type)
        )
        let shape = [1, example.shape[1]] + example.shape[2...].map { $0 * 2 }
        let input = drawn("a larger input", count: shape.reduce(1, *))
        var results: [[UInt32]] = []
        for threads in [1, 2, 3] {
          try TorchRuntime.start(threads: threads)
          results.append(try network(Tensor(input, shape: shape)).values().map(\.bitPattern))
        }
        #expect(results[1] == results[0], "\(example.name)")
        #expect(results[2] == results[0], "\(example.name)")
      }
    }
  }

  @Test("Each weight is needed: the one that is missing is named", arguments: GoldenUNet.all)
  func missingWeight(_ example: GoldenUNet) async throws {
    try await onDevice {
      for (name, _) in example.plan.expectedWeights {
        #expect(throws: NetworkError.missingWeight(name: name)) {
          _ = try PreparedNetwork(.unet(example.plan), weights: DrawnWeights(missing: [name]))
        }
      }
    }
  }

  @Test("A weight of another shape is named, with both shapes", arguments: GoldenUNet.all)
  func wrongShape(_ example: GoldenUNet) async throws {
    try await onDevice {
      for (name, shape) in example.plan.expectedWeights {
        let found = shape + [2]
        #expect(throws: NetworkError.wrongShape(name: name, found: found, expected: shape)) {
          _ = try PreparedNetwork(.unet(example.plan), weights: DrawnWeights(shapes: [name: found]))
        }
      }
    }
  }

  @Test("No weight is asked for that the plan does not list", arguments: GoldenUNet.all)
  func askedWeights(_ example: GoldenUNet) async throws {
    try await onDevice {
      let asked = AskedWeights()
      _ = try PreparedNetwork(.unet(example.plan), weights: asked)
      #expect(asked.names.sorted() == example.plan.expectedWeights.map(\.name).sorted())
    }
  }

  @Test("A window whose sizes the strides do not divide is refused, not misread")
  func indivisibleWindow() async throws {
    try await onDevice {
      let example = try #require(GoldenUNet.all.first)
      let network = try PreparedNetwork(.unet(example.plan), weights: DrawnWeights())
      let shape = [1, example.plan.inputChannels, 4, 9, 12]
      #expect(throws: TorchError.self) {
        try network(Tensor(drawn("odd", count: shape.reduce(1, *)), shape: shape))
      }
    }
  }

  @Test("A window with other channels than the network is refused", arguments: GoldenUNet.all)
  func wrongChannels(_ example: GoldenUNet) async throws {
    try await onDevice {
      let network = try PreparedNetwork(.unet(example.plan), weights: DrawnWeights())
      let shape = [1, example.plan.inputChannels + 1] + example.shape[2...]
      #expect(throws: TorchError.self) {
        try network(Tensor(drawn("wide", count: shape.reduce(1, *)), shape: shape))
      }
    }
  }

  @Test("A network frees what it computes")
  func noLeak() async throws {
    try await onDevice {
      let before = Tensor.liveCount
      for example in GoldenUNet.all {
        let network = try PreparedNetwork(.unet(example.plan), weights: DrawnWeights())
        _ = try network(Tensor(example.input, shape: example.shape))
      }
      #expect(Tensor.liveCount == before)
    }
  }
}

/// Remembers what it was asked for.
private final class AskedWeights: WeightSource {
  private(set) var names: [String] = []

  func values(named name: String, shape: [Int]) throws(NetworkError) -> [Float] {
    names.append(name)
    return try DrawnWeights().values(named: name, shape: shape)
  }
}
