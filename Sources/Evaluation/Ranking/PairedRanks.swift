/// The differences of two methods by one metric, ranked once so that any weights of the cases can be
/// tested quickly.
struct PairedRanks: Sendable {
  private struct Entry {
    let group: Int
    let caseIndex: Int
    let sign: Int
  }

  private let entries: [Entry]
  private let groupCount: Int

  /// - Parameters:
  ///   - differences: One for each measurement.
  ///   - cases: The case of each, numbered from 0.
  init(_ differences: [Double], cases: [Int]) {
    let groups = SignedRankGroups(differences)
    groupCount = groups.groups.count
    entries = differences.indices.map { index in
      let difference = differences[index]
      return Entry(
        group: groups.places[index],
        caseIndex: cases[index],
        sign: difference > 0 ? 1 : difference < 0 ? -1 : 0
      )
    }
  }

  /// The test where each case counts so often; one-sided in the direction that the ranks point to.
  func test(weights: [Int], _ sidedness: RankingPlan.Sidedness) -> WilcoxonTest {
    let none = SignedRankGroup(positive: 0, negative: 0, zero: 0)
    var groups = Array(repeating: none, count: groupCount)
    for entry in entries {
      let weight = weights[entry.caseIndex]
      switch entry.sign {
      case 1: groups[entry.group].positive += weight
      case -1: groups[entry.group].negative += weight
      default: groups[entry.group].zero += weight
      }
    }
    let ranks = SignedRanks(groups, zeros: .wilcox)
    let alternative: Alternative =
      switch sidedness {
      case .twoSided: .twoSided
      case .oneSided: ranks.positive >= ranks.negative ? .greater : .less
      }
    return WilcoxonTest(ranks, alternative: alternative)
  }
}
