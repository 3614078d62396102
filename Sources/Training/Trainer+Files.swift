import Foundation
import Models
import NeuralNetworks
import Torch

// What a training leaves in its folder, by its first process; every file is whole at any moment.
extension Trainer {
  /// Writes the checkpoint in place of the one before.
  func save() throws(TrainingError) {
    guard group.isFirst else { return }
    let checkpoint: TrainingCheckpoint
    do { checkpoint = try TrainingCheckpoint(network, optimizer, state) } catch {
      throw .torch(error)
    }
    try checkpoint.write(to: folder.appending(path: Self.checkpointName), plan: plan)
  }

  /// The weights to use the network with: the averaged ones where they are kept.
  func weights() throws(TrainingError) -> [String: WeightTensor] {
    var result: [String: WeightTensor] = [:]
    do throws(TorchError) {
      for (parameter, tensor) in zip(network.parameters, optimizer.averagedWeights) {
        result[parameter.name] = WeightTensor(shape: tensor.shape, values: try tensor.values())
      }
    } catch {
      throw .torch(error)
    }
    return result
  }

  func writeWeights(to name: String) throws(TrainingError) {
    guard group.isFirst else { return }
    let file = TensorFile(tensors: try weights(), metadata: ["plan": plan.checksum])
    do { try file.write(to: folder.appending(path: name)) } catch { throw .model(error) }
  }

  func writePlan() throws(TrainingError) {
    let encoder = JSONEncoder.sorted
    encoder.outputFormatting.insert(.prettyPrinted)
    try write("plan.json") { try encoder.encode(plan) }
  }

  /// The log as the state has it: lines that a killed run wrote after its last checkpoint go.
  func writeLog() throws(TrainingError) {
    try write("log.jsonl") {
      try state.epochs.reduce(into: Data()) { log, record in
        log += try JSONEncoder.sorted.encode(record) + [UInt8(ascii: "\n")]
      }
    }
  }

  private func write(_ name: String, _ contents: () throws -> Data) throws(TrainingError) {
    guard group.isFirst else { return }
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try contents().write(to: folder.appending(path: name), options: .atomic)
    } catch {
      let reason = error.localizedDescription
      throw .unwritable(file: name, reason: reason.hasSuffix(".") ? "\(reason.dropLast())" : reason)
    }
  }
}
