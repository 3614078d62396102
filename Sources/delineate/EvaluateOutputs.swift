import Evaluation
import Foundation
import SegmentationMetrics
import Segmentation

/// A folder that files are written into, each under a temporary name first.
final class OutputFolder {
  private let url: URL
  private let path: String
  /// The paths of the files written so far.
  private(set) var written: [String] = []

  /// Makes the folder where it is missing.
  init(at path: String) throws(CommandError) {
    url = URL(filePath: path)
    self.path = path
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue {
      throw .notAFolder(path)
    }
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw .unwritableFolder(path)
    }
    guard access(url.path, W_OK) == 0 else { throw .unwritableFolder(path) }
  }

  /// Writes a text; it appears under its name only when it is complete.
  func write(_ text: String, to name: String) throws(CommandError) {
    let place = (path as NSString).appendingPathComponent(name)
    do {
      try Data(text.utf8).write(to: url.appending(path: name), options: .atomic)
    } catch {
      throw .unwritable(place)
    }
    written.append(place)
  }
}

/// Everything that an evaluation found, for programs.
struct EvaluationDocument: Encodable {
  struct MetricText: Encodable {
    let name: String
    let title: String
    let unit: String
    let definition: String
    let isHigherBetter: Bool?

    init(_ metric: Metric) {
      name = metric.name
      title = metric.title
      unit = metric.unit
      definition = metric.definition
      isHigherBetter = metric.isHigherBetter
    }
  }

  struct Row: Encodable {
    let `case`: String
    let structure: String
    let metric: String
    let value: Double?
    let note: String?

    init(_ score: Score) {
      self.case = score.caseName
      structure = score.structure
      metric = score.metric.name
      value = score.value.value
      note = if case .undefined(let reason) = score.value { reason.rawValue } else { nil }
    }
  }

  struct SummaryRow: Encodable {
    let structure: String
    let metric: String
    let count: Int
    let missing: Int
    let mean: Double
    let standardDeviation: Double?
    let minimum: Double
    let lowerQuartile: Double
    let median: Double
    let upperQuartile: Double
    let maximum: Double

    init(structure: String, metric: Metric, _ summary: Summary) {
      self.structure = structure
      self.metric = metric.name
      count = summary.count
      missing = summary.missing
      mean = summary.mean
      standardDeviation = summary.standardDeviation
      minimum = summary.minimum
      lowerQuartile = summary.lowerQuartile
      median = summary.median
      upperQuartile = summary.upperQuartile
      maximum = summary.maximum
    }
  }

  struct Aggregate: Encodable {
    let structure: String
    let value: Double
  }

  let program: String
  let reference: String
  let prediction: String
  let cases: [String]
  let structures: [String]
  let compared: Int
  let resampling: String
  let metrics: [MetricText]
  let scores: [Row]
  let summaries: [SummaryRow]
  let aggregatedDice: [Aggregate]
  let findings: [Finding]
  let notes: [String]

  init(_ result: EvaluationResult) {
    program = "delineate \(delineateVersion)"
    reference = result.referenceName
    prediction = result.predictionName
    cases = result.cases
    structures = result.structures
    compared = result.comparedCount
    resampling = result.isResamplingAllowed ? "nearest" : "none"
    metrics = result.metrics.map(MetricText.init)
    scores = result.table.scores.map(Row.init)
    summaries = result.structures.flatMap { structure in
      result.metrics.compactMap { metric in
        result.summary(of: metric, structure: structure).map {
          SummaryRow(structure: structure, metric: metric, $0)
        }
      }
    }
    aggregatedDice = zip(result.structures, result.aggregatedDice).compactMap { structure, value in
      value.map { Aggregate(structure: structure, value: $0) }
    }
    findings = result.findings
    notes = result.notes
  }

  /// The document as JSON with sorted keys.
  func json() throws -> String { try jsonText(self) }
}
