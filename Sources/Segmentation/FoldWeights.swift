import Models
import NeuralNetworks

/// A fold of a model as the source of a network's weights.
struct FoldWeights: WeightSource {
  let fold: ModelFold

  func values(named name: String, shape: [Int]) throws(NetworkError) -> [Float] {
    guard let tensor = fold.weights[name] else { throw .missingWeight(name: name) }
    guard tensor.shape == shape else {
      throw .wrongShape(name: name, found: tensor.shape, expected: shape)
    }
    return tensor.values
  }
}
