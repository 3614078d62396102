public import Evaluation
public import Foundation

/// The report of one ranking of methods: final ranks, tests, stability and the methods text.
///
/// A page for reading, printing and a paper's supplement; every number comes from the ranking.
public struct RankingReport: Sendable {
  /// The heading of the report.
  public var title: String
  /// When the ranking was computed.
  public var date: Date
  /// The ranking.
  public var ranking: Ranking
  /// Published means to stand beside the ranking's.
  public var published: [PublishedTable]
  /// Where the numbers come from: files, program, versions.
  public var provenance: [CaseReport.Section]

  /// A report from its parts.
  public init(
    title: String,
    date: Date,
    ranking: Ranking,
    published: [PublishedTable] = [],
    provenance: [CaseReport.Section] = []
  ) {
    self.title = title
    self.date = date
    self.ranking = ranking
    self.published = published
    self.provenance = provenance
  }

  /// The report as one HTML page that needs nothing else: figures and styles are inside.
  public func html() -> String {
    HTMLPage(
      title: title,
      subtitle: """
        \(counted(ranking.methods.count, "method")), \(counted(ranking.cases.count, "case")), \
        \(counted(ranking.structures.count, "structure")), \(HTMLPage.text(date))
        """,
      body: """
        <main>
        \(finalTable)
        \(missingList)
        \(stabilitySection)
        \(ranking.metrics.map(metricSection).joined(separator: "\n"))
        \(structureTables)
        \(methods)
        <div class="columns">
        \(provenance.map(HTMLPage.facts).joined(separator: "\n"))
        </div>
        </main>
        """,
      hasFigures: true,
      footer: "Made by Delineate, a research tool and not a medical device."
    ).html
  }
}
