/// Why a plan describes no network.
public enum UNetPlanError: Error, Hashable {
  /// A list has another number of entries than the plan's stages ask for.
  case wrongCount(field: String, expected: Int, found: Int)
  /// A number lies outside its bounds.
  case outOfBounds(field: String, value: String, expected: String)
  /// The patch cannot be halved as often as the strides ask.
  case indivisiblePatch(axis: Int, size: Int, stride: Int)
}

extension UNetPlanError: CustomStringConvertible {
  /// One sentence: what, and what was expected.
  public var description: String {
    switch self {
    case .wrongCount(let field, let expected, let found):
      "Network plan: \(field) has \(found) entries, expected \(expected)."
    case .outOfBounds(let field, let value, let expected):
      "Network plan: \(field) is \(value), expected \(expected)."
    case .indivisiblePatch(let axis, let size, let stride):
      "Network plan: the patch has \(size) voxels along axis \(axis), expected a multiple of the strides' product \(stride)."
    }
  }
}

extension UNetPlan {
  /// Checks that counts agree and that every number is one a network can have.
  /// - Parameter patchSize: where given, `[D, H, W]` must be divisible by the strides' products.
  /// - Throws: ``UNetPlanError`` for the first that does not.
  package func validate(patchSize: [Int]? = nil) throws(UNetPlanError) {
    let stages = features.count
    try check(stages, 2...16, "the number of stages")
    try check(kernels.count, equals: stages, "kernels")
    try check(strides.count, equals: stages, "strides")
    try check(encoderDepths.count, equals: stages, "encoderDepths")
    try check(decoderDepths.count, equals: stages - 1, "decoderDepths")
    try check(inputChannels, 1...1024, "inputChannels")
    try check(outputChannels, 1...1024, "outputChannels")
    for count in features { try check(count, 1...4096, "features") }
    for depth in encoderDepths + decoderDepths { try check(depth, 1...64, "a stage's depth") }
    for kernel in kernels {
      try check(kernel.count, equals: 3, "a kernel")
      for size in kernel {
        guard (1...31).contains(size), size % 2 == 1 else {
          throw .outOfBounds(field: "a kernel's size", value: "\(size)", expected: "odd, 1 to 31")
        }
      }
    }
    for stride in strides {
      try check(stride.count, equals: 3, "a stride")
      for step in stride { try check(step, 1...16, "a stride") }
    }
    guard strides[0] == [1, 1, 1] else {
      throw .outOfBounds(
        field: "the first stage's stride",
        value: "\(strides[0])",
        expected: "[1, 1, 1]"
      )
    }
    guard normalizationEpsilon.isFinite, normalizationEpsilon >= 0, normalizationEpsilon <= 1 else {
      throw .outOfBounds(
        field: "normalizationEpsilon",
        value: "\(normalizationEpsilon)",
        expected: "0 to 1"
      )
    }
    guard leakySlope.isFinite, (0...1).contains(leakySlope) else {
      throw .outOfBounds(field: "leakySlope", value: "\(leakySlope)", expected: "0 to 1")
    }
    if let patchSize { try validate(patch: patchSize) }
  }

  private func validate(patch: [Int]) throws(UNetPlanError) {
    try check(patch.count, equals: 3, "the patch")
    for (axis, size) in patch.enumerated() {
      try check(size, 1...4096, "the patch's size")
      var product = 1
      for stride in strides where product <= size { product *= stride[axis] }
      guard size.isMultiple(of: product) else {
        throw .indivisiblePatch(axis: axis, size: size, stride: product)
      }
    }
  }

  private func check(
    _ value: Int,
    _ bounds: ClosedRange<Int>,
    _ field: String
  ) throws(UNetPlanError) {
    guard bounds.contains(value) else {
      throw .outOfBounds(
        field: field,
        value: "\(value)",
        expected: "\(bounds.lowerBound) to \(bounds.upperBound)"
      )
    }
  }

  private func check(_ count: Int, equals expected: Int, _ field: String) throws(UNetPlanError) {
    guard count == expected else {
      throw .wrongCount(field: field, expected: expected, found: count)
    }
  }
}
