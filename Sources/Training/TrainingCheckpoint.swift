import Archives
import Foundation
import Models
import NeuralNetworks
import Torch

/// A training as it stands, in one file: weights, the optimizer's memory, and how far it is.
struct TrainingCheckpoint {
  static let version = "1"
  var tensors: [String: WeightTensor]
  var state: TrainingState

  /// Copies everything that the next step depends on.
  init(_ network: TrainableNetwork, _ optimizer: Optimizer, _ state: TrainingState)
    throws(TorchError)
  {
    tensors = [:]
    for parameter in network.parameters {
      tensors["weights.\(parameter.name)"] = try WeightTensor(parameter.tensor)
    }
    for (name, tensor) in optimizer.state {
      tensors["optimizer.\(name)"] = try WeightTensor(tensor)
    }
    self.state = state
  }

  /// Reads a checkpoint of this plan.
  init(contentsOf url: URL, of plan: TrainingPlan) throws(TrainingError) {
    let file = url.lastPathComponent
    let contents: TensorFile
    do { contents = try TensorFile(contentsOf: url) } catch { throw .model(error) }
    guard contents.metadata["training"] == Self.version, let text = contents.metadata["state"]
    else {
      throw .damagedCheckpoint(file: file, reason: "it was not written by a training")
    }
    guard contents.metadata["plan"] == plan.checksum else {
      throw .otherPlan(folder: url.deletingLastPathComponent().lastPathComponent)
    }
    guard let state = try? JSONDecoder().decode(TrainingState.self, from: Data(text.utf8)) else {
      throw .damagedCheckpoint(file: file, reason: "its state cannot be read")
    }
    tensors = contents.tensors
    self.state = state
  }

  /// Puts the file in place of the one before, atomically.
  func write(to url: URL, plan: TrainingPlan) throws(TrainingError) {
    let text: String
    do { text = String(decoding: try JSONEncoder.sorted.encode(state), as: UTF8.self) } catch {
      throw .unwritable(file: url.lastPathComponent, reason: error.localizedDescription)
    }
    var metadata = ["training": Self.version, "plan": plan.checksum, "state": text]
    metadata[Trainer.startKey] = state.startedFrom
    do { try TensorFile(tensors: tensors, metadata: metadata).write(to: url) } catch {
      throw .model(error)
    }
  }

  /// Gives network and optimizer what they had when the checkpoint was made.
  func restore(_ network: TrainableNetwork, _ optimizer: Optimizer) throws(TrainingError) {
    for parameter in network.parameters {
      try restore(parameter.tensor, "weights.\(parameter.name)")
    }
    for (name, tensor) in optimizer.state { try restore(tensor, "optimizer.\(name)") }
  }

  private func restore(_ tensor: Tensor, _ name: String) throws(TrainingError) {
    guard let stored = tensors[name], stored.shape == tensor.shape else {
      throw .damagedCheckpoint(file: "checkpoint", reason: "\(name) is missing or misshapen")
    }
    do { try tensor.set(stored.values) } catch { throw .torch(error) }
  }
}

extension WeightTensor {
  fileprivate init(_ tensor: Tensor) throws(TorchError) {
    self.init(shape: tensor.shape, values: try tensor.values())
  }
}

extension JSONEncoder {
  /// Members sorted, so that equal values give equal bytes.
  static var sorted: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }
}

extension TrainingPlan {
  /// The SHA-256 of the plan's JSON without its reasons: two plans with one checksum train alike.
  var checksum: String {
    var plan = self
    plan.reasons = [:]
    return SHA256.hexDigest(of: (try? JSONEncoder.sorted.encode(plan)) ?? Data())
  }
}
