public import ArgumentParser
import Foundation
import Inference
import Models
import Segmentation

/// How a network runs on one case, in every command that runs one.
struct NetworkArguments: ParsableArguments {
  @Option(help: "How the network computes: fp32 as trained, bf16 faster.")
  var precision: Precision = .float32

  @Flag(help: "Do not average over mirror images: several times faster, a little less accurate.")
  var noMirroring = false

  @Option(help: "The distance between windows, as a part of their size.")
  var step = 0.5

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
}

/// How a model contours, in every command that does.
struct InferenceArguments: ParsableArguments {
  @OptionGroup var network: NetworkArguments

  @Option(
    parsing: .upToNextOption,
    help: "The folds to average, such as 0 1 2; all of them by default."
  )
  var folds: [String] = []

  /// A request of scans by a model, run so.
  func request(
    for inputs: [URL] = [],
    by model: URL,
    placement: WindowPlacement
  ) -> SegmentationRequest {
    SegmentationRequest(
      inputs: inputs,
      model: model,
      folds: folds.isEmpty ? nil : folds,
      precision: network.precision,
      mirroring: !network.noMirroring,
      stepFraction: network.step,
      device: network.device,
      threads: network.threads,
      placement: placement
    )
  }
}

extension Precision: ExpressibleByArgument {}
extension DeviceChoice: ExpressibleByArgument {}
extension WindowPlacement: ExpressibleByArgument {}
