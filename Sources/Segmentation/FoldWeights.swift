import Models
import NeuralNetworks

/// A fold of a model as the source of a network's weights.
///
/// Each tensor is given away once: what the network has laid out is not kept here as well.
final class FoldWeights: WeightSource {
  private var weights: [String: WeightTensor]

  init(_ fold: ModelFold) { weights = fold.weights }

  func values(named name: String, shape: [Int]) throws(NetworkError) -> [Float] {
    guard let tensor = weights.removeValue(forKey: name) else { throw .missingWeight(name: name) }
    guard tensor.shape == shape else {
      throw .wrongShape(name: name, found: tensor.shape, expected: shape)
    }
    return tensor.values
  }
}
