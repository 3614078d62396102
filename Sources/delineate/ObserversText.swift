import Evaluation
import Foundation
import Segmentation
import SegmentationMetrics

/// What a person reads after observers were compared.
struct ObserversText {
  private let study: ObserverStudy

  init(_ study: ObserverStudy) { self.study = study }

  /// The agreement of the observers, each method beside them, and what was written.
  func text(_ written: [String]) -> String {
    var parts = [
      "Agreement between \(study.observers.joined(separator: ", ")) "
        + "(\(study.pairs.count == 1 ? "one pair" : "\(study.pairs.count) pairs"); mean ± standard "
        + "deviation over pairs and cases)",
      agreement,
    ]
    for method in study.methods {
      for comparison in method.comparisons.prefix(2) {
        parts.append("\(method.name) beside the observers: \(comparison.metric.heading)")
        parts.append(table(of: comparison))
      }
      if method.comparisons.count > 2 {
        parts.append("The other metrics of \(method.name) are in observers.json.")
      }
    }
    let results = study.pairs + study.methods.flatMap(\.againstObservers)
    let omissions = results.flatMap(\.findings).filter(\.kind.isOmission)
    if !omissions.isEmpty {
      let lines = omissions.prefix(5).map { "  \($0.text)" }
      parts.append(
        (["Findings: \(omissions.count) structures or cases were not compared."] + lines)
          .joined(separator: "\n")
      )
    }
    parts.append(written.map { "Wrote \($0)" }.joined(separator: "\n"))
    return parts.joined(separator: "\n\n")
  }

  private var agreement: String {
    let rating = study.metrics.filter { $0.isHigherBetter != nil }
    let shown = Array((rating.isEmpty ? study.metrics : rating).prefix(6))
    var table = TextTable(header: ["Structure", "n"] + shown.map(\.heading))
    for structure in study.structures.map({ $0 as String? }) + [nil] {
      let summaries = shown.map { study.interObserver($0, structure: structure) }
      let cells = zip(shown, summaries).map { metric, summary in
        summary.map { $0.text(digits: metric.decimals) } ?? "\u{2013}"
      }
      table.rows.append(
        [structure ?? "All", "\(summaries.compactMap { $0?.count }.max() ?? 0)"] + cells
      )
    }
    return table.text
  }

  private func table(of comparison: ObserverComparison) -> String {
    let digits = comparison.metric.decimals
    var table = TextTable(
      header: ["Structure", "n", "Observers", "Method", "Difference", "p", "Verdict"]
    )
    for row in comparison.structures + [comparison.overall] {
      table.rows.append([
        row.structure ?? "All", "\(row.method.count)", row.observers.text(digits: digits),
        row.method.text(digits: digits), row.difference.mean.text(digits: digits),
        row.correctedPValue < 0.0001 ? "<0.0001" : row.correctedPValue.text(digits: 4),
        row.verdict.rawValue,
      ])
    }
    return table.text
  }
}

extension Summary {
  /// Mean and standard deviation.
  fileprivate func text(digits: Int) -> String {
    mean.text(digits: digits) + (standardDeviation.map { " ± \($0.text(digits: digits))" } ?? "")
  }
}

/// A study of observers, for programs.
struct ObserversDocument: Encodable {
  struct Agreement: Encodable {
    /// `null` for all structures at once.
    let structure: String?
    let metric: String
    let count: Int
    let missing: Int
    let mean: Double
    let standardDeviation: Double?
    let median: Double
  }

  struct Verdict: Encodable {
    let structure: String?
    let metric: String
    let count: Int
    let observersMean: Double
    let methodMean: Double
    let difference: Double
    let interval: [Double]?
    let pValue: Double
    let correctedPValue: Double
    let verdict: String
    let leftOut: Int

    init(_ row: ObserverComparison.Row, metric: Metric) {
      structure = row.structure
      self.metric = metric.name
      count = row.method.count
      observersMean = row.observers.mean
      methodMean = row.method.mean
      difference = row.difference.mean
      interval = row.difference.interval.map { [$0.low, $0.high] }
      pValue = row.test.pValue
      correctedPValue = row.correctedPValue
      verdict = row.verdict.rawValue
      leftOut = row.leftOut
    }
  }

  struct Method: Encodable {
    let name: String
    let verdicts: [Verdict]
    let againstObservers: [EvaluationDocument]
  }

  let program = "delineate \(delineateVersion)"
  let observers: [String]
  let agreement: [Agreement]
  let methods: [Method]
  let pairs: [EvaluationDocument]

  private enum CodingKeys: CodingKey { case program, observers, agreement, methods, pairs }

  init(_ study: ObserverStudy) {
    observers = study.observers
    agreement = (study.structures.map { $0 as String? } + [nil]).flatMap { structure in
      study.metrics.compactMap { metric in
        study.interObserver(metric, structure: structure).map {
          Agreement(
            structure: structure,
            metric: metric.name,
            count: $0.count,
            missing: $0.missing,
            mean: $0.mean,
            standardDeviation: $0.standardDeviation,
            median: $0.median
          )
        }
      }
    }
    methods = study.methods.map { method in
      Method(
        name: method.name,
        verdicts: method.comparisons.flatMap { comparison in
          (comparison.structures + [comparison.overall]).map {
            Verdict($0, metric: comparison.metric)
          }
        },
        againstObservers: method.againstObservers.map(EvaluationDocument.init)
      )
    }
    pairs = study.pairs.map(EvaluationDocument.init)
  }

  /// The document as JSON with sorted keys.
  func json() throws -> String { try jsonText(self) }
}
