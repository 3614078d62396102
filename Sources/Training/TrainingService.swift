public import Foundation
public import NeuralNetworks
public import Torch

/// Runs trainings on the one thread that libtorch runs on.
public actor TrainingService {
  /// The thread that all of libtorch's work is done on.
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    DeviceThread.shared.asUnownedSerialExecutor()
  }
  private let threads: Int
  private var group = ProcessGroup.alone

  /// A service whose networks use this many threads of the processor.
  public init(threads: Int) { self.threads = threads }

  /// Meets the other processes of the trainings to come, and has this one use its own CUDA device.
  /// - Parameters:
  ///   - meeting: Where, and which of the processes this is.
  ///   - device: Where they train.
  ///   - timeout: Seconds that none waits longer for another, now and while they train.
  /// - Throws: ``TrainingError`` where they do not all come in time.
  public func join(
    _ meeting: ProcessMeeting,
    device: ComputeDevice,
    timeout: Double
  ) throws(TrainingError) {
    do throws(TorchError) {
      try TorchRuntime.start(threads: threads)
      if device == .cuda { try TorchRuntime.selectCUDADevice(meeting.localRank) }
      group = try ProcessGroup(meeting, device: device, timeout: timeout)
    } catch {
      throw .torch(error)
    }
  }

  /// Trains in a folder, from its checkpoint where there is one.
  ///
  /// Where several processes train, each makes this call, on a source that makes its own share of
  /// the batches (``Torch/ProcessMeeting/share(of:)``); only the first one writes.
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
    var trainer = try Trainer(plan, in: folder, placement: placement, group: group)
    trainer.checkpointInterval = checkpointInterval
    return try trainer.run(
      on: source,
      loaderThreads: loaderThreads,
      shouldStop: shouldStop,
      report: report
    )
  }
}
