import ArgumentParser
import Datasets
import Foundation
import NeuralNetworks
import Segmentation
import Torch
import Training

/// `delineate train`: a plan and its prepared cases in, trained folds out.
struct Train: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a planned network on its prepared cases.",
    discussion: """
      WORK is the folder that plan and preprocess filled. A fold trains in WORK/fold_K, which holds \
      at any moment a whole checkpoint, the weights that were best on the validation cases, the log \
      (log.jsonl, one line an epoch) and its curves (curves.html, which renews itself in a browser).

      A training that was stopped, by Ctrl-C, SIGTERM or a power cut, goes on from its checkpoint when \
      the same command is given again; on the processor it then leaves the same bytes as one that \
      ran through.

      Several processes train one fold together where a launcher starts them: torchrun, srun or \
      mpirun, or anything that sets RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT. Each takes its \
      share of the plan's batch, and on CUDA the device of its LOCAL_RANK; the first one writes.

      EXAMPLES
        delineate plan dataset --output work
        delineate preprocess work
        delineate train work --fold 0
        delineate train work --fold all --precision bf16
        torchrun --no-python --nproc-per-node 2 delineate train work --fold 0
        delineate finish work --output model
      """
  )

  @Argument(help: "The folder that plan and preprocess filled.", completion: .directory)
  var work: String

  @Option(help: "The fold to train, from 0, or all: one after the other.")
  var fold = "0"

  @Option(
    help: ArgumentHelp(
      "How the network computes: fp32, bf16, or fp16.",
      discussion: """
        bf16 is faster on CUDA and where the processor has it; fp16, with a scaled loss, is for GPUs \
        without bf16.
        """
    )
  )
  var precision: TrainingPrecision = .float32

  @Option(help: "Where the network runs: auto takes CUDA where it is present.")
  var device: DeviceChoice = .automatic

  @Option(help: "The number of processor threads of the network; all cores by default.")
  var threads: Int?

  @Option(help: "The number of threads that make patches ahead of the network.")
  var loaders = 1

  @Option(help: "Minutes between two checkpoints within an epoch.")
  var checkpointMinutes = 10.0

  @Option(
    help: ArgumentHelp(
      "Seconds that a process waits for the others before it ends.",
      valueName: "seconds"
    )
  )
  var processTimeout = 600.0

  @Flag(help: "Print a line of JSON for each epoch.")
  var json = false

  @Flag(help: "Print nothing but errors, and JSON where asked for.")
  var quiet = false

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads must be at least 1.") }
    guard loaders >= 1 else { throw ValidationError("--loaders must be at least 1.") }
    guard checkpointMinutes > 0, checkpointMinutes.isFinite else {
      throw ValidationError("--checkpoint-minutes must be above 0.")
    }
    guard processTimeout > 0, processTimeout.isFinite else {
      throw ValidationError("--process-timeout must be above 0.")
    }
    guard fold == "all" || Int(fold).map({ $0 >= 0 }) == true else {
      throw ValidationError("--fold must be a number from 0, or all.")
    }
  }

  private func computeDevice() throws(TorchError) -> ComputeDevice {
    if device == .cuda, !TorchRuntime.hasCUDA { throw .noCUDADevice }
    return device != .cpu && TorchRuntime.hasCUDA ? .cuda : .cpu
  }

  func run() async throws {
    let folder = URL(filePath: work)
    guard folder.isFolder else { throw CommandError.missing(work) }
    let plan = try trainingPlan(in: folder)
    let splits = try CrossValidationSplits(contentsOf: folder.appending(path: "splits.json"))
    let prepared = PreparedDataset(in: folder)
    let placement = Placement(
      device: try computeDevice(),
      type: precision.tensorType
    )
    if precision == .float16, placement.device == .cpu { throw CommandError.halfOnProcessor }
    let meeting = try ProcessMeeting(environment: ProcessInfo.processInfo.environment)
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let service = TrainingService(threads: threads ?? max(1, cores / (meeting?.localCount ?? 1)))
    Interruption.awaitStop()
    if let meeting {
      try await service.join(meeting, device: placement.device, timeout: processTimeout)
    }
    let folds = fold == "all" ? Array(splits.folds.indices) : [Int(fold) ?? 0]
    for number in folds {
      let split = try splits.fold(number)
      let batches = try CaseBatches(
        plan: plan,
        training: prepared.open(split.training, plan: plan.model),
        validation: prepared.open(split.validation, plan: plan.model),
        samples: meeting?.share(of: plan.batchSize)
      )
      let target = folder.appending(path: "fold_\(number)")
      // The first of several processes speaks and writes for all.
      let watch =
        (meeting?.rank ?? 0) > 0
        ? nil
        : TrainingWatch(
          plan: plan,
          fold: number,
          folder: target,
          isQuiet: quiet,
          printsJSON: json
        )
      let outcome = try await service.train(
        plan,
        in: target,
        on: batches,
        placement: placement,
        checkpointInterval: checkpointMinutes * 60,
        loaderThreads: loaders,
        shouldStop: { Interruption.signal != nil },
        report: { watch?.show($0) }
      )
      try watch?.finish(outcome)
      // Where another process was told to stop, this one ends alike.
      if case .stopped = outcome { throw ExitCode(128 + (Interruption.signal ?? SIGTERM)) }
    }
  }
}
