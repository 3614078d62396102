import ArgumentParser
import Foundation
import Inference
import Models
import Segmentation

/// What every challenge's container is told.
struct ChallengeArguments: ParsableArguments {
  @Option(
    help: "The trained model: a folder, a zip file, or a name that «delineate models» lists.",
    completion: .file()
  )
  var model: String

  @Option(help: "The folder that holds images.", completion: .directory)
  var input = "/input"

  @Option(help: "The folder that takes images and results.json.", completion: .directory)
  var output = "/output"

  @Option(
    parsing: .upToNextOption,
    help: "The folds to average, such as 0 1 2; all of them by default."
  )
  var folds: [String] = []

  @Flag(help: "Do not average over mirror images: several times faster, a little less accurate.")
  var noMirroring = false

  @Option(help: "The distance between windows, as a part of their size.")
  var step = 0.5

  @Option(help: "Windows everywhere as nnU-Net places them, or only where the patient's body is.")
  var windowPlacement: WindowPlacement = .body

  @OptionGroup(title: "What comes first") var priorities: PrioritizationArguments

  @Option(help: "How the network computes: fp32 as trained, bf16 faster.")
  var precision: Precision = .float32

  @Option(help: "Where the network runs: auto takes CUDA where it is present.")
  var device: DeviceChoice = .automatic

  @Option(help: "The number of processor threads; all cores by default.")
  var threads: Int?

  func validate() throws {
    guard step > 0, step <= 1 else {
      throw ValidationError("--step must be above 0 and at most 1.")
    }
    if let threads, threads < 1 { throw ValidationError("--threads must be at least 1.") }
  }

  /// The model and how to run it, without inputs.
  func settings() throws -> SegmentationRequest {
    var settings = SegmentationRequest(
      inputs: [],
      model: try modelLocation(named: model),
      folds: folds.isEmpty ? nil : folds,
      precision: precision,
      mirroring: !noMirroring,
      stepFraction: step,
      device: device,
      threads: threads,
      placement: windowPlacement
    )
    settings.prioritization = try priorities.prioritization()
    return settings
  }

  /// Runs a container, shows how far it is, and puts its sentences on standard error.
  func run<Answer>(
    _ container: (
      SegmentationService, @escaping ChallengeReport,
      @escaping @Sendable (SegmentationProgress) -> Void
    ) async throws -> Answer
  ) async throws -> Answer {
    let progress = ProgressLine(case: nil, isQuiet: false)
    defer { progress.finish() }
    return try await container(
      SegmentationService(),
      { sentence in
        progress.finish()
        StatusLine.write("\(sentence)\n")
      },
      { progress.show($0) }
    )
  }
}
