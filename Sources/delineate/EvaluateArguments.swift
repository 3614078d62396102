import Anatomy
import ArgumentParser
import Datasets
import Evaluation
import Foundation
import SegmentationMetrics

/// How masks on different grids are brought together.
enum ResamplingRule: String, CaseIterable, ExpressibleByArgument {
  /// The prediction's nearest voxel to each of the reference's.
  case nearest
}

/// What `evaluate` and `observers` share.
struct EvaluationArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What the numbers of label maps stand for: hanseg, openkbp, hntsmrg, or a JSON file.",
      discussion: """
        A file is nnU-Net's dataset.json, or {"name": number}. Without it, a dataset.json beside the \
        label maps is used, or else structures are called "Label 1", "Label 2", ….
        """,
      valueName: "scheme"
    )
  )
  var labels: String?

  @Option(
    help: ArgumentHelp(
      "A table of your own names of structures: CSV lines \"spelling,name\" or a JSON object.",
      valueName: "file"
    ),
    completion: .file()
  )
  var names: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "What to measure, by name, or \"all\" (--list-metrics of evaluate prints them).",
      discussion: "By default \(Metric.standard.map(\.name).joined(separator: " ")).",
      valueName: "metric"
    )
  )
  var metrics: [String] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("The only structures to compare, in any spelling.", valueName: "name")
  )
  var structures: [String] = []

  @Option(help: "Bring predictions on other grids onto the reference's: nearest.")
  var resample: ResamplingRule?

  @Option(help: "How many threads work (all cores by default).")
  var threads: Int?

  @Flag(help: "Fail where something could not be compared, after everything is written.")
  var strict = false

  @Flag(help: "Print JSON instead of tables.")
  var json = false

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads must be from 1 to 1024.")
    }
    _ = try parsedMetrics()
  }

  /// The metrics asked for, each once.
  func parsedMetrics() throws -> [Metric] {
    if metrics.isEmpty { return Metric.standard }
    var parsed: [Metric] = []
    for name in metrics {
      if name == "all" {
        parsed += Metric.all
      } else if let metric = Metric(name: name) {
        parsed.append(metric)
      } else {
        throw ValidationError(
          "\"\(name)\" is not a metric; --list-metrics of evaluate prints their names."
        )
      }
    }
    var seen: Set<Metric> = []
    return parsed.filter { seen.insert($0).inserted }
  }

  /// The vocabulary with the person's own names.
  func vocabulary() throws -> StructureVocabulary {
    guard let names else { return .standard }
    return try .standard.adding(table: Self.contents(of: names))
  }

  /// The scheme of label maps.
  func scheme() throws -> LabelScheme? {
    guard let labels else { return nil }
    if let known = LabelScheme(named: labels) { return known }
    guard FileManager.default.fileExists(atPath: labels) else {
      throw ValidationError(
        "--labels \(labels): neither a file nor one of \(LabelScheme.names.joined(separator: ", "))."
      )
    }
    return try LabelScheme(json: Self.contents(of: labels))
  }

  /// A comparison of two libraries as the arguments say.
  func request(
    _ reference: StructureLibrary,
    _ prediction: StructureLibrary
  ) throws -> EvaluationRequest {
    var request = EvaluationRequest(reference: reference, prediction: prediction)
    request.metrics = try parsedMetrics()
    request.structures = structures
    request.labels = try scheme()
    request.vocabulary = try vocabulary()
    request.resamplesPredictions = resample == .nearest
    if let threads { request.threads = threads }
    return request
  }

  private static func contents(of path: String) throws -> Data {
    guard FileManager.default.fileExists(atPath: path) else { throw CommandError.missing(path) }
    let url = URL(filePath: path)
    let size = try url.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
    guard size < 1 << 24 else {
      throw ValidationError("\(path): 16 MB at most are expected of a table of names.")
    }
    return try Data(contentsOf: url)
  }
}
