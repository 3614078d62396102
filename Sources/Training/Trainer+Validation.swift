import Models
import NeuralNetworks
import Torch

// How good the network is on patches that it does not learn from.
extension Trainer {
  /// The losses and overlaps of the validation batches, of which each process takes its share.
  func validate(on source: any BatchSource) throws(TrainingError) -> ValidationResult {
    var result = ValidationResult(classes: plan.model.architecture.outputChannels)
    for index in 0..<plan.validationSteps {
      let batch: TrainingBatch
      do { batch = try source.validationBatch(index) } catch {
        throw (error as? TrainingError) ?? .batch("\(error)")
      }
      do throws(TorchError) {
        try withoutGradients { () throws(TorchError) in
          for (part, shares) in try parts(of: batch) {
            let (image, expected) = try part.tensors(for: network, of: plan, on: placement.device)
            let outputs = try network(image)
            let loss = try objective(
              predicted: outputs,
              roles: network.roles,
              image: image,
              expected: expected,
              shares: shares
            )
            guard let finest = outputs.last, let labels = expected.organs.labels.last else {
              continue
            }
            let counts = try finest.overlapCounts(
              labels: labels,
              isContoured: expected.organs.isContoured
            )
            result.add(counts, loss: Double(try loss.values()[0]))
          }
        }
      } catch {
        throw .torch(error)
      }
    }
    do { try result.sum(over: group, batches: plan.validationSteps) } catch { throw .torch(error) }
    return result
  }
}
