import Foundation
import Inference
import Models
import NeuralNetworks
import Torch

/// A model ready to run: one fold as its network, several as their weights.
///
/// A network lays its weights out in its own way, so the single fold's weights go as soon as the
/// network stands; the folds of an ensemble are laid out one after the other, run by run.
final class LoadedModel {
  /// What decides whether a loaded model serves a request.
  struct Key: Hashable {
    let url: URL
    let folds: [String]?
    let placement: Placement
    /// Whether the network also gives its displacement field.
    var hasField = false
  }
  let key: Key
  let plan: ModelPlan
  let provenance: ModelProvenance
  let postprocessing: Postprocessing?
  let foldNames: [String]
  private var folds: [ModelFold]
  private var only: PreparedNetwork?

  /// Reads a model.
  /// - Throws: ``ModelError``.
  init(_ key: Key) throws(ModelError) {
    let model = try readModel(at: key.url, folds: key.folds)
    self.key = key
    plan = model.plan
    provenance = model.provenance
    postprocessing = model.postprocessing
    foldNames = model.folds.map(\.name)
    folds = model.folds
  }

  /// The network of one fold.
  func network(fold: Int) throws(InferenceError) -> PreparedNetwork {
    if let only { return only }
    let isOnly = folds.count == 1
    let weights = FoldWeights(isOnly ? folds.removeFirst() : folds[fold])
    let network: PreparedNetwork
    do {
      network = try PreparedNetwork(
        plan.architecture.graph(heads: key.hasField ? .organsAndField : .last),
        weights: weights,
        placement: key.placement
      )
    } catch {
      throw .network(error)
    }
    TorchRuntime.returnUnusedMemory()
    if isOnly { only = network }
    return network
  }
}
