public import Evaluation
public import Foundation
import SegmentationMetrics

/// The report of a comparison of observers, and of a method with them.
///
/// A page for reading, printing and a paper's supplement; every number comes from the scores.
public struct ObserversReport: Sendable {
  /// A method beside the observers.
  public struct Method: Sendable {
    /// What the method is called.
    public var name: String
    /// The comparison with the observers by each metric.
    public var comparisons: [ObserverComparison]

    /// A method from its parts.
    public init(name: String, comparisons: [ObserverComparison]) {
      self.name = name
      self.comparisons = comparisons
    }
  }

  /// The heading of the report.
  public var title: String
  /// When the scores were computed.
  public var date: Date
  /// The observers' scores against each other, one result for each pair.
  public var pairs: [EvaluationResult]
  /// The methods beside the observers; empty where observers alone were compared.
  public var methods: [Method]
  /// Pictures of pairs that disagree much.
  public var pictures: [CaseReport.Picture]
  /// Where the numbers come from: folders, program, versions.
  public var provenance: [CaseReport.Section]

  /// A report from its parts.
  public init(
    title: String,
    date: Date,
    pairs: [EvaluationResult],
    methods: [Method] = [],
    pictures: [CaseReport.Picture] = [],
    provenance: [CaseReport.Section] = []
  ) {
    self.title = title
    self.date = date
    self.pairs = pairs
    self.methods = methods
    self.pictures = pictures
    self.provenance = provenance
  }

  /// The report of a study.
  public init(
    title: String,
    date: Date,
    study: ObserverStudy,
    pictures: [CaseReport.Picture] = [],
    provenance: [CaseReport.Section] = []
  ) {
    self.init(
      title: title,
      date: date,
      pairs: study.pairs,
      methods: study.methods.map { Method(name: $0.name, comparisons: $0.comparisons) },
      pictures: pictures,
      provenance: provenance
    )
  }

  /// The observers' names.
  var observers: [String] { distinct(pairs.flatMap { [$0.referenceName, $0.predictionName] }) }
  /// The structures on any side.
  var structures: [String] { distinct(pairs.flatMap(\.structures)) }
  /// The cases on any side.
  var cases: [String] { distinct(pairs.flatMap(\.cases)) }
  /// What was measured between observers.
  var metrics: [Metric] { distinct(pairs.flatMap(\.metrics)) }

  /// All pairs of observers as one result: a case of a pair is named after both where there are
  /// several pairs.
  var pooled: EvaluationResult? {
    guard let first = pairs.first, pairs.count > 1 else { return pairs.first }
    var result = first
    result.referenceName = observers.joined(separator: ", ")
    result.predictionName = "each other"
    result.metrics = metrics
    result.structures = structures
    func name(_ pair: EvaluationResult, _ caseName: String) -> String {
      "\(caseName) (\(pair.predictionName) – \(pair.referenceName))"
    }
    result.cases = pairs.flatMap { pair in pair.cases.map { name(pair, $0) } }
    result.table.scores = pairs.flatMap { pair in
      pair.table.scores.map { score in
        var score = score
        score.caseName = name(pair, score.caseName)
        return score
      }
    }
    // Each pair has an aggregated Dice of its own; they have no common one.
    result.aggregatedDice = structures.map { _ in nil }
    result.findings = distinct(pairs.flatMap(\.findings))
    return result
  }

  /// The report as one HTML page that needs nothing else: figures and styles are inside.
  public func html() -> String {
    let subtitle = """
      \(counted(observers.count, "observer")), \(counted(cases.count, "case")), \
      \(counted(structures.count, "structure"))\(methods.isEmpty ? "" : ", and \(methods.map(\.name).joined(separator: ", "))"), \
      \(HTMLPage.text(date))
      """
    return HTMLPage(
      title: title,
      subtitle: subtitle,
      body: """
        <main>
        \(methods.map(section).joined(separator: "\n"))
        \(pooled.map(agreement) ?? "")
        \(pictureSection)
        \(methodsText)
        <div class="columns">
        \(provenance.map(HTMLPage.facts).joined(separator: "\n"))
        </div>
        </main>
        """,
      hasFigures: true,
      footer: "Made by Delineate, a research tool and not a medical device."
    ).html
  }

  /// Tables, distributions, volumes and cases of the observers against each other.
  private func agreement(_ result: EvaluationResult) -> String {
    let report = EvaluationReport(title: title, date: date, result: result)
    let columns = ScoreColumns(result.table)
    return """
      \(report.tiles(columns))
      \(report.findingList)
      \(report.structureTables(columns))
      \(pairTable)
      \(report.distributions(columns))
      \(report.volumes(columns))
      \(report.heatMap(columns))
      \(report.worstList(columns))
      """
  }

  private var pictureSection: String {
    guard !pictures.isEmpty else { return "" }
    let figures = pictures.map { HTMLPage.figure(png: $0.png, caption: $0.caption) }
    return """
      <section>
      <h2>Pictures</h2>
      <div class="pictures">
      \(figures.joined(separator: "\n"))
      </div>
      </section>
      """
  }
}
