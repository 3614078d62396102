/// Why a plan describes no network.
public enum NetworkPlanError: Error, Hashable {
  /// A list has another number of entries than the plan's stages ask for.
  case wrongCount(field: String, expected: Int, found: Int)
  /// A number lies outside its bounds.
  case outOfBounds(field: String, value: String, expected: String)
  /// The patch cannot be halved as often as the strides ask.
  case indivisiblePatch(axis: Int, size: Int, stride: Int)
}

extension NetworkPlanError: CustomStringConvertible {
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

/// Checks of a plan's numbers, each throwing the first that fails.
enum PlanCheck {
  static func bounds(
    _ value: Int,
    _ bounds: ClosedRange<Int>,
    _ field: String
  ) throws(NetworkPlanError) {
    guard bounds.contains(value) else {
      throw .outOfBounds(
        field: field,
        value: "\(value)",
        expected: "\(bounds.lowerBound) to \(bounds.upperBound)"
      )
    }
  }

  static func bounds(_ value: Double, _ field: String) throws(NetworkPlanError) {
    guard value.isFinite, (0...1).contains(value) else {
      throw .outOfBounds(field: field, value: "\(value)", expected: "0 to 1")
    }
  }

  static func count(
    _ count: Int,
    equals expected: Int,
    _ field: String
  ) throws(NetworkPlanError) {
    guard count == expected else {
      throw .wrongCount(field: field, expected: expected, found: count)
    }
  }

  /// What the stages of every encoder and decoder have to be.
  static func stages(
    features: [Int],
    kernels: [[Int]],
    strides: [[Int]],
    encoderDepths: [Int],
    decoderDepths: [Int]
  ) throws(NetworkPlanError) {
    let stages = features.count
    try bounds(stages, 2...16, "the number of stages")
    try count(kernels.count, equals: stages, "kernels")
    try count(strides.count, equals: stages, "strides")
    try count(encoderDepths.count, equals: stages, "encoderDepths")
    try count(decoderDepths.count, equals: stages - 1, "decoderDepths")
    for number in features { try bounds(number, 1...4096, "features") }
    for depth in encoderDepths + decoderDepths { try bounds(depth, 1...64, "a stage's depth") }
    for kernel in kernels {
      try count(kernel.count, equals: 3, "a kernel")
      for size in kernel {
        guard (1...31).contains(size), size % 2 == 1 else {
          throw .outOfBounds(field: "a kernel's size", value: "\(size)", expected: "odd, 1 to 31")
        }
      }
    }
    for stride in strides {
      try count(stride.count, equals: 3, "a stride")
      for step in stride { try bounds(step, 1...16, "a stride") }
    }
    guard strides[0] == [1, 1, 1] else {
      throw .outOfBounds(
        field: "the first stage's stride",
        value: "\(strides[0])",
        expected: "[1, 1, 1]"
      )
    }
  }

  /// Whether a patch can be halved as often as the strides ask.
  static func patch(_ patch: [Int], strides: [[Int]]) throws(NetworkPlanError) {
    try count(patch.count, equals: 3, "the patch")
    for (axis, size) in patch.enumerated() {
      try bounds(size, 1...4096, "the patch's size")
      var product = 1
      for stride in strides where product <= size { product *= stride[axis] }
      guard size.isMultiple(of: product) else {
        throw .indivisiblePatch(axis: axis, size: size, stride: product)
      }
    }
  }
}
