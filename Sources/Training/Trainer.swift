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
/// Where several processes train, each has the whole network and takes its share of every batch; the
/// first of them alone reads and writes the folder, and tells the others. The folder holds `plan.json`, `checkpoint.safetensors` (always whole), `best.safetensors` (of the
/// best average pseudo Dice) and `log.jsonl`, one line an epoch. Not Sendable: it stays on the
/// thread that made it, see ``TrainingService``.
struct Trainer {
  let plan: TrainingPlan
  let folder: URL
  let placement: Placement
  /// The processes that train together.
  let group: ProcessGroup
  /// Seconds between two checkpoints within an epoch.
  var checkpointInterval = 600.0

  let network: TrainableNetwork
  let optimizer: Optimizer
  var state: TrainingState

  /// A training from its beginning, or from the folder's checkpoint where there is one.
  init(
    _ plan: TrainingPlan,
    in folder: URL,
    placement: Placement,
    group: ProcessGroup = .alone
  ) throws(TrainingError) {
    try plan.validate()
    guard plan.batchSize.isMultiple(of: group.count) else {
      throw .unsharedBatch(batchSize: plan.batchSize, processes: group.count)
    }
    self.plan = plan
    self.folder = folder
    self.placement = placement
    self.group = group
    let graph = plan.model.architecture.graph(heads: plan.loss.hasDeepSupervision ? .all : .last)
    let weights = InitialWeights(of: graph, seed: plan.seed)
    do { network = try TrainableNetwork(graph, weights: weights, placement: placement) } catch {
      throw .network(error)
    }
    do { optimizer = try Optimizer(plan.optimizer, for: network) } catch { throw .torch(error) }
    state = TrainingState()
    let file = folder.appending(path: Self.checkpointName)
    if group.isFirst, FileManager.default.fileExists(atPath: file.path) {
      let checkpoint = try TrainingCheckpoint(contentsOf: file, of: plan)
      try checkpoint.restore(network, optimizer)
      state = checkpoint.state
    }
    try shareState()
    state.lossScale = placement.type == .float16 ? state.lossScale ?? LossScale() : nil
    try writePlan()
    try writeLog()
  }

  static let checkpointName = "checkpoint.safetensors"
  static let bestName = "best.safetensors"

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
      // Of the whole batch, so that all processes agree on what follows.
      guard loss.isFinite else { throw .diverged(step: state.step) }
      state.step += 1
      state.lossSum += loss
      if norm.isFinite { state.largestGradientNorm = max(state.largestGradientNorm, norm) }
      report(.step(state.step, of: steps, loss: loss))
      let isStopping = try anyProcess(shouldStop())
      if state.step.isMultiple(of: plan.stepsPerEpoch) {
        let record = try finishEpoch(on: source, clock)
        report(.epoch(record))
        try save()
        report(.saved(step: state.step))
        (clock, lastSave) = (EpochClock(), .now)
      } else if isStopping || lastSave.duration(to: .now) > .seconds(checkpointInterval) {
        try save()
        report(.saved(step: state.step))
        lastSave = .now
      }
      if isStopping && state.step < steps {
        try waitForOthers()
        return .stopped(step: state.step)
      }
    }
    try waitForOthers()
    return .finished
  }

  /// Forward, backward, update: the loss of the whole batch and the norm of its gradients.
  private mutating func step(
    _ batch: TrainingBatch
  ) throws(TrainingError) -> (loss: Double, norm: Double) {
    do throws(TorchError) {
      let scale = state.lossScale?.factor ?? 1
      var total = 0.0
      for (part, share) in try parts(of: batch) {
        let (image, expected) = try part.tensors(network.outputScales, on: placement.device)
        let loss = try plan.loss(predicted: network(image), expected: expected, share: share)
        try (loss * scale).backward()
        total += Double(try loss.values()[0])
      }
      try group.sumGradients(of: network.parameters.map(\.tensor))
      let loss = try group.sum([total])[0]
      let norm = try optimizer.step(state.step, of: steps, gradientScale: scale)
      state.lossScale?.update(isFinite: norm.isFinite)
      return (loss, norm)
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
}
