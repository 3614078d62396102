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
          for (part, share) in try parts(of: batch) {
            let (image, expected) = try part.tensors(network.outputScales, on: placement.device)
            let logits = try network(image)
            let loss = try plan.loss(predicted: logits, expected: expected, share: share)
            guard let finest = logits.last, let labels = expected.labels.last else { continue }
            let counts = try finest.overlapCounts(
              labels: labels,
              isContoured: expected.isContoured
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
