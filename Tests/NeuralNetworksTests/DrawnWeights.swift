import NeuralNetworks
import TestSupport

/// Weights drawn from a hash of their names, as `Golden/make_golden.py` draws them.
struct DrawnWeights: WeightSource {
  /// Tensors that are not there.
  var missing: Set<String> = []
  /// Tensors that have another shape.
  var shapes: [String: [Int]] = [:]

  func values(named name: String, shape: [Int]) throws(NetworkError) -> [Float] {
    guard !missing.contains(name) else { throw .missingWeight(name: name) }
    if let found = shapes[name], found != shape {
      throw .wrongShape(name: name, found: found, expected: shape)
    }
    let quarter = drawn(name, count: shape.reduce(1, *)).map { $0 * 0.25 }
    return name.hasSuffix("norm.weight") ? quarter.map { $0 + 1 } : quarter
  }
}
