public import Foundation
import SegmentationMetrics

extension Ranking: Encodable {
  private enum CodingKeys: CodingKey {
    case plan, methods, cases, structures, metrics, finalRanking, stability, missingScores
    case differences
  }

  private struct Place: Encodable {
    let rank: Int
    let method: String
    let meanRank: Double
  }

  private struct Missing: Encodable {
    let method: String
    let `case`: String
    let structure: String
    let metric: String
    let reason: String
    let replacement: Double?
  }

  /// Everything but the single scores, methods by name; for keys see ``json()``.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(plan, forKey: .plan)
    try container.encode(methods, forKey: .methods)
    try container.encode(cases, forKey: .cases)
    try container.encode(structures, forKey: .structures)
    try container.encode(
      metrics.map { EncodedMetric($0, methods: methods, structures: structures) },
      forKey: .metrics
    )
    try container.encode(
      order.map { Place(rank: finalRanks[$0], method: methods[$0], meanRank: meanRanks[$0]) },
      forKey: .finalRanking
    )
    try container.encode(stability, forKey: .stability)
    let missing = missingScores.map { score in
      Missing(
        method: score.method,
        case: score.measurement.caseName,
        structure: score.measurement.structure,
        metric: score.metric.name,
        reason: score.reason?.rawValue ?? "no row",
        replacement: score.replacement
      )
    }
    try container.encode(missing, forKey: .missingScores)
    try container.encode(differences, forKey: .differences)
  }

  /// The ranking as JSON with sorted keys.
  public func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    return try encoder.encode(self)
  }
}

/// A summary's numbers.
private struct EncodedSummary: Encodable {
  let count: Int
  let mean: Double
  let standardDeviation: Double?
  let minimum: Double
  let lowerQuartile: Double
  let median: Double
  let upperQuartile: Double
  let maximum: Double

  init(_ summary: Summary) {
    count = summary.count
    mean = summary.mean
    standardDeviation = summary.standardDeviation
    minimum = summary.minimum
    lowerQuartile = summary.lowerQuartile
    median = summary.median
    upperQuartile = summary.upperQuartile
    maximum = summary.maximum
  }
}

/// One metric's ranking with names in place of numbers.
private struct EncodedMetric: Encodable {
  struct Method: Encodable {
    let method: String
    let rank: Int
    let significanceScore: Int
    let averageRank: Double
    let scores: EncodedSummary
  }

  struct Comparison: Encodable {
    let first: String
    let second: String
    let test: WilcoxonTest
    let bonferroni: Double
    let holm: Double
    let winner: String?
    let meanDifference: MeanDifference
    let medianDifference: Double
  }

  struct Structure: Encodable {
    let structure: String
    let methods: [String: EncodedSummary]
  }

  struct Difference: Encodable {
    let friedmanStatistic: Double
    let friedmanPValue: Double
    let alpha: Double
    let criticalDifference: Double
    let groups: [[String]]
  }

  let metric: String
  let title: String
  let unit: String
  let definition: String
  let measurements: Int
  let methods: [Method]
  let comparisons: [Comparison]
  let structures: [Structure]
  let criticalDifference: Difference

  init(_ ranking: MetricRanking, methods names: [String], structures structureNames: [String]) {
    metric = ranking.metric.name
    title = ranking.metric.title
    unit = ranking.metric.unit
    definition = ranking.metric.definition
    measurements = ranking.measurements.count
    methods = names.indices.map { place in
      Method(
        method: names[place],
        rank: ranking.ranks[place],
        significanceScore: ranking.significanceScores[place],
        averageRank: ranking.criticalDifference.averageRanks[place],
        scores: EncodedSummary(ranking.summaries[place])
      )
    }
    comparisons = ranking.comparisons.map { comparison in
      Comparison(
        first: names[comparison.first],
        second: names[comparison.second],
        test: comparison.test,
        bonferroni: comparison.bonferroni,
        holm: comparison.holm,
        winner: comparison.winner.map { names[$0] },
        meanDifference: comparison.meanDifference,
        medianDifference: comparison.medianDifference
      )
    }
    structures = zip(structureNames, ranking.structureSummaries).map { structure, summaries in
      let known = zip(names, summaries).compactMap { name, summary in
        summary.map { (name, EncodedSummary($0)) }
      }
      return Structure(
        structure: structure,
        methods: Dictionary(known, uniquingKeysWith: { first, _ in first })
      )
    }
    criticalDifference = Difference(
      friedmanStatistic: ranking.criticalDifference.friedmanStatistic,
      friedmanPValue: ranking.criticalDifference.friedmanPValue,
      alpha: ranking.criticalDifference.alpha,
      criticalDifference: ranking.criticalDifference.criticalDifference,
      groups: ranking.criticalDifference.groups.map { $0.map { names[$0] } }
    )
  }
}
