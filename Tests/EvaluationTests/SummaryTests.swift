import Evaluation
import Testing

@Suite("Summary")
struct SummaryTests {
  @Test("Five numbers have the quartiles that NumPy gives")
  func quartiles() throws {
    let summary = try #require(Summary([4, 1, 3, 2, 10], missing: 2))
    #expect(summary.count == 5 && summary.missing == 2)
    #expect(summary.mean == 4 && summary.median == 3)
    #expect(summary.lowerQuartile == 2 && summary.upperQuartile == 4)
    #expect(summary.minimum == 1 && summary.maximum == 10)
    // Squares 0 + 9 + 1 + 4 + 36 = 50 over four degrees of freedom.
    #expect(summary.standardDeviation == 12.5.squareRoot())
  }

  @Test("No values have no summary, one value no spread")
  func fewValues() throws {
    #expect(Summary([]) == nil)
    #expect(try #require(Summary([7])).standardDeviation == nil)
  }
}
