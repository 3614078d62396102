/// Methods that contoured the same patients' tumors weeks later, compared with the references and with
/// each other.
///
/// - SeeAlso: Ren et al., arXiv 2410.12941, whose figures these are; Wahid et al., HNTS-MRG 2024.
public struct TimePointStudy: Sendable, Codable {
  /// What one method comes to for one structure.
  public struct Summary: Hashable, Sendable, Codable {
    /// The method.
    public let method: String
    /// The structure.
    public let structure: String
    /// Twice the common volume over both volumes, summed over all patients; `nil` without a voxel.
    public let aggregatedDice: Double?
    /// Mean Dice of the patients with a voxel on either side.
    public let meanDice: Double?
    /// Mean Dice of all patients, those without a voxel on either side counted as 1.
    public let meanDiceCredited: Double
    /// The same with those counted as 0, as Ren and others' program counts them.
    public let meanDicePunished: Double
    /// The median of HD95 in mm over the patients with voxels on both sides.
    public let medianHausdorff95: Double?
    /// The mean of the mean surface distances in mm over the same patients.
    public let meanSurfaceDistance: Double?
    /// How many tumors vanished, and how many of these the method left empty.
    public let vanished: Count
    /// How many tumors were still there, and of how many of these the method found something.
    public let kept: Count
    /// How volumes change, and Dice, over the tumors that are still there; `nil` for too few.
    public let correlation: SpearmanCorrelation?
    /// Mean Dice by the reference's volume, one for each of ``TimePointStudy/volumeBins``; `nil` where
    /// no patient's lies in it.
    public let diceByVolume: [Double?]
  }

  /// So many of so many.
  public struct Count: Hashable, Sendable, Codable {
    /// How many did.
    public let count: Int
    /// Of how many.
    public let total: Int

    /// A count of a total.
    public init(count: Int, total: Int) {
      self.count = count
      self.total = total
    }

    /// The share; `nil` of none.
    public var share: Double? { total > 0 ? Double(count) / Double(total) : nil }
  }

  /// A paired test of two methods' Dice.
  public struct Test: Hashable, Sendable, Codable {
    /// The structure.
    public let structure: String
    /// The method that differences are taken of.
    public let method: String
    /// The method that is taken away.
    public let other: String
    /// The number of patients.
    public let count: Int
    /// The mean difference of Dice.
    public let meanDifference: Double
    /// Wilcoxon's signed ranks, two-sided.
    public let pValue: Double
    /// The p-value corrected by Holm for all tests of the study.
    public let correctedPValue: Double
  }

  /// A range of volumes, in ml.
  public struct VolumeBin: Hashable, Sendable, Codable {
    /// Above this.
    public let lower: Double
    /// Up to this; `nil` without end.
    public let upper: Double?
    /// For each structure how many references lie in it.
    public let counts: [String: Int]
  }

  /// The methods, in the order given.
  public let methods: [TimePointMethod]
  /// The structures.
  public let structures: [String]
  /// One for each method and structure: methods in order, structures in order within them.
  public let summaries: [Summary]
  /// Every method against each before it, structure by structure.
  public let tests: [Test]
  /// The ranges that Dice is shown by.
  public let volumeBins: [VolumeBin]

  /// The borders between the ranges, in ml.
  static let borders = [0, 1, 5, 15]

  /// A study of methods that have outcomes of the same patients and structures in the same order.
  public init(_ methods: [TimePointMethod], structures: [String]) {
    self.methods = methods
    self.structures = structures
    let first = methods.first?.outcomes ?? []
    let bins = Self.borders.indices.map { index in
      let (low, high) = Self.range(index)
      return VolumeBin(
        lower: low,
        upper: high,
        counts: Dictionary(
          uniqueKeysWithValues: structures.map { name in
            (name, first.count { $0.structure == name && Self.bin(of: $0) == index })
          }
        )
      )
    }
    volumeBins = bins
    summaries = methods.flatMap { method in
      structures.map { Summary(method: method, structure: $0) }
    }
    tests = Self.tests(of: methods, structures: structures)
  }

  /// The summary of a method's structure.
  public func summary(of method: String, _ structure: String) -> Summary? {
    summaries.first { $0.method == method && $0.structure == structure }
  }

  private static func range(_ index: Int) -> (Double, Double?) {
    let next = index + 1 < borders.count ? Double(borders[index + 1]) : nil
    return (Double(borders[index]), next)
  }

  /// The range of a reference's volume; `nil` where it has none.
  static func bin(of outcome: TimePointOutcome) -> Int? {
    let volume = outcome.millilitersNow
    guard volume > 0 else { return nil }
    return borders.indices.last { Double(borders[$0]) < volume }
  }

  private static func tests(
    of methods: [TimePointMethod],
    structures: [String]
  ) -> [Test] {
    typealias Raw = (structure: String, method: String, other: String, differences: [Double])
    var raw: [Raw] = []
    for (index, method) in methods.enumerated() {
      for other in methods[..<index] {
        for structure in structures {
          let (a, b) = (method.outcomes(of: structure), other.outcomes(of: structure))
          let differences = zip(a, b).map { $0.creditedDice - $1.creditedDice }
          raw.append((structure, method.name, other.name, differences))
        }
      }
    }
    let pValues = raw.map { WilcoxonTest(differences: $0.differences).pValue }
    return zip(raw, zip(pValues, MultipleTesting.holm(pValues))).map { test, values in
      Test(
        structure: test.structure,
        method: test.method,
        other: test.other,
        count: test.differences.count,
        meanDifference: mean(test.differences) ?? 0,
        pValue: values.0,
        correctedPValue: values.1
      )
    }
  }
}

extension TimePointStudy.Summary {
  init(method: TimePointMethod, structure: String) {
    let outcomes = method.outcomes(of: structure)
    self.method = method.name
    self.structure = structure
    let total = outcomes.reduce(0) { $0 + $1.millilitersNow + $1.millilitersFound }
    aggregatedDice =
      total > 0 ? 2 * outcomes.reduce(0) { $0 + $1.millilitersCommon } / total : nil
    meanDice = mean(outcomes.compactMap(\.dice))
    meanDiceCredited = mean(outcomes.map(\.creditedDice)) ?? 0
    meanDicePunished = mean(outcomes.map { $0.dice ?? 0 }) ?? 0
    let distances = outcomes.compactMap(\.hausdorff95).sorted()
    medianHausdorff95 = distances.isEmpty ? nil : percentile(50, ofSorted: distances)
    meanSurfaceDistance = mean(outcomes.compactMap(\.meanSurfaceDistance))
    let gone = outcomes.filter(\.hasVanished)
    let left = outcomes.filter(\.persists)
    vanished = .init(count: gone.count { $0.millilitersFound == 0 }, total: gone.count)
    kept = .init(count: left.count { $0.millilitersFound > 0 }, total: left.count)
    correlation = SpearmanCorrelation(
      left.compactMap { outcome in
        outcome.relativeChange.flatMap { change in outcome.dice.map { (x: change, y: $0) } }
      }
    )
    diceByVolume = TimePointStudy.borders.indices.map { index in
      mean(outcomes.filter { TimePointStudy.bin(of: $0) == index }.compactMap(\.dice))
    }
  }
}

private func mean(_ values: [Double]) -> Double? {
  values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
}
