import Evaluation
import Foundation
import SegmentationMetrics
import Synchronization

/// What a person reads after an evaluation.
struct EvaluationText {
  private let result: EvaluationResult

  init(_ result: EvaluationResult) { self.result = result }

  /// How the files were understood, means by structure, findings, and what was written.
  func text(_ written: [String]) -> String {
    var parts = [result.notes.joined(separator: "\n"), table]
    if !result.findings.isEmpty { parts.append(findings) }
    parts.append(written.map { "Wrote \($0)" }.joined(separator: "\n"))
    return parts.joined(separator: "\n\n")
  }

  /// The means of the metrics that rate, by structure; the last line is over all structures of all
  /// cases alike.
  var table: String {
    let metrics = result.metrics.filter { $0.isHigherBetter != nil }.prefix(6)
    let shown = metrics.isEmpty ? result.metrics.prefix(6) : metrics
    var table = TextTable(
      header: ["Structure", "n"] + shown.map(\.heading) + ["Aggregated Dice"]
    )
    for (structure, aggregated) in zip(result.structures, result.aggregatedDice) {
      table.rows.append(
        row(structure, of: structure, Array(shown)) + [aggregated?.text(digits: 3) ?? dash]
      )
    }
    table.rows.append(row("All", of: nil, Array(shown)) + [""])
    return table.text
  }

  private func row(_ title: String, of structure: String?, _ metrics: [Metric]) -> [String] {
    let values = metrics.map { metric in
      result.table.scores(of: metric, structure: structure).compactMap(\.value.value)
    }
    let means = zip(metrics, values).map { metric, values in
      Summary(values)?.mean.text(digits: metric.decimals) ?? dash
    }
    return [title, "\(values.map(\.count).max() ?? 0)"] + means
  }

  private var dash: String { "\u{2013}" }

  private var findings: String {
    var counts: [Finding.Kind: Int] = [:]
    for finding in result.findings { counts[finding.kind, default: 0] += 1 }
    let list = Finding.Kind.allCases.compactMap { kind in
      counts[kind].map { "\(kind.words) \($0)" }
    }
    // What was left out comes before what is merely unusual.
    let first =
      result.findings.filter(\.kind.isOmission) + result.findings.filter { !$0.kind.isOmission }
    let lines = first.prefix(5).map { "  \($0.text)" }
    let rest = first.count > 5 ? ["  … all \(first.count) are in evaluation.json."] : []
    return (["Findings: \(list.joined(separator: ", "))."] + lines + rest).joined(separator: "\n")
  }
}

extension Metric {
  /// The title with the unit.
  var heading: String { title + (unit.isEmpty ? "" : ", \(unit)") }
}

extension Finding.Kind {
  /// Whether something was not compared because of it.
  var isOmission: Bool {
    switch self {
    case .predictionCaseMissing, .referenceCaseMissing, .predictionMissing, .referenceMissing,
      .gridMismatch, .unreadable, .unknownLabel, .duplicateName:
      true
    case .predictionEmpty, .referenceEmpty, .bothEmpty, .resampled, .singleVoxel, .touchesBorder:
      false
    }
  }

  /// The kind in words.
  var words: String {
    switch self {
    case .predictionCaseMissing: "cases without prediction"
    case .referenceCaseMissing: "cases without reference"
    case .predictionMissing: "predictions missing"
    case .referenceMissing: "references missing"
    case .predictionEmpty: "predictions empty"
    case .referenceEmpty: "references empty"
    case .bothEmpty: "both sides empty"
    case .resampled: "resampled"
    case .gridMismatch: "on different grids"
    case .unreadable: "unreadable"
    case .unknownLabel: "unknown labels"
    case .duplicateName: "doubled names"
    case .singleVoxel: "single voxels"
    case .touchesBorder: "touching the border"
    }
  }
}

/// Progress over cases on standard error: one line that changes on a terminal; elsewhere a line for
/// each tenth, once ten seconds are over.
final class CaseProgressLine: Sendable {
  private struct State {
    var lastTenth = 0
    var line = StatusLine()
  }

  private let start = ContinuousClock.now
  private let state = Mutex(State())

  /// Shows how many cases are done, of what where there are several runs; from any thread.
  func show(_ done: Int, _ total: Int, of run: String? = nil) {
    state.withLock { state in
      let text = "\(run.map { "\($0): " } ?? "")case \(done) of \(total)"
      if StatusLine.isTerminal {
        state.line.replace(with: text)
      } else if ContinuousClock.now - start > .seconds(10), done * 10 / total > state.lastTenth {
        state.lastTenth = done * 10 / total
        StatusLine.write("\(text)\n")
      }
    }
  }

  /// Takes the line away, so that what follows starts on its own.
  func finish() {
    state.withLock { $0.line.clear() }
  }
}
