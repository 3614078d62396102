import Evaluation
import Foundation
import TestSupport
import Testing

@Suite("Statistics")
struct StatisticsTests {
  private struct Golden: Decodable {
    struct Friedman: Decodable {
      let values: [[Double]]
      let statistic: Double
      let p: Double
    }
    struct Holm: Decodable {
      let p: [Double]
      let holm: [Double]
      let bonferroni: [Double]
    }
    let friedman: [Friedman]
    let holm: Holm
    let normal: [[Double]]
    let chi2: [[Double]]
    let range: [[Double]]
  }

  private func isNear(_ a: Double, _ b: Double, _ tolerance: Double = 1e-12) -> Bool {
    abs(a - b) <= tolerance * max(1e-3, abs(b))
  }

  @Test("Friedman's statistic and p-value are SciPy's")
  func friedman() throws {
    for expected in try golden("statistics", as: Golden.self).friedman {
      let test = FriedmanTest(expected.values)
      #expect(isNear(test.statistic, expected.statistic))
      #expect(isNear(test.pValue, expected.p))
    }
  }

  @Test("Methods that always tie do not differ")
  func allTied() {
    let test = FriedmanTest([[1, 2, 3], [1, 2, 3], [1, 2, 3]])
    #expect(test.statistic == 0)
    #expect(test.pValue == 1)
    #expect(test.averageRanks == [2, 2, 2])
  }

  @Test("Corrections for several tests are those of statsmodels")
  func corrections() throws {
    let expected = try golden("statistics", as: Golden.self).holm
    for (found, wanted) in [
      (MultipleTesting.holm(expected.p), expected.holm),
      (MultipleTesting.bonferroni(expected.p), expected.bonferroni),
    ] {
      #expect(found.count == wanted.count)
      for (a, b) in zip(found, wanted) { #expect(isNear(a, b, 1e-14)) }
    }
    #expect(MultipleTesting.holm([]).isEmpty)
  }

  @Test("The normal distribution is SciPy's in both tails, and its quantiles invert it")
  func normal() throws {
    for row in try golden("statistics", as: Golden.self).normal {
      let found = Normal.cumulative(row[0])
      // The argument's own rounding, times the steepness of the tail.
      #expect(abs(found - row[1]) <= 4e-16 * (4 + row[0] * row[0]) * row[1])
      #expect(Normal.upperTail(-row[0]) == found)
    }
    for share in [1e-12, 0.001, 0.025, 0.5, 0.8, 0.975] {
      #expect(isNear(Normal.cumulative(Normal.quantile(share)), share, 1e-13))
    }
    #expect(Normal.quantile(0) == -.infinity)
    #expect(Normal.quantile(1) == .infinity)
  }

  @Test("The chi-square distribution is SciPy's")
  func chiSquare() throws {
    for row in try golden("statistics", as: Golden.self).chi2 {
      let found = chiSquareUpperTail(row[0], degreesOfFreedom: Int(row[1]))
      #expect(abs(found - row[2]) <= 1e-12 * row[2])
    }
  }

  @Test("The studentized range's quantiles are SciPy's")
  func studentizedRange() throws {
    for row in try golden("statistics", as: Golden.self).range {
      let found = StudentizedRange.quantile(1 - row[0], count: Int(row[1]))
      #expect(abs(found - row[2]) < 1e-8, "\(row)")
    }
  }

  @Test("A bootstrap interval is narrower with more cases, holds the mean and repeats by its seed")
  func interval() throws {
    var generator = SeededGenerator(seed: 5)
    func interval(_ count: Int, seed: UInt64) throws -> MeanDifference.Interval {
      let values = (0..<count).map { _ in Double.random(in: -1...1.4, using: &generator) }
      let difference = MeanDifference(
        values,
        cases: Array(0..<count),
        caseCount: count,
        resamples: 2000,
        seed: seed
      )
      let again = MeanDifference(
        values,
        cases: Array(0..<count),
        caseCount: count,
        resamples: 2000,
        seed: seed
      )
      #expect(difference == again)
      let interval = try #require(difference.interval)
      #expect(interval.low < difference.mean && difference.mean < interval.high)
      // The mean's standard error is the uniform distribution's 2.4/√12 over √n.
      let expected = 2 * 1.96 * 2.4 / 12.0.squareRoot() / Double(count).squareRoot()
      #expect(abs(interval.high - interval.low - expected) < 0.25 * expected)
      return interval
    }
    _ = try interval(40, seed: 1)
    _ = try interval(400, seed: 2)
  }

  @Test("An interval over cases is wider than one over measurements that are alike within a case")
  func clusters() throws {
    let values = (0..<60).map { Double($0 / 10) }
    let byCase = MeanDifference(
      values,
      cases: values.map { Int($0) },
      caseCount: 6,
      resamples: 1000,
      seed: 1
    )
    let single = MeanDifference(
      values,
      cases: Array(0..<60),
      caseCount: 60,
      resamples: 1000,
      seed: 1
    )
    let wide = try #require(byCase.interval)
    let narrow = try #require(single.interval)
    #expect(wide.high - wide.low > 2 * (narrow.high - narrow.low))
    #expect(byCase.mean == 2.5)
    let none = MeanDifference(values, cases: Array(0..<60), caseCount: 60, resamples: 0, seed: 1)
    #expect(none.interval == nil)
  }
}
