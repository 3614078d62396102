import Evaluation
import Foundation
import Reports
import SegmentationMetrics
import Testing

@Suite("Evaluation reports")
struct EvaluationReportTests {
  private func report(
    _ result: EvaluationResult,
    pictures: [EvaluationReport.PairPicture] = [],
    order: EvaluationReport.Order = .listed
  ) -> EvaluationReport {
    EvaluationReport(
      title: "Scores",
      date: Date(timeIntervalSince1970: 0),
      result: result,
      pictures: pictures,
      provenance: [.init("Program", [.init("Version", "1 < 2")])],
      order: order
    )
  }

  /// A result of one structure with one value of each metric in each case.
  private func result(
    _ values: [Double],
    metric: Metric = .dice,
    structure: String = "Parotid_L",
    name: String = "case"
  ) -> EvaluationResult {
    let names = values.indices.map { "\(name)\($0)" }
    return EvaluationResult(
      referenceName: "a",
      predictionName: "b",
      metrics: [metric],
      cases: names,
      structures: [structure],
      table: ScoreTable(
        method: "b",
        scores: zip(names, values).map {
          Score(caseName: $0, structure: structure, metric: metric, value: .value($1))
        }
      ),
      aggregatedDice: [nil],
      findings: [],
      isResamplingAllowed: false
    )
  }

  @Test("A report of 16 cases and 21 structures is well formed and needs no network or script")
  func wellFormed() {
    let html = report(DrawnScores().result).html()
    let page = ParsedPage(html)
    #expect(page.problem == nil)
    #expect(!html.contains("http") && !html.contains("<script") && !html.contains("<link"))
    #expect(page.elements("svg").count > 20)
    // Every figure says what it is.
    for svg in page.elements("svg") where svg.attributes["aria-hidden"] == nil {
      #expect(svg.attributes["role"] == "img")
    }
    for table in page.elements("table", class: "scores") {
      #expect(!table.path.isEmpty)
    }
    #expect(page.elements("caption").count == page.elements("table", class: "scores").count)
  }

  @Test("The same result gives the same bytes")
  func determinism() {
    let result = DrawnScores().result
    #expect(report(result).html() == report(result).html())
  }

  @Test("Hostile names are text wherever they stand")
  func escaping() {
    let evil = "\"><script>alert('1')</script></svg></style>&\u{0}\u{FFFF}"
    var result = result([0.5, 0.75], structure: evil, name: evil)
    result.referenceName = evil
    result.predictionName = evil
    result.notes = [evil]
    result.findings = [Finding(.unreadable, caseName: evil, structure: evil, text: evil)]
    let html = report(
      result,
      pictures: [.init(caseName: evil, structure: evil, png: Data([1]))]
    ).html()
    #expect(ParsedPage(html).problem == nil)
    #expect(!html.contains("<script"))
    #expect(!html.unicodeScalars.contains("\u{0}"))
    #expect(html.contains("&lt;script&gt;alert(&#39;1&#39;)"))
  }

  @Test("A value lies where the axis says")
  func geometry() throws {
    let page = ParsedPage(report(result([0.2, 0.55, 1])).html())
    let figure = page.figure(titled: "Dice by structure")
    let ticks = figure.filter { $0.name == "text" && $0.classes == ["tick"] }
    let zero = try #require(ticks.first { $0.text == "0.2" }?.number("x"))
    let one = try #require(ticks.first { $0.text == "1.0" }?.number("x"))
    let circles = figure.filter { $0.name == "circle" }.compactMap { $0.number("cx") }
    #expect(circles.count == 3)
    for (place, value) in zip(circles, [0.2, 0.55, 1]) {
      #expect((place - (zero + (value - 0.2) / 0.8 * (one - zero))).magnitude < 0.02)
    }
  }

  @Test("Lengths over several orders get an axis of equal ratios")
  func logarithmicAxis() throws {
    let result = result([0.5, 1, 1, 2, 2, 100], metric: .hausdorff(percentile: 95))
    let figure = ParsedPage(report(result).html()).figure(titled: "HD95 by structure")
    let ticks = figure.filter { $0.name == "text" && $0.classes == ["tick"] }
    let one = try #require(ticks.first { $0.text == "1" }?.number("x"))
    let ten = try #require(ticks.first { $0.text == "10" }?.number("x"))
    let hundred = try #require(ticks.first { $0.text == "100" }?.number("x"))
    #expect(((hundred - ten) - (ten - one)).magnitude < 0.05)
    let circles = figure.filter { $0.name == "circle" }.compactMap { $0.number("cx") }
    #expect((circles[1] - one).magnitude < 0.02 && (circles[5] - hundred).magnitude < 0.02)
  }

  @Test("Scores without a value are hatched in the map, counted in tables and listed")
  func missing() throws {
    var result = DrawnScores(caseCount: 3, structureCount: 2, hasGaps: false).result
    result.table.scores[0].value = .undefined(.predictionMissing)
    result.findings = (0..<40).map {
      Finding(.predictionMissing, caseName: nil, structure: nil, text: "Thing number \($0).")
    }
    let html = report(result).html()
    let page = ParsedPage(html)
    #expect(page.problem == nil)
    for index in 0..<40 { #expect(html.contains("<li>Thing number \(index).</li>")) }
    let map = page.figure(titled: "Dice by case and structure")
    let place = "\(result.cases[0]), \(result.structures[0])"
    #expect(map.contains { $0.name == "title" && $0.text == "\(place): prediction missing" })
    #expect(map.contains { $0.classes.contains("hatch") })
    #expect(html.contains("1 for Dice"))
  }

  @Test("Nothing, one value, equal values and huge values are drawn without a trap")
  func fewValues() {
    let columns: [[Double]] = [
      [], [0.5], [0.7, 0.7, 0.7, 0.7, 0.7], [0, 0, 0, 0], [1e308, -1e308, 0, 1],
      [.nan, .infinity, 3, 4], [1e-300, 1e-300, 1, 1e300], [5, 5],
    ]
    let metrics: [Metric] = [.dice, .hausdorff(percentile: 95), .relativeVolumeDifference]
    for values in columns {
      for metric in metrics {
        let page = ParsedPage(report(result(values, metric: metric), order: .byMedian).html())
        #expect(page.problem == nil)
        for number in page.drawingNumbers {
          #expect(!number.contains("nan") && !number.contains("inf") && !number.contains("e"))
        }
      }
    }
    var empty = result([])
    empty.structures = []
    empty.metrics = []
    empty.aggregatedDice = []
    #expect(ParsedPage(report(empty).html()).problem == nil)
  }

  @Test("Volumes of a known bias have it in the figure's row")
  func volumes() {
    var result = result([10, 20, 40], metric: .referenceVolume)
    let other = self.result([30, 60, 120], metric: .predictionVolume)
    result.metrics.append(.predictionVolume)
    result.table.scores += other.table.scores
    // (30 - 10) / 20 is 100 % in every pair.
    let figure = ParsedPage(report(result).html()).figure(titled: "Bias of volumes by structure")
    #expect(figure.contains { $0.name == "text" && $0.text == "100.0 [100.0, 100.0]" })
  }

  @Test("The worst pairs come from both metrics in turn, each once")
  func worstPairs() {
    var result = result([0.9, 0.1, 0.8, 0.3])
    let distances = self.result([1, 50, 70, 2], metric: .hausdorff(percentile: 95))
    result.metrics.append(.hausdorff(percentile: 95))
    result.table.scores += distances.table.scores
    let worst = EvaluationReport.worstPairs(of: result, count: 3).map(\.caseName)
    #expect(worst == ["case1", "case2", "case3"])
    #expect(EvaluationReport.worstPairs(of: result, count: 99).count == 4)
    #expect(EvaluationReport.worstPairs(of: result, count: 0).isEmpty)
  }

  @Test("Pictures stand in the order of the worst pairs, with their values")
  func pictures() throws {
    let pictures = ["case0", "case1"].map {
      EvaluationReport.PairPicture(caseName: $0, structure: "Parotid_L", png: Data([0x89]))
    }
    let html = report(result([0.9, 0.25]), pictures: pictures).html()
    let captions = ParsedPage(html).elements("figcaption").map(\.text)
    let worst = try #require(captions.firstIndex(of: "case1, Parotid_L · Dice 0.250"))
    let other = try #require(captions.firstIndex(of: "case0, Parotid_L · Dice 0.900"))
    #expect(worst < other)
  }
}
