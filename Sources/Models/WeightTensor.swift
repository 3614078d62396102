/// A network's weight: numbers in C order, as 32-bit floats whatever the file holds.
public struct WeightTensor: Hashable, Sendable {
  /// The size of each axis, as PyTorch has it: `[out, in, D, H, W]` for a convolution.
  public let shape: [Int]
  /// The numbers, the last axis fastest.
  public let values: [Float]

  /// A weight from its parts.
  /// - Precondition: `values` has the product of `shape` entries.
  public init(shape: [Int], values: [Float]) {
    precondition(shape.reduce(1, *) == values.count)
    self.shape = shape
    self.values = values
  }

  /// Whether every number is finite.
  var isFinite: Bool { values.allSatisfy(\.isFinite) }
}
