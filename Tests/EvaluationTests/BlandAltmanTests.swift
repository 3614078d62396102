import Evaluation
import Testing

@Suite("Bland–Altman")
struct BlandAltmanTests {
  @Test("Peak flow of Bland and Altman's own table has their bias and limits")
  func lancet() throws {
    // Table 1 of the paper: PEFR by the Wright meter and the mini meter, first readings, l/min.
    let large = [
      494.0, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427,
    ]
    let mini = [
      512.0, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451,
    ]
    let result = try #require(BlandAltman(zip(mini, large).map { ($0, $1) }))
    // The paper: mean difference -2.1, standard deviation 38.8, limits -79.7 and 75.5 (with 2 sd).
    #expect((result.bias - -2.1).magnitude < 0.05)
    let deviation = try #require(result.standardDeviation)
    #expect((deviation - 38.8).magnitude < 0.05)
    let limits = try #require(result.limits)
    #expect(limits.lowerBound == result.bias - 1.96 * deviation)
    #expect(limits.upperBound == result.bias + 1.96 * deviation)
  }

  @Test("Percentages are of the pair's mean")
  func percent() throws {
    let result = try #require(BlandAltman([(90, 110), (1, 1)], scale: .percentOfMean))
    #expect(result.points.map(\.mean) == [100, 1])
    #expect(result.points.map(\.difference) == [20, 0])
    #expect(result.bias == 10)
  }

  @Test("One pair has a bias and no limits; pairs that cannot be used are counted")
  func fewPairs() throws {
    let one = try #require(BlandAltman([(0, 0), (.nan, 1), (2, 2)], scale: .percentOfMean))
    #expect(one.leftOut == 2 && one.points.map(\.index) == [2])
    #expect(one.bias == 0 && one.limits == nil)
    #expect(BlandAltman([]) == nil)
    #expect(BlandAltman([(.infinity, 1)]) == nil)
    #expect(BlandAltman([(0, 0)], scale: .percentOfMean) == nil)
  }
}
