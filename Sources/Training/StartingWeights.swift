public import Models
import NeuralNetworks

/// A trained model that a training begins with, as to carry a network on to a clinic's own contours.
///
/// Each weight that the model has by its name and shape is taken over; what it lacks, such as the
/// outputs of structures that it does not know, begins as drawn from the plan's seed.
public struct StartingWeights: Sendable {
  /// What people call the model; written into the trained weights' provenance.
  public let name: String
  /// Its fold's weights by name.
  let weights: [String: WeightTensor]

  /// The weights of a model's first fold.
  /// - Parameters:
  ///   - model: The model.
  ///   - name: What people call it.
  public init(_ model: Model, name: String) {
    self.name = name
    weights = model.folds.first?.weights ?? [:]
  }

  /// How many of the filters of a plan's network the model has, and how many there are; biases alone
  /// would say nothing.
  /// - Parameter plan: The plan that will be trained.
  /// - Returns: Both numbers; the first is at most the second.
  public func share(of plan: TrainingPlan) -> (taken: Int, all: Int) {
    let expected = plan.model.architecture.expectedWeights.filter { $0.shape.count == 5 }
    return (expected.count { weights[$0.name]?.shape == $0.shape }, expected.count)
  }
}

/// A model's weights where names and shapes agree, drawn ones elsewhere.
struct ContinuedWeights: WeightSource {
  let drawn: InitialWeights
  let start: StartingWeights?

  func values(named name: String, shape: [Int]) throws(NetworkError) -> [Float] {
    if let trained = start?.weights[name], trained.shape == shape { return trained.values }
    return try drawn.values(named: name, shape: shape)
  }
}
