/// Differences of one absolute value.
struct SignedRankGroup: Hashable {
  /// How many are positive.
  var positive: Int
  /// How many are negative.
  var negative: Int
  /// How many are zero; then there are no others.
  var zero: Int

  /// How many there are.
  var count: Int { positive + negative + zero }
}

/// Differences gathered by absolute value, smallest first.
struct SignedRankGroups {
  /// The groups in ascending order.
  private(set) var groups: [SignedRankGroup] = []
  /// The group of each difference, in the order given.
  private(set) var places: [Int]

  init(_ differences: [Double]) {
    let order = differences.indices.sorted {
      differences[$0].magnitude < differences[$1].magnitude
    }
    places = Array(repeating: 0, count: differences.count)
    var last: Double?
    for index in order {
      let difference = differences[index]
      if difference.magnitude != last {
        groups.append(SignedRankGroup(positive: 0, negative: 0, zero: 0))
        last = difference.magnitude
      }
      let place = groups.count - 1
      places[index] = place
      if difference > 0 {
        groups[place].positive += 1
      } else if difference < 0 {
        groups[place].negative += 1
      } else {
        groups[place].zero += 1
      }
    }
  }
}

/// The sums of signed ranks and what their normal approximation needs.
struct SignedRanks {
  /// A rank and the number of differences that have it, without zeros.
  struct Rank: Hashable {
    let rank: Double
    let count: Int
  }

  /// The differences that were ranked; zeros among them only by Pratt's rule.
  private(set) var count = 0
  /// The zeros that were dropped before ranking.
  private(set) var droppedZeros = 0
  private(set) var positive = 0.0
  private(set) var negative = 0.0
  /// The ranks in ascending order.
  private(set) var groups: [Rank] = []
  private(set) var zeroCount = 0
  private var hasTies = false
  private var mean = 0.0
  private var standardDeviation = 0.0

  /// Ranks groups of ascending absolute value; groups may be empty.
  init(_ groups: [SignedRankGroup], zeros: WilcoxonTest.Zeros) {
    var tieTerm = 0.0
    for group in groups where group.count > 0 {
      zeroCount += group.zero
      if group.zero > 0 {
        if zeros == .pratt { count += group.zero } else { droppedZeros += group.zero }
        continue
      }
      let rank = Double(count) + Double(group.count + 1) / 2
      count += group.count
      positive += rank * Double(group.positive)
      negative += rank * Double(group.negative)
      let ties = Double(group.count)
      tieTerm += ties * ties * ties - ties
      hasTies = hasTies || group.count > 1
      self.groups.append(Rank(rank: rank, count: group.count))
    }
    let n = Double(count)
    let z = zeros == .pratt ? Double(zeroCount) : 0
    mean = n * (n + 1) / 4 - z * (z + 1) / 4
    let spread = n * (n + 1) * (2 * n + 1) - z * (z + 1) * (2 * z + 1) - tieTerm / 2
    standardDeviation = (spread / 24).squareRoot()
  }

  /// Where a p-value comes from: SciPy 1.17's choice, which counts all differences given.
  func distribution(
    for method: WilcoxonTest.Method,
    count: Int
  ) -> WilcoxonTest.Distribution {
    if groups.isEmpty { return .none }
    switch method {
    case .exact: return .exact
    case .approximate: return .normal
    case .automatic:
      if count > 50 { return .normal }
      if !hasTies && zeroCount == 0 { return .exact }
      return count <= 13 ? .permutation : .normal
    }
  }

  /// R⁺ in standard deviations from its mean.
  func zScore(_ alternative: Alternative, continuity: Bool) -> Double {
    let z = (positive - mean) / standardDeviation
    guard continuity else { return z }
    let sign: Double =
      switch alternative {
      case .greater: 1
      case .less: -1
      case .twoSided: z > 0 ? 1 : z < 0 ? -1 : 0
      }
    return z - sign * 0.5 / standardDeviation
  }
}
