import Foundation
import ImageProcessing
import TestSupport
import Testing

@Suite struct ResamplingTests {
  struct Golden: Decodable {
    var inputs: [Data]
    var cases: [ResamplingCase<Int, Data>]
  }

  @Test("Images are resampled as scikit-image, SciPy and PyTorch do")
  func imagesAgree() throws {
    let golden = try golden("resampling", as: Golden.self)
    #expect(golden.cases.count == 32)
    for example in golden.cases {
      let result = resampled(
        floats(golden.inputs[example.input]),
        size: example.size,
        to: example.newSize,
        rule: example.rule,
        separateAxis: example.separateAxis,
        threads: 2
      )
      let expected = floats(example.output)
      try #require(result.count == expected.count)
      #expect(largestDifference(result, expected) <= 1e-6, "\(example.name)")
    }
  }

  @Test("Label maps are resampled as batchgenerators and nnU-Net do")
  func labelsAgree() throws {
    let cases = try golden("label_resampling", as: [ResamplingCase<[Int32], [Int32]>].self)
    #expect(cases.count == 32)
    for example in cases {
      let result = resampledLabels(
        example.input,
        size: example.size,
        to: example.newSize,
        rule: example.rule,
        separateAxis: example.separateAxis,
        threads: 2
      )
      #expect(result == example.output, "\(example.name)")
    }
  }

  static let rules: [ResamplingRule] = [
    .init(order: 0), .init(order: 1), .init(order: 3), .init(method: .linear, order: 1),
    .init(order: 3, orderZ: 1), .init(order: 1, orderZ: 3),
  ]

  @Test("A constant stays constant", arguments: rules, [nil, 0, 1, 2])
  func constant(rule: ResamplingRule, axis: Int?) {
    let result = resampled(
      Array(repeating: 7.25, count: 210),
      size: [5, 6, 7],
      to: [9, 4, 11],
      rule: rule,
      separateAxis: axis
    )
    #expect(result.allSatisfy { $0 == 7.25 })
  }

  @Test("A ramp stays a ramp under linear resampling")
  func ramp() {
    let line = (0..<16).map { Float($0) }
    let result = resampled(line, size: [1, 1, 16], to: [1, 1, 32], rule: .init(order: 1))
    // Output position p lies at (p + 1/2) / 2 - 1/2 of the input, held at both ends.
    let expected = (0..<32).map { min(max((Float($0) + 0.5) / 2 - 0.5, 0), 15) }
    #expect(largestDifference(result, expected) <= 1e-6)
  }

  @Test(
    "Cubic splines keep the samples where an odd factor meets them",
    arguments: 0..<5 as Range<UInt64>
  )
  func interpolation(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let line = (0..<20).map { _ in Float.random(in: -3...3, using: &generator) }
    let result = resampled(line, size: [1, 20, 1], to: [1, 60, 1], rule: .init(order: 3))
    let met = stride(from: 1, to: 60, by: 3).map { result[$0] }
    #expect(largestDifference(met, line) <= 1e-5)
  }

  @Test("Cubic splines stay within the input's range")
  func clipping() {
    let step = (0..<24).map { Float($0 < 12 ? 0 : 100) }
    let result = resampled(step, size: [2, 3, 4], to: [5, 7, 9], rule: .init(order: 3))
    #expect(result.min() == 0 && result.max() == 100)
  }

  @Test("Flipping and resampling commute", arguments: rules.prefix(4), 0..<3 as Range<UInt64>)
  func flipEquivariance(rule: ResamplingRule, seed: UInt64) {
    // Order 0 breaks ties to one side, so its sizes have none.
    let size = [5, 7, 9]
    let newSize = [8, 5, 11]
    var generator = SeededGenerator(seed: seed)
    let voxels = (0..<315).map { _ in Float.random(in: -1...1, using: &generator) }
    let flippedFirst = resampled(
      Array(voxels.reversed()),
      size: size,
      to: newSize,
      rule: rule,
      threads: 2
    )
    let flippedLast = Array(
      resampled(voxels, size: size, to: newSize, rule: rule, threads: 2).reversed()
    )
    #expect(largestDifference(flippedFirst, flippedLast) <= 2e-6)
  }

  @Test("Swapping axes and resampling commute")
  func axisEquivariance() {
    var generator = SeededGenerator(seed: 11)
    let voxels = (0..<6 * 7 * 8).map { _ in Float.random(in: -1...1, using: &generator) }
    let rule = ResamplingRule(order: 3)
    let result = resampled(voxels, size: [6, 7, 8], to: [9, 5, 10], rule: rule)
    let swapped = transposed(voxels, [6, 7, 8])
    let other = resampled(swapped, size: [8, 7, 6], to: [10, 5, 9], rule: rule)
    #expect(largestDifference(transposed(other, [10, 5, 9]), result) <= 1e-6)
  }

  @Test("Chunks, threads and strides do not change a bit of the result", arguments: [nil, 0, 1, 2])
  func chunking(axis: Int?) {
    var generator = SeededGenerator(seed: 5)
    let size = [7, 9, 40]
    let newSize = [11, 13, 60]
    let voxels = (0..<7 * 9 * 40).map { _ in Float.random(in: -1...1, using: &generator) }
    let rule = ResamplingRule(order: 3, orderZ: 1)
    let whole = resampled(voxels, size: size, to: newSize, rule: rule, separateAxis: axis)
    var chunked = [Float](repeating: 0, count: whole.count)
    voxels.withUnsafeBufferPointer { source in
      chunked.withUnsafeMutableBufferPointer { target in
        guard let source = source.baseAddress, let target = target.baseAddress else { return }
        VolumeResampler(
          ArrayView(source, size: size),
          to: newSize,
          rule: rule,
          separateAxis: axis,
          threads: 3,
          intermediateBytes: 1
        )(into: target)
      }
    }
    #expect(chunked == whole)
  }

  @Test("A label map of one label keeps it, and no label appears that was not there")
  func labelValues() {
    var generator = SeededGenerator(seed: 3)
    let labels =
      (0..<504).map { _ in [0, 2, 200].randomElement(using: &generator) ?? 0 } as [Int32]
    let rules = Self.rules.filter { $0.order < 3 }
    for rule in rules {
      let result = resampledLabels(labels, size: [7, 8, 9], to: [12, 5, 16], rule: rule)
      #expect(Set(result).isSubset(of: [0, 2, 200]))
      let constant = resampledLabels(
        labels.map { _ in 200 },
        size: [7, 8, 9],
        to: [12, 5, 16],
        rule: rule
      )
      #expect(constant.allSatisfy { $0 == 200 })
    }
  }

  /// The array with its axes in reverse order.
  private func transposed(_ voxels: [Float], _ size: [Int]) -> [Float] {
    var result: [Float] = []
    for c in 0..<size[2] {
      for b in 0..<size[1] {
        for a in 0..<size[0] { result.append(voxels[(a * size[1] + b) * size[2] + c]) }
      }
    }
    return result
  }
}
