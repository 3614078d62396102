import Adaptation
import Foundation
import Testing

@Suite("Rules on vanished tumors and volumes")
struct AdaptationRulesTests {
  /// Twenty tumors of 1 to 20 ml, predicted 10 % too small, and vanished ones with these rests.
  private func outcomes(rests: [Double]) -> [TumorOutcome] {
    (1...20).map { TumorOutcome(predicted: 0.9 * Double($0), actual: Double($0)) }
      + rests.map { TumorOutcome(predicted: $0, actual: 0) }
  }

  @Test("The rule recognizes small rests and keeps what it has to keep")
  func recognizes() throws {
    let rule = try ExistenceRule(
      structure: "GTVp",
      outcomes: outcomes(rests: [0, 0.2, 0.5, 1.2, 6])
    )
    // One of twenty may go: 0.9 ml; the next, 1.8 ml, stays. Rests up to 1.2 ml are reached.
    #expect(rule.smallestMilliliters > 1.2 && rule.smallestMilliliters <= 1.8)
    #expect(rule.sensitivity == 0.8)
    #expect(rule.specificity == 0.95)
    #expect(rule.vanished == 5 && rule.present == 20)
    func keeps(_ volume: Double) -> Bool {
      rule.keeps(milliliters: volume, remainingContrast: nil)
    }
    #expect(!keeps(1.2) && keeps(1.8) && !keeps(0))
    #expect(rule.smallestRemainingContrast == nil)
  }

  @Test(
    "What is left of the contrast tells large rests; contours of which it is not known are kept"
  )
  func contrast() throws {
    func outcome(_ volume: Double, _ actual: Double, _ contrast: Double?) -> TumorOutcome {
      TumorOutcome(predicted: volume, actual: actual, remainingContrast: contrast)
    }
    let there = (1...20).map { outcome(Double($0), Double($0), 0.5 + 0.05 * Double($0)) }
    let gone = [outcome(0.4, 0, 0.1), outcome(7, 0, 0.2), outcome(12, 0, 0.3), outcome(9, 0, nil)]
    let rule = try ExistenceRule(structure: "GTVp", outcomes: there + gone)
    // The rest of 0.4 ml falls to its contrast as well, so that the volume need not count.
    #expect(rule.smallestMilliliters == 0)
    let least = try #require(rule.smallestRemainingContrast)
    #expect(least > 0.3 && least <= 0.55)
    #expect(rule.sensitivity == 0.75 && rule.specificity == 1)
    #expect(!rule.keeps(milliliters: 12, remainingContrast: 0.3))
    #expect(rule.keeps(milliliters: 12, remainingContrast: nil))
    #expect(rule.keeps(milliliters: 0.1, remainingContrast: 0.8))
    #expect(!rule.keeps(milliliters: 0, remainingContrast: 0.8))
    // Where both limits are needed, both are found: 2 of 20 may go.
    let small = (0..<5).map { outcome(0.2 + 0.01 * Double($0), 0, 0.9) }
    let both = try ExistenceRule(structure: "GTVp", outcomes: there + gone + small)
    #expect(both.smallestMilliliters > 0.24 && both.smallestRemainingContrast != nil)
    #expect(both.sensitivity == 8.0 / 9)
  }

  @Test("Rules written before contrast counted are read as they were")
  func older() throws {
    let text =
      #"{"structure":"GTVp","smallestMilliliters":0.5,"specificity":1,"vanished":0,"present":9}"#
    let rule = try JSONDecoder().decode(ExistenceRule.self, from: Data(text.utf8))
    #expect(rule.smallestRemainingContrast == nil && rule.sensitivity == nil)
    #expect(!rule.keeps(milliliters: 0.4, remainingContrast: 1))
  }

  @Test("Where no rest is to be recognized, the rule loses nothing")
  func losesNothing() throws {
    for rests: [Double] in [[], [0, 0], [30]] {
      let rule = try ExistenceRule(structure: "GTVp", outcomes: outcomes(rests: rests))
      #expect(rule.smallestMilliliters == 0)
      #expect(rule.specificity == 1)
    }
    #expect(try ExistenceRule(structure: "GTVp", outcomes: outcomes(rests: [])).sensitivity == nil)
  }

  @Test("A tumor that the network missed counts as lost")
  func missed() throws {
    var cases = outcomes(rests: [0.1])
    cases[10] = TumorOutcome(predicted: 0, actual: 11)
    let rule = try ExistenceRule(structure: "GTVp", outcomes: cases)
    #expect(rule.specificity == 0.95)
    #expect(rule.smallestMilliliters < 0.9)
  }

  @Test("A stricter specificity never recognizes more", arguments: [0.5, 0.7, 0.9, 0.95, 1])
  func monotone(specificity: Double) throws {
    let cases = outcomes(rests: [0.3, 1, 2, 4, 8, 16])
    let rule = try ExistenceRule(structure: "GTVp", outcomes: cases, specificity: specificity)
    #expect(rule.specificity >= specificity)
    let strictest = try ExistenceRule(structure: "GTVp", outcomes: cases, specificity: 1)
    #expect(try #require(rule.sensitivity) >= (try #require(strictest.sensitivity)))
  }

  @Test("The interval is the one that the ninth of nine patients needs")
  func interval() throws {
    // Errors of 0.1 to 0.9 ml on 10 ml: scale 0.6 ml.
    let cases = (1...9).map { TumorOutcome(predicted: 10, actual: 10 + Double($0) / 10) }
    let rule = try VolumeIntervalRule(structure: "GTVn", outcomes: cases)
    #expect(abs(rule.factor - 0.9 / 0.6) < 1e-12)
    let interval = rule.interval(milliliters: 10)
    #expect(abs(interval.lowerBound - 9.1) < 1e-9 && abs(interval.upperBound - 10.9) < 1e-9)
    #expect(rule.interval(milliliters: 0.01).lowerBound == 0)
    let half = try VolumeIntervalRule(structure: "GTVn", outcomes: cases, coverage: 0.5)
    #expect(abs(half.factor - 0.5 / 0.6) < 1e-12)
  }

  @Test("Too few patients give no rule")
  func tooFew() {
    let few = (1...4).map { TumorOutcome(predicted: 1, actual: Double($0)) }
    #expect(throws: AdaptationError.self) {
      try ExistenceRule(structure: "GTVp", outcomes: few)
    }
    #expect(throws: AdaptationError.self) {
      try VolumeIntervalRule(structure: "GTVp", outcomes: few)
    }
  }
}
