import Evaluation
import Foundation
import Testing

@Suite("Wilcoxon's signed ranks")
struct WilcoxonTests {
  private struct Golden: Decodable {
    struct Test: Decodable {
      let zeros: WilcoxonTest.Zeros
      let alternative: Alternative
      let method: String
      let continuity: Bool
      let statistic: Double
      let p: Double
    }
    struct Sample: Decodable {
      let name: String
      let differences: [Double]
      let tests: [Test]
    }
    let wilcoxon: [Sample]
  }

  @Test("Every sample, rule and alternative has SciPy's statistic and p-value")
  func agreement() throws {
    let methods: [String: WilcoxonTest.Method] = [
      "auto": .automatic, "exact": .exact, "asymptotic": .approximate,
    ]
    var count = 0
    for sample in try golden("statistics", as: Golden.self).wilcoxon {
      for expected in sample.tests {
        let found = WilcoxonTest(
          differences: sample.differences,
          alternative: expected.alternative,
          zeros: expected.zeros,
          method: try #require(methods[expected.method]),
          continuity: expected.continuity
        )
        let words = Comment("\(sample.name), \(expected)")
        #expect(found.statistic == expected.statistic, words)
        // Relative where p is small: 1e-12 of a p-value of 1e-9 is what the digits hold.
        #expect(abs(found.pValue - expected.p) <= 1e-12 * max(expected.p, 1e-3), words)
        count += 1
      }
    }
    #expect(count == 13 * 2 * 3 * 4)
  }

  @Test("The result says where its p-value came from")
  func distributions() {
    func distribution(_ differences: [Double]) -> WilcoxonTest.Distribution {
      WilcoxonTest(differences: differences).distribution
    }
    let distinct = (1...50).map { Double($0) * ($0.isMultiple(of: 3) ? -1 : 1) }
    #expect(distribution(distinct) == .exact)
    #expect(distribution(distinct + [51]) == .normal)
    #expect(distribution([1, 1, -2, 3]) == .permutation)
    #expect(distribution([0, 1, -2, 3]) == .permutation)
    #expect(distribution(Array(repeating: 1, count: 14)) == .normal)
    #expect(distribution([0, 0, 0]) == .none)
    #expect(distribution([]) == .none)
  }

  @Test("No difference at all has a p-value of 1")
  func noDifference() {
    for count in [0, 1, 13, 14, 60] {
      let test = WilcoxonTest(differences: Array(repeating: 0, count: count))
      #expect(test.pValue == 1)
      #expect(test.zScore == nil)
      #expect(test.zeroCount == count)
    }
  }

  @Test("Exchanging the sides exchanges the alternatives")
  func symmetry() {
    let differences = [0.5, -1.25, 2, 3, -0.25, 0.75, 4, 4, 0]
    for zeros in WilcoxonTest.Zeros.allCases {
      let less = WilcoxonTest(differences: differences, alternative: .less, zeros: zeros)
      let greater = WilcoxonTest(
        differences: differences.map { -$0 },
        alternative: .greater,
        zeros: zeros
      )
      #expect(abs(less.pValue - greater.pValue) < 1e-15)
      #expect(less.positiveRankSum == greater.negativeRankSum)
    }
  }
}
