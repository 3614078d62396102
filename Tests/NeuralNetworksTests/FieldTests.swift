import Foundation
import NeuralNetworks
import TestSupport
import Testing
import Torch

/// What `Golden/make_field_golden.py` computed.
struct FieldGolden: Decodable, Sendable {
  struct Entry: Decodable, Sendable, CustomTestStringConvertible {
    var name: String
    var value: Double
    var gradients: [Double]
    var testDescription: String { name }
  }
  var size: [Int]
  var scale: [Int]
  var entries: [Entry]
  var foldedShare: Double

  static let shared: FieldGolden? = {
    let url = Bundle.module.url(
      forResource: "fields",
      withExtension: "json",
      subdirectory: "Golden"
    )
    guard let url, let data = try? Data(contentsOf: url) else { return nil }
    return try? JSONDecoder().decode(FieldGolden.self, from: data)
  }()

  func parameter(_ name: String, channels: Int, factor: Float = 1) throws -> Tensor {
    let shape = [2, channels] + size
    return try Tensor.parameter(
      drawn(name, count: shape.reduce(1, *)).map { factor * $0 },
      shape: shape
    )
  }

  /// The inputs of an entry and what it makes of them.
  func computed(_ name: String) throws -> (inputs: [Tensor], result: Tensor) {
    let field = try parameter("field", channels: 3, factor: 3)
    switch name {
    case "warp":
      let image = try parameter("moving", channels: 3)
      return ([image, field], try image.warped(by: field, scale: scale))
    case "integration": return ([field], try field.integrated(steps: 4, scale: scale))
    case "folding": return ([field], try field.folding(scale: scale))
    case "roughness": return ([field], try field.roughness(scale: scale))
    default:
      let fixed = try parameter("fixed", channels: 1)
      let other = try parameter("other", channels: 1)
      let kind = try #require(ImageSimilarity(rawValue: name))
      return ([fixed, other], try fixed.dissimilarity(to: other, kind, weights: [0.25, 0.75]))
    }
  }
}

@Suite("Displacement fields")
struct FieldTests {
  @Test(
    "Values and gradients agree with PyTorch's from the formulas",
    arguments: FieldGolden.shared?.entries ?? []
  )
  func agrees(_ expected: FieldGolden.Entry) async throws {
    try await onDevice {
      let golden = try #require(FieldGolden.shared)
      #expect(golden.entries.count == 6)
      let (inputs, result) = try golden.computed(expected.name)
      let name = expected.name
      let isNumber = result.shape.reduce(1, *) == 1
      let values = try result.values()
      let scale = isNumber ? 1 : values.reduce(0) { $0 + Double($1 * $1) }.squareRoot()
      #expect(abs(probe("probe of \(name)", values) - expected.value) < 2e-5 * scale + 1e-6)
      let weight = try Tensor(
        drawn("way back of \(name)", count: values.count),
        shape: result.shape
      )
      try (result * weight).sum().backward()
      for (index, input) in inputs.enumerated() {
        let gradient = try #require(try input.gradient()).values()
        let norm = gradient.reduce(0) { $0 + Double($1 * $1) }.squareRoot()
        let found = probe("gradient \(index) of \(name)", gradient)
        #expect(abs(found - expected.gradients[index]) < 1e-4 * norm + 1e-7, "\(name) \(index)")
      }
    }
  }

  @Test("The share of folded voxels agrees with PyTorch's determinants")
  func folded() async throws {
    try await onDevice {
      let golden = try #require(FieldGolden.shared)
      let field = try golden.parameter("field", channels: 3, factor: 3)
      let share = try field.foldedShare(scale: golden.scale)
      #expect(abs(share - golden.foldedShare) < 1e-6)
    }
  }

  @Test("A displacement by whole voxels moves an image, and the border is repeated outside")
  func wholeVoxels() async throws {
    try await onDevice {
      let size = [2, 3, 4]
      let image = try Tensor((0..<24).map(Float.init), shape: [1, 1] + size)
      // One voxel along W, on a grid of half the field's resolution.
      let field = try Tensor(
        [Float](repeating: 0, count: 48) + [Float](repeating: 2, count: 24),
        shape: [1, 3] + size
      )
      let moved = try image.warped(by: field, scale: [2, 2, 2]).values()
      for row in 0..<6 {
        for w in 0..<4 {
          #expect(abs(moved[4 * row + w] - Float(4 * row + min(w + 1, 3))) < 1e-4)
        }
      }
    }
  }

  @Test("A constant velocity is its own displacement, and none stays none")
  func constantVelocity() async throws {
    try await onDevice {
      for value: Float in [0, 1.5] {
        let shape = [1, 3, 4, 5, 6]
        let velocity = try Tensor([Float](repeating: value, count: 360), shape: shape)
        let field = try velocity.integrated(steps: 7, scale: [1, 1, 1])
        let isSame = try field.values().allSatisfy { abs($0 - value) < 1e-5 }
        let folded = try field.foldedShare(scale: [1, 1, 1])
        let roughness = try field.roughness(scale: [1, 1, 1]).values()[0]
        #expect(isSame && folded == 0 && roughness < 1e-10)
      }
    }
  }

  @Test("A warp and its gradients are the same bytes for any number of threads")
  func threads() async throws {
    try await onDevice {
      defer { try? TorchRuntime.start(threads: ProcessInfo.processInfo.activeProcessorCount) }
      // More channels than a block of them, and voxels for several threads.
      let size = [17, 30, 31]
      let voxels = size.reduce(1, *)
      var found: [[Float]] = []
      for threads in [1, 2, 3] {
        try TorchRuntime.start(threads: threads)
        let image = try Tensor.parameter(drawn("many", count: 11 * voxels), shape: [1, 11] + size)
        let values = drawn("shift", count: 3 * voxels).map { 4 * $0 }
        let field = try Tensor.parameter(values, shape: [1, 3] + size)
        let moved = try image.warped(by: field, scale: [1, 1, 1])
        try moved.squared().sum().backward()
        let gradients = try [image, field].flatMap { try #require(try $0.gradient()).values() }
        found.append(try moved.values() + gradients)
      }
      #expect(found[0] == found[1] && found[0] == found[2])
      #expect(found[0].allSatisfy { $0.isFinite })
    }
  }

  @Test("A correlation holds the products of places near each other, with their gradients")
  func correlation() async throws {
    try await onDevice {
      let size = [2, 3, 4]
      let (channels, voxels) = (5, 24)
      let shape = [1, channels] + size
      let (a, b) = (drawn("a", count: channels * voxels), drawn("b", count: channels * voxels))
      let first = try Tensor.parameter(a, shape: shape)
      let second = try Tensor.parameter(b, shape: shape)
      let found = try first.correlation(with: second, radius: 1)
      #expect(found.shape == [1, 27] + size)
      let weights = drawn("way back", count: 27 * voxels)
      try (found * Tensor(weights, shape: found.shape)).sum().backward()
      var expected = [Float](repeating: 0, count: 27 * voxels)
      var gradients = [[Float]](
        repeating: [Float](repeating: 0, count: channels * voxels),
        count: 2
      )
      for shift in 0..<27 {
        for voxel in 0..<voxels {
          let here = [voxel / 12, voxel / 4 % 3, voxel % 4]
          let there = zip(here, [shift / 9, shift / 3 % 3, shift % 3]).map { $0 + $1 - 1 }
          guard zip(there, size).allSatisfy({ $0 >= 0 && $0 < $1 }) else { continue }
          let other = (there[0] * 3 + there[1]) * 4 + there[2]
          let weight = weights[shift * voxels + voxel] / Float(channels)
          for channel in 0..<channels {
            let (p, q) = (channel * voxels + voxel, channel * voxels + other)
            expected[shift * voxels + voxel] += a[p] * b[q] / Float(channels)
            gradients[0][p] += weight * b[q]
            gradients[1][q] += weight * a[p]
          }
        }
      }
      func agree(_ x: [Float], _ y: [Float]) -> Bool {
        zip(x, y).allSatisfy { abs($0 - $1) < 1e-5 }
      }
      #expect(agree(try found.values(), expected))
      #expect(agree(try #require(try first.gradient()).values(), gradients[0]))
      #expect(agree(try #require(try second.gradient()).values(), gradients[1]))
      #expect(throws: TorchError.self) { try first.correlation(with: second, radius: 9) }
    }
  }

  @Test("Integrating a velocity and its negative leads back")
  func inverse() async throws {
    try await onDevice {
      let size = [12, 12, 12]
      var values: [Float] = []
      for axis in 0..<3 {
        for d in 0..<12 {
          for h in 0..<12 {
            for w in 0..<12 {
              let place = [d, h, w].map { Double($0) / 11 * Double.pi }
              values.append(Float(1.5 * sin(place[axis]) * sin(place[(axis + 1) % 3])))
            }
          }
        }
      }
      let velocity = try Tensor(values, shape: [1, 3] + size)
      let there = try velocity.integrated(steps: 7, scale: [1, 1, 1])
      let back = try (-velocity).integrated(steps: 7, scale: [1, 1, 1])
      let both = try (there + back.warped(by: there, scale: [1, 1, 1])).values()
      let longest = try there.values().reduce(0) { max($0, abs($1)) }
      #expect(longest > 0.8)
      #expect(both.reduce(0) { max($0, abs($1)) } < 0.15)
    }
  }

  @Test("Both likenesses are best where images lie on each other, whatever their contrast")
  func likeness() async throws {
    try await onDevice {
      let size = [12, 16, 16]
      func blob(_ shift: Int) -> [Float] {
        (0..<12 * 256).map { index in
          let (d, h, w) = (index / 256, index / 16 % 16, index % 16 - shift)
          return Float(sin(Double(d) * 0.9) + sin(Double(h) * 0.7) * cos(Double(w) * 0.4))
        }
      }
      let fixed = try Tensor(blob(0), shape: [1, 1] + size)
      for kind in ImageSimilarity.allCases {
        // An inverted and bent contrast, as between CT and MR.
        let unlike = try [0, 1, 2, 3].map { shift in
          let moved = blob(shift).map { 2 - $0 - 0.2 * $0 * $0 }
          return try fixed.dissimilarity(
            to: Tensor(moved, shape: [1, 1] + size),
            kind,
            weights: [1]
          ).values()[0]
        }
        #expect(unlike == unlike.sorted(), "\(kind) \(unlike)")
        let none = try fixed.dissimilarity(to: fixed, kind, weights: [0]).values()
        #expect(none == [0])
      }
    }
  }

  @Test("What does not fit is refused with a sentence")
  func refused() async throws {
    try await onDevice {
      let image = try Tensor([Float](repeating: 0, count: 24), shape: [1, 1, 2, 3, 4])
      let field = try Tensor([Float](repeating: 0, count: 72), shape: [1, 3, 2, 3, 4])
      #expect(throws: TorchError.self) { try image.warped(by: image, scale: [1, 1, 1]) }
      #expect(throws: TorchError.self) { try image.warped(by: field, scale: [1, 0, 1]) }
      #expect(throws: TorchError.self) { try image.integrated(steps: 3, scale: [1, 1, 1]) }
      #expect(throws: TorchError.self) { try field.integrated(steps: 99, scale: [1, 1, 1]) }
      #expect(throws: TorchError.self) { try image.channels(0..<2) }
      #expect(throws: TorchError.self) { try image.groupSums([0, 1], count: 2) }
      #expect(throws: TorchError.self) { try Tensor.joined([]) }
      #expect(throws: TorchError.self) {
        try image.dissimilarity(to: field, .mind, weights: [1])
      }
    }
  }
}
