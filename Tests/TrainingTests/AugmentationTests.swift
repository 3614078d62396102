import Foundation
import Randomness
import Testing
import Training

/// What batchgeneratorsv2 made of one patch: `Golden/augmentation.json`.
private struct AugmentationGolden: Decodable {
  struct Spatial: Decodable {
    var angles: [Double]
    var scale: Double
    var image: [Float]
    var labels: [Int]
  }
  var size: [Int]
  var image: [Float]
  var labels: [Int]
  var brightness: [Float]
  var contrast: [Float]
  var blur: [Float]
  var lowResolution: [Float]
  var gamma: [Float]
  var invertedGamma: [Float]
  var spatial: [Spatial]

  init() throws {
    let url = try #require(
      Bundle.module.url(forResource: "Golden/augmentation", withExtension: "json")
    )
    self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: url))
  }

  var patch: Patch {
    Patch(
      channelCount: 1,
      size: size,
      image: image,
      labels: labels.map { UInt8(truncatingIfNeeded: $0) }
    )
  }
}

@Suite("Augmentation")
struct AugmentationTests {
  private let golden: AugmentationGolden

  init() throws { golden = try AugmentationGolden() }

  /// A draw as a log holds it.
  private func draw(_ json: String) throws -> AugmentationDraw {
    try JSONDecoder().decode(AugmentationDraw.self, from: Data(json.utf8))
  }

  private func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
    a.count == b.count ? zip(a, b).map { abs($0 - $1) }.max() ?? 0 : .infinity
  }

  @Test("Intensities change as batchgeneratorsv2 changes them")
  func intensities() throws {
    let cases: [(draw: String, expected: [Float])] = [
      (#"{"brightness": {"factors": [1.2]}}"#, golden.brightness),
      (#"{"contrast": {"factors": [1.25]}}"#, golden.contrast),
      (#"{"blur": {"sigmas": [[0.5, 0.75, 1.0]]}}"#, golden.blur),
      (#"{"lowResolution": {"scales": [[0.6, 0.6, 0.6]]}}"#, golden.lowResolution),
      (#"{"gamma": {"exponents": [0.7], "isInverted": false}}"#, golden.gamma),
      (#"{"invertedGamma": {"exponents": [1.5], "isInverted": true}}"#, golden.invertedGamma),
    ]
    for (json, expected) in cases {
      let found = try draw(json).applied(to: golden.patch)
      #expect(largestDifference(found.image, expected) < 2e-5, "\(json)")
      #expect(largestDifference(found.image, golden.image) > 0.05, "\(json)")
      #expect(found.labels == golden.patch.labels)
    }
  }

  @Test("Turned and scaled patches are those of batchgeneratorsv2", arguments: [0, 1, 2])
  func spatial(number: Int) throws {
    let expected = golden.spatial[number]
    let found = try draw(
      """
      {"spatial": {"angles": \(expected.angles),
        "scales": [\(expected.scale), \(expected.scale), \(expected.scale)]}}
      """
    ).applied(to: golden.patch)
    #expect(largestDifference(found.image, expected.image) < 2e-5)
    let labels = expected.labels.map { UInt8(truncatingIfNeeded: $0) }
    let different = zip(found.labels, labels).filter { $0 != $1 }.count
    #expect(different == 0)
  }

  @Test("Draws that say «as it is» change nothing")
  func identity() throws {
    let cases = [
      "{}", #"{"brightness": {"factors": [1]}}"#, #"{"noise": {"deviation": 0, "seed": 3}}"#,
      #"{"blur": {"sigmas": [[]]}}"#, #"{"lowResolution": {"scales": [[1, 1, 1]]}}"#,
      #"{"spatial": {"angles": [0, 0, 0], "scales": [1, 1, 1]}}"#,
      #"{"spatial": {"angles": [0, 0, 0], "scales": [1, 1, 1],"#
        + #" "elastic": {"magnitude": 0, "isInPlane": false, "seed": 1}}}"#,
      #"{"mirroring": {"axes": []}}"#, #"{"dropout": {"channels": []}}"#,
    ]
    for json in cases {
      #expect(try draw(json).applied(to: golden.patch) == golden.patch, "\(json)")
    }
    // Exponent and factor 1 go through arithmetic.
    for json in [
      #"{"contrast": {"factors": [1]}}"#, #"{"gamma": {"exponents": [1], "isInverted": true}}"#,
    ] {
      let found = try draw(json).applied(to: golden.patch)
      #expect(largestDifference(found.image, golden.image) < 1e-5, "\(json)")
    }
  }

  @Test("Mirrored twice, a patch is what it was; mirrored once, it runs backwards")
  func mirroring() throws {
    let patch = golden.patch
    for axes in [[0], [1], [2], [0, 2], [0, 1, 2]] {
      let draw = try draw(#"{"mirroring": {"axes": \#(axes)}}"#)
      let once = draw.applied(to: patch)
      #expect(once != patch)
      #expect(draw.applied(to: once) == patch)
      func place(_ d: Int, _ h: Int, _ w: Int) -> Int {
        (d * patch.size[1] + h) * patch.size[2] + w
      }
      func mirrored(_ index: Int, _ axis: Int) -> Int {
        axes.contains(axis) ? patch.size[axis] - 1 - index : index
      }
      var wrong = 0
      for d in 0..<patch.size[0] {
        for h in 0..<patch.size[1] {
          for w in 0..<patch.size[2] {
            let source = place(mirrored(d, 0), mirrored(h, 1), mirrored(w, 2))
            let target = place(d, h, w)
            if once.image[target] != patch.image[source] { wrong += 1 }
            if once.labels[target] != patch.labels[source] { wrong += 1 }
          }
        }
      }
      #expect(wrong == 0, "\(axes)")
    }
  }

  @Test("Noise is normal with the drawn deviation, and the same for the same draw")
  func noise() throws {
    let count = 40 * 50 * 50
    let flat = Patch(
      channelCount: 1,
      size: [40, 50, 50],
      image: [Float](repeating: 0, count: count),
      labels: [UInt8](repeating: 0, count: count)
    )
    let found = try draw(#"{"noise": {"deviation": 0.1, "seed": 7}}"#).applied(to: flat)
    let sorted = found.image.map { Double($0) / 0.1 }.sorted()
    let mean = sorted.reduce(0, +) / Double(count)
    let variance = sorted.reduce(0) { $0 + $1 * $1 } / Double(count) - mean * mean
    #expect(abs(mean) < 0.015 && abs(variance - 1) < 0.02)
    // Kolmogorov's distance from the normal distribution.
    var distance = 0.0
    for (index, value) in sorted.enumerated() {
      let share = Double(index) / Double(count)
      distance = max(distance, abs(share - erfc(-value / 2.0.squareRoot()) / 2))
    }
    #expect(distance < 0.007)
    #expect(try draw(#"{"noise": {"deviation": 0.1, "seed": 7}}"#).applied(to: flat) == found)
    #expect(try draw(#"{"noise": {"deviation": 0.1, "seed": 8}}"#).applied(to: flat) != found)
  }

  @Test("An elastic draw moves voxels smoothly, and no further than drawn")
  func elastic() throws {
    // Intensities that are places along each axis show where a voxel came from.
    let size = [24, 24, 24]
    let count = 24 * 24 * 24
    for axis in 0..<3 {
      let image: [Float] = (0..<count).map { index in
        let place = [index / 576, index / 24 % 24, index % 24]
        return Float(place[axis])
      }
      let ramp = Patch(
        channelCount: 1,
        size: size,
        image: image,
        labels: [UInt8](repeating: 1, count: count)
      )
      let found = try draw(
        #"{"spatial": {"angles": [0, 0, 0], "scales": [1, 1, 1],"#
          + #" "elastic": {"magnitude": 3, "isInPlane": true, "seed": 9}}}"#
      ).applied(to: ramp)
      let inner = (0..<count).filter { index in
        let place = [index / 576, index / 24 % 24, index % 24]
        return place.allSatisfy { (4..<20).contains($0) }
      }
      let moved = inner.map { abs(found.image[$0] - image[$0]) }
      let largest = try #require(moved.max())
      #expect(axis == 0 ? largest < 1e-4 : largest > 0.5 && largest <= 3.001)
      let slope: Float = axis == 2 ? 1 : 0
      let steps: [Float] = inner.filter { $0 % 24 < 19 }.map { index in
        abs(found.image[index + 1] - found.image[index] - slope)
      }
      #expect(try #require(steps.max()) < 1.5)
      #expect(inner.allSatisfy { found.labels[$0] == 1 })
    }
  }

  @Test("Dropout empties the drawn channels and no others")
  func dropout() throws {
    let patch = Patch(
      channelCount: 2,
      size: [1, 2, 2],
      image: [1, 2, 3, 4, 5, 6, 7, 8],
      labels: [0, 1, 0, 1]
    )
    let found = try draw(#"{"dropout": {"channels": [1, 7]}}"#).applied(to: patch)
    #expect(found.image == [1, 2, 3, 4, 0, 0, 0, 0])
  }
}
