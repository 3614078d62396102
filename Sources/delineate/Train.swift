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

      EXAMPLES
        delineate plan dataset --output work
        delineate preprocess work
        delineate train work --fold 0
        delineate train work --fold all --precision bf16
        delineate finish work --output model
      """
  )

  @Argument(help: "The folder that plan and preprocess filled.", completion: .directory)
  var work: String

  @Option(help: "The fold to train, from 0, or all: one after the other.")
  var fold = "0"

  @Option(help: "How the network computes: fp32, or bf16, faster where the processor has it.")
  var precision: Precision = .float32

  @Option(help: "Where the network runs: auto takes CUDA where it is present.")
  var device: DeviceChoice = .automatic

  @Option(help: "The number of processor threads of the network; all cores by default.")
  var threads: Int?

  @Option(help: "The number of threads that make patches ahead of the network.")
  var loaders = 1

  @Option(help: "Minutes between two checkpoints within an epoch.")
  var checkpointMinutes = 10.0

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
      type: precision == .bfloat16 ? .bfloat16 : .float32
    )
    let service = TrainingService(
      threads: threads ?? ProcessInfo.processInfo.activeProcessorCount
    )
    Interruption.awaitStop()
    let folds = fold == "all" ? Array(splits.folds.indices) : [Int(fold) ?? 0]
    for number in folds {
      let split = try splits.fold(number)
      let batches = try CaseBatches(
        plan: plan,
        training: prepared.open(split.training, plan: plan.model),
        validation: prepared.open(split.validation, plan: plan.model)
      )
      let target = folder.appending(path: "fold_\(number)")
      let watch = TrainingWatch(
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
        report: { watch.show($0) }
      )
      try watch.finish(outcome)
      if case .stopped = outcome, let signal = Interruption.signal { throw ExitCode(128 + signal) }
    }
  }
}
