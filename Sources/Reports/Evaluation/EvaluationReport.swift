public import Evaluation
public import Foundation
import SegmentationMetrics

/// The report of one evaluation: tables, figures, findings and the methods text of a paper.
///
/// A page for reading, printing and a paper's supplement; every number comes from the result.
public struct EvaluationReport: Sendable {
  /// A picture of one pair of contours, already encoded.
  public struct PairPicture: Sendable {
    /// The case it shows.
    public var caseName: String
    /// The structure it shows.
    public var structure: String
    /// A PNG file's bytes.
    public var png: Data

    /// A picture from its parts.
    public init(caseName: String, structure: String, png: Data) {
      self.caseName = caseName
      self.structure = structure
      self.png = png
    }
  }
  /// In which order figures show the structures.
  public enum Order: Hashable, Sendable {
    /// As in the result.
    case listed
    /// The best median first, for each metric anew.
    case byMedian
  }

  /// The heading of the report.
  public var title: String
  /// When the scores were computed.
  public var date: Date
  /// The scores and findings.
  public var result: EvaluationResult
  /// Pictures of the pairs that ``worstPairs(of:count:)`` names; others are shown after them.
  public var pictures: [PairPicture]
  /// Where the numbers come from: folders, program, versions, machine.
  public var provenance: [CaseReport.Section]
  /// The order of structures in figures.
  public var order: Order
  /// How many of the worst pairs are listed.
  public var worstCount: Int

  /// A report from its parts.
  public init(
    title: String,
    date: Date,
    result: EvaluationResult,
    pictures: [PairPicture] = [],
    provenance: [CaseReport.Section] = [],
    order: Order = .listed,
    worstCount: Int = 12
  ) {
    self.title = title
    self.date = date
    self.result = result
    self.pictures = pictures
    self.provenance = provenance
    self.order = order
    self.worstCount = worstCount
  }

  /// The report as one HTML page that needs nothing else: figures, pictures and styles are inside.
  public func html() -> String {
    let columns = ScoreColumns(result.table)
    return HTMLPage(
      title: title,
      subtitle: "\(result.predictionName) against the reference \(result.referenceName), "
        + HTMLPage.text(date),
      body: """
        <main>
        \(tiles(columns))
        \(findingList)
        \(structureTables(columns))
        \(distributions(columns))
        \(volumes(columns))
        \(heatMap(columns))
        \(worstList(columns))
        \(methods(columns))
        <div class="columns">
        \(provenance.map(HTMLPage.facts).joined(separator: "\n"))
        </div>
        </main>
        """,
      hasFigures: true,
      footer: "Made by Delineate, a research tool and not a medical device."
    ).html
  }

  /// The structures in a figure of one metric.
  func ordered(by metric: Metric, _ columns: ScoreColumns) -> [String] {
    guard order == .byMedian, let isHigherBetter = metric.isHigherBetter else {
      return result.structures
    }
    let medians = result.structures.map { ($0, columns[$0, metric].summary?.median) }
    let known = medians.compactMap { name, median in median.map { (name, $0) } }
    // Swift's sort keeps the listed order of equal medians.
    let sorted = known.sorted { isHigherBetter ? $0.1 > $1.1 : $0.1 < $1.1 }
    return sorted.map(\.0) + medians.filter { $0.1 == nil }.map(\.0)
  }
}
