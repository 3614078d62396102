import Foundation
import Models
import NeuralNetworks
import Torch

// What the processes of a training say to each other; nothing where there is one.
extension Trainer {
  /// The parts that this process's share of a batch is gathered over, each beside the whole batch.
  func parts(
    of batch: TrainingBatch
  ) throws(TorchError) -> [(part: TrainingBatch, share: BatchShare)] {
    let parts = batch.parts(plan.accumulation)
    let shares = try BatchShare.shares(
      of: parts.map(\.isContoured),
      classes: plan.model.architecture.outputChannels,
      in: group
    )
    return Array(zip(parts, shares))
  }

  /// Gives all processes what the first one starts from: its state, weights and optimizer.
  mutating func shareState() throws(TrainingError) {
    guard group.count > 1 else { return }
    let text: String
    do { text = String(decoding: try JSONEncoder.sorted.encode(state), as: UTF8.self) } catch {
      throw .damagedCheckpoint(file: Self.checkpointName, reason: "its state is no text")
    }
    let shared: [UInt8]
    let checksum: [UInt8]
    do throws(TorchError) {
      checksum = try group.broadcast(Array(plan.checksum.utf8))
      shared = try group.broadcast(Array(text.utf8))
      try group.broadcast(network.parameters.map(\.tensor))
      try group.broadcast(optimizer.state.map(\.tensor))
    } catch {
      throw .torch(error)
    }
    guard checksum == Array(plan.checksum.utf8) else { throw .differentPlans(rank: group.rank) }
    guard let state = try? JSONDecoder().decode(TrainingState.self, from: Data(shared)) else {
      throw .damagedCheckpoint(file: Self.checkpointName, reason: "its state cannot be read")
    }
    self.state = state
  }

  /// Whether any process says so.
  func anyProcess(_ isSaid: Bool) throws(TrainingError) -> Bool {
    do { return try group.sum([isSaid ? 1 : 0])[0] > 0 } catch { throw .torch(error) }
  }

  /// Returns when all processes have come here: the first one has then saved.
  func waitForOthers() throws(TrainingError) {
    do { try group.wait() } catch { throw .torch(error) }
  }
}
