public import Foundation
public import NeuralNetworks
import Torch

/// Runs trainings on the one thread that libtorch runs on.
public actor TrainingService {
  /// The thread that all of libtorch's work is done on.
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    DeviceThread.shared.asUnownedSerialExecutor()
  }
  private let threads: Int

  /// A service whose networks use this many threads of the processor.
  public init(threads: Int) { self.threads = threads }

  /// Trains in a folder, from its checkpoint where there is one.
  ///
  /// On the processor the same plan, data and number of threads give the same bytes, whether or not
  /// the training was interrupted on the way.
  /// - Parameters:
  ///   - plan: What to train.
  ///   - folder: Where checkpoints and log go; made where it is missing.
  ///   - source: Where batches come from.
  ///   - placement: The device, and the type of activations.
  ///   - checkpointInterval: Seconds between checkpoints within an epoch.
  ///   - loaderThreads: How many threads make batches ahead.
  ///   - shouldStop: Asked after every step; then the training is saved and ends.
  ///   - report: Called on the training's thread.
  /// - Returns: Whether all steps are done, or where it stopped.
  /// - Throws: ``TrainingError``; the last checkpoint is kept.
  public func train(
    _ plan: TrainingPlan,
    in folder: URL,
    on source: any BatchSource,
    placement: Placement = Placement(),
    checkpointInterval: Double = 600,
    loaderThreads: Int = 1,
    shouldStop: @Sendable () -> Bool = { false },
    report: @Sendable (TrainingEvent) -> Void = { _ in }
  ) throws(TrainingError) -> TrainingOutcome {
    do { try TorchRuntime.start(threads: threads) } catch { throw .torch(error) }
    var trainer = try Trainer(plan, in: folder, placement: placement)
    trainer.checkpointInterval = checkpointInterval
    return try trainer.run(
      on: source,
      loaderThreads: loaderThreads,
      shouldStop: shouldStop,
      report: report
    )
  }
}
