import Foundation
import Models
import NeuralNetworks
import Torch

/// What a training tells those who watch.
public enum TrainingEvent: Sendable {
  /// It starts, or goes on from a checkpoint after this many steps.
  case started(step: Int, of: Int)
  /// One step is done.
  case step(Int, of: Int, loss: Double)
  /// One epoch is done.
  case epoch(EpochRecord)
  /// A checkpoint was written.
  case saved(step: Int)
}

/// How a training ended.
public enum TrainingOutcome: Hashable, Sendable {
  /// All steps are done.
  case finished
  /// It was asked to stop, and saved where it was.
  case stopped(step: Int)
}

/// One run of a training plan in a folder: network, optimizer and how far they are.
///
/// The folder holds `plan.json`, `checkpoint.safetensors` (always whole), `best.safetensors` (of the
/// best average pseudo Dice) and `log.jsonl`, one line an epoch. Not Sendable: it stays on the
/// thread that made it, see ``TrainingService``.
struct Trainer {
  let plan: TrainingPlan
  let folder: URL
  let placement: Placement
  /// Seconds between two checkpoints within an epoch.
  var checkpointInterval = 600.0

  let network: TrainableNetwork
  let optimizer: Optimizer
  private(set) var state: TrainingState

  /// A training from its beginning, or from the folder's checkpoint where there is one.
  init(_ plan: TrainingPlan, in folder: URL, placement: Placement) throws(TrainingError) {
    try plan.validate()
    self.plan = plan
    self.folder = folder
    self.placement = placement
    let graph = plan.model.architecture.trainingGraph(
      hasDeepSupervision: plan.loss.hasDeepSupervision
    )
    let weights = InitialWeights(of: graph, seed: plan.seed)
    do { network = try TrainableNetwork(graph, weights: weights, placement: placement) } catch {
      throw .network(error)
    }
    do { optimizer = try Optimizer(plan.optimizer, for: network) } catch { throw .torch(error) }
    state = TrainingState()
    let file = folder.appending(path: Self.checkpointName)
    if FileManager.default.fileExists(atPath: file.path) {
      let checkpoint = try TrainingCheckpoint(contentsOf: file, of: plan)
      try checkpoint.restore(network, optimizer)
      state = checkpoint.state
    }
    try writePlan()
    try writeLog()
  }

  static let checkpointName = "checkpoint.safetensors"
  static let bestName = "best.safetensors"

  /// What a step makes small.
  var objective: TrainingObjective {
    TrainingObjective(plan.loss, joint: plan.jointLoss, network: plan.model.architecture)
  }

  /// Steps in all.
  var steps: Int { plan.epochs * plan.stepsPerEpoch }

  /// Trains until all steps are done or `shouldStop` says so, which is asked after each step.
  mutating func run(
    on source: any BatchSource,
    loaderThreads: Int,
    shouldStop: () -> Bool,
    report: (TrainingEvent) -> Void
  ) throws(TrainingError) -> TrainingOutcome {
    report(.started(step: state.step, of: steps))
    let batches = BatchStream(source, state.step..<steps, threads: loaderThreads, depth: 4)
    defer { batches.stop() }
    var clock = EpochClock()
    var lastSave = ContinuousClock.now
    while state.step < steps {
      let batch = try clock.waiting { () throws(TrainingError) in try batches.next() }
      let (loss, norm) = try step(batch)
      guard loss.isFinite else { throw .diverged(step: state.step) }
      state.step += 1
      state.lossSum += loss
      state.largestGradientNorm = max(state.largestGradientNorm, norm)
      report(.step(state.step, of: steps, loss: loss))
      if state.step.isMultiple(of: plan.stepsPerEpoch) {
        let record = try finishEpoch(on: source, clock)
        report(.epoch(record))
        try save()
        report(.saved(step: state.step))
        (clock, lastSave) = (EpochClock(), .now)
      } else if shouldStop() || lastSave.duration(to: .now) > .seconds(checkpointInterval) {
        try save()
        report(.saved(step: state.step))
        lastSave = .now
      }
      if shouldStop() && state.step < steps { return .stopped(step: state.step) }
    }
    return .finished
  }

  /// Forward, backward, update: the mean loss and the norm of the gradients.
  private func step(_ batch: TrainingBatch) throws(TrainingError) -> (loss: Double, norm: Double) {
    do throws(TorchError) {
      var total = 0.0
      for part in batch.parts(plan.accumulation) {
        let (image, expected) = try part.tensors(for: network, of: plan, on: placement.device)
        let loss = try objective(
          predicted: network(image),
          roles: network.roles,
          image: image,
          expected: expected
        )
        let share = Double(part.patches.count) / Double(batch.patches.count)
        try (loss * share).backward()
        total += Double(try loss.values()[0]) * share
      }
      return (total, try optimizer.step(state.step, of: steps))
    } catch {
      throw .torch(error)
    }
  }

  /// Validates and writes down what the epoch came to; keeps the weights where they are the best.
  private mutating func finishEpoch(
    on source: any BatchSource,
    _ clock: EpochClock
  ) throws(TrainingError) -> EpochRecord {
    let validation = try validate(on: source)
    let mean = validation.meanDice
    let before = state.epochs.last?.averagePseudoDice
    let average = mean.map { mean in before.map { 0.9 * $0 + 0.1 * mean } ?? mean } ?? before
    let record = EpochRecord(
      epoch: state.epochs.count,
      steps: state.step,
      learningRate: plan.optimizer.learningRate(step: state.step - 1, of: steps),
      trainingLoss: state.lossSum / Double(plan.stepsPerEpoch),
      validationLoss: validation.meanLoss,
      pseudoDice: validation.dice,
      meanPseudoDice: mean,
      averagePseudoDice: average,
      largestGradientNorm: state.largestGradientNorm,
      seconds: clock.seconds,
      waitingShare: clock.waitingShare
    )
    state.epochs.append(record)
    (state.lossSum, state.largestGradientNorm) = (0, 0)
    try writeLog()
    if let average, average > state.best ?? -1 {
      state.best = average
      try writeWeights(to: Self.bestName)
    }
    return record
  }

  private func validate(on source: any BatchSource) throws(TrainingError) -> ValidationResult {
    var result = ValidationResult(classes: plan.model.architecture.outputChannels)
    for index in 0..<plan.validationSteps {
      let batch: TrainingBatch
      do { batch = try source.validationBatch(index) } catch {
        throw (error as? TrainingError) ?? .batch("\(error)")
      }
      do throws(TorchError) {
        try withoutGradients { () throws(TorchError) in
          for part in batch.parts(plan.accumulation) {
            let (image, expected) = try part.tensors(for: network, of: plan, on: placement.device)
            let outputs = try network(image)
            let loss = try objective(
              predicted: outputs,
              roles: network.roles,
              image: image,
              expected: expected
            )
            guard let finest = outputs.last, let labels = expected.organs.labels.last else {
              continue
            }
            let counts = try finest.overlapCounts(
              labels: labels,
              isContoured: expected.organs.isContoured
            )
            result.add(counts, loss: Double(try loss.values()[0]), patches: part.patches.count)
          }
        }
      } catch {
        throw .torch(error)
      }
    }
    return result
  }
}
