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

  @Option(help: "Windows everywhere as nnU-Net places them, or only where the patient's body is.")
  var windowPlacement: WindowPlacement = .body

  @OptionGroup(title: "How the network runs") var inference: InferenceArguments

  @OptionGroup(title: "What comes first") var priorities: PrioritizationArguments

  /// The model and how to run it, without inputs.
  func settings() throws -> SegmentationRequest {
    var settings = inference.request(
      by: try modelLocation(named: model),
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
