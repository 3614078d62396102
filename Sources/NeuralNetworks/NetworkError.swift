public import Torch

/// Why a network could not be built from weights.
public enum NetworkError: Error, Hashable {
  /// The weights lack a tensor.
  case missingWeight(name: String)
  /// A tensor has another shape than the plan needs.
  case wrongShape(name: String, found: [Int], expected: [Int])
  /// libtorch refused.
  case torch(TorchError)
}

extension NetworkError: CustomStringConvertible {
  /// One sentence: what, where, and what was expected.
  public var description: String {
    switch self {
    case .missingWeight(let name):
      "Network: the weights lack \(name)."
    case .wrongShape(let name, let found, let expected):
      "Network: \(name) has shape \(found); the plan needs \(expected)."
    case .torch(let error):
      error.description
    }
  }
}

/// Where a network's weights come from: a model folder, or a test.
public protocol WeightSource {
  /// The values of one tensor in C order.
  /// - Throws: ``NetworkError`` where the tensor is missing or has another shape.
  func values(named name: String, shape: [Int]) throws(NetworkError) -> [Float]
}

/// Where and in which precision a network runs.
public struct Placement: Hashable, Sendable {
  /// The device.
  public var device: ComputeDevice
  /// The precision of weights and activations; logits are always single precision.
  public var type: TensorType

  /// A placement; by default single precision on the processor.
  public init(device: ComputeDevice = .cpu, type: TensorType = .float32) {
    self.device = device
    self.type = type
  }
}

/// Something that maps one tensor to another.
public protocol Module {
  /// The result of the module on a tensor.
  func callAsFunction(_ x: consuming Tensor) throws(TorchError) -> Tensor
}
