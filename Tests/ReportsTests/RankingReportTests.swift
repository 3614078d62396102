import Evaluation
import Foundation
import Reports
import SegmentationMetrics
import Testing

@Suite("Ranking and observer reports")
struct RankingReportTests {
  private let date = Date(timeIntervalSince1970: 0)

  private func ranking(_ methods: [String], cases: Int = 4, resamples: Int = 10) throws -> Ranking {
    var plan = RankingPlan()
    plan.resamples = resamples
    let tables = methods.enumerated().map { place, name in
      DrawnScores(
        caseCount: cases,
        structureCount: 4,
        seed: UInt64(place),
        skill: -0.1 * Double(place),
        method: name
      ).table
    }
    return try Ranking(tables, plan: plan)
  }

  @Test("Two and twelve methods, hostile names too, give well-formed pages", arguments: [2, 12])
  func wellFormed(count: Int) throws {
    let names = (0..<count).map { "M\($0) <b>&\"'" + String(repeating: "long ", count: 20) }
    let ranking = try ranking(names)
    let report = RankingReport(title: "<Rank>", date: date, ranking: ranking)
    let html = report.html()
    let page = ParsedPage(html)
    #expect(page.problem == nil)
    #expect(html == report.html())
    #expect(!html.contains("http") && !html.contains("<script"))
    for number in page.drawingNumbers {
      #expect(!number.contains("nan") && !number.contains("inf"))
    }
    let pairs = count * (count - 1) / 2
    let forest = page.figure(titled: "Mean differences of Dice")
    #expect(forest.filter { $0.name == "circle" }.count == pairs)
  }

  @Test("One case without resamples is a report without intervals")
  func oneCase() throws {
    let html = RankingReport(
      title: "Ranks",
      date: date,
      ranking: try ranking(["a", "b"], cases: 1, resamples: 0)
    ).html()
    #expect(ParsedPage(html).problem == nil)
    #expect(!html.contains("Stability of the ranks"))
    #expect(html.contains("were not resampled"))
  }

  @Test("The first of the final table is the ranking's best, and ranks read as ranked")
  func finalTable() throws {
    let ranking = try ranking(["third", "first", "second"].reversed(), cases: 12)
    let page = ParsedPage(RankingReport(title: "Ranks", date: date, ranking: ranking).html())
    let ranks = page.elements("td", class: "rank").compactMap { Int($0.text) }
    #expect(ranks == ranking.order.map { ranking.finalRanks[$0] })
    let bold = page.elements("b").first { $0.path.last == "th" }
    #expect(bold?.text == ranking.methods[ranking.order[0]])
  }

  @Test("The circles of a method's ranks have areas of its frequencies")
  func blobs() throws {
    let ranking = try ranking(["a", "b", "c"], resamples: 40)
    let stability = try #require(ranking.stability)
    let page = ParsedPage(RankingReport(title: "Ranks", date: date, ranking: ranking).html())
    let figure = page.figure(titled: "Final ranks over resamples")
    let radii = figure.filter { $0.classes == ["blob"] }.compactMap { $0.number("r") }
    let largest = try #require(
      figure.first { $0.classes == ["ring"] }.flatMap { $0.number("r") }
    )
    let expected = ranking.order.flatMap { method in
      stability.frequencies[method].filter { $0 > 0 }
        .map { max(largest * (Double($0) / 40).squareRoot(), 1.2) }
    }
    #expect(radii.count == expected.count)
    for (radius, wanted) in zip(radii, expected) { #expect((radius - wanted).magnitude < 0.01) }
  }

  @Test("Published means stand in the row of the same structure, others below")
  func published() throws {
    let csv = """
      # A paper, Table 1
      organ,X_mean,Y_mean
      Brainstem,88.5,84.9
      Tongue root,50,
      """
    let table = try PublishedTable(csv: csv, metric: .dice)
    let html = RankingReport(
      title: "Ranks",
      date: date,
      ranking: try ranking(["a", "b"]),
      published: [table]
    ).html()
    #expect(ParsedPage(html).problem == nil)
    #expect(html.contains("A paper, Table 1"))
    let row = try #require(
      html.split(separator: "\n").first {
        $0.hasPrefix("<tr><th scope=\"row\">Brainstem</th>") && $0.contains("<b>0.885</b>")
      }
    )
    #expect(row.contains(">0.849<"))
    #expect(html.contains("0.500"))
  }

  @Test("Observers alone and with a method give well-formed pages with a verdict a structure")
  func observers() throws {
    let pairs = (0..<3).map { place -> EvaluationResult in
      var result = DrawnScores(caseCount: 6, structureCount: 5, seed: UInt64(place)).result
      result.referenceName = ["A", "A", "B"][place]
      result.predictionName = ["B", "C <&>", "C <&>"][place]
      return result
    }
    let alone = ObserversReport(title: "Observers", date: date, pairs: pairs)
    #expect(ParsedPage(alone.html()).problem == nil)
    #expect(alone.html().contains("3 observers"))
    let method = DrawnScores(caseCount: 6, structureCount: 5, seed: 9, skill: -0.3, method: "net")
    let comparison = try ObserverComparison(
      method: [method.table],
      observers: pairs.map(\.table),
      metric: .dice,
      resamples: 20
    )
    let html = ObserversReport(
      title: "Observers",
      date: date,
      pairs: pairs,
      methods: [.init(name: "net <1>", comparisons: [comparison])]
    ).html()
    let page = ParsedPage(html)
    #expect(page.problem == nil)
    let figure = page.figure(titled: "Dice: net <1> beside the observers")
    // One square for each structure, and one in the legend.
    let squares = figure.filter { $0.name == "rect" && $0.classes == ["second"] }
    #expect(squares.count == comparison.structures.count + 1)
    #expect(html.contains(comparison.overall.verdict.rawValue))
  }

  @Test("No pair of observers is a page too")
  func noObservers() {
    #expect(
      ParsedPage(ObserversReport(title: "Observers", date: date, pairs: []).html()).problem == nil
    )
  }
}
