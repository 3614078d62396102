import Evaluation
import SegmentationMetrics
import TestSupport

/// Scores as an evaluation gives them, drawn by lot: realistic in size and spread, no patient's.
struct DrawnScores {
  /// Names with a typical volume in ml, Dice and HD95 in mm.
  static let organs: [(name: String, volume: Double, dice: Double, distance: Double)] = [
    ("Brain", 1386, 0.991, 1.8), ("Brainstem", 27.4, 0.894, 3.0), ("Cochlea_L", 0.07, 0.742, 1.8),
    ("Cochlea_R", 0.07, 0.710, 2.0), ("Eye_L", 8.5, 0.930, 2.1), ("Eye_R", 8.5, 0.931, 2.1),
    ("Glnd_Lacrimal_L", 0.63, 0.682, 3.5), ("Glnd_Lacrimal_R", 0.63, 0.681, 4.2),
    ("Glnd_Submand_L", 9.3, 0.882, 3.0), ("Glnd_Submand_R", 9.3, 0.870, 3.7),
    ("Lens_L", 0.2, 0.877, 1.5), ("Lens_R", 0.2, 0.853, 1.5), ("Bone_Mandible", 61.7, 0.945, 1.5),
    ("OpticNrv_L", 0.75, 0.788, 4.0), ("OpticNrv_R", 0.75, 0.788, 3.0),
    ("Parotid_L", 30, 0.864, 5.5), ("Parotid_R", 30, 0.865, 5.1), ("SpinalCanal", 69.9, 0.939, 2.8),
    ("SpinalCord", 20.5, 0.844, 3.3), ("Lung_L", 900, 0.97, 3.1), ("Lung_R", 980, 0.968, 3.4),
  ]
  static let metrics: [Metric] = [
    .dice, .hausdorff(percentile: 95), .surfaceDice(tolerance: 2), .meanSurfaceDistance,
    .referenceVolume, .predictionVolume,
  ]

  var caseCount = 16
  var structureCount = 21
  var seed: UInt64 = 1
  /// Added to every Dice, so that methods differ.
  var skill = 0.0
  /// Whether some pairs have no value.
  var hasGaps = true
  var method = "radiographer"

  var cases: [String] { (0..<caseCount).map { "0522c\(String(1000 + $0 * 37).dropFirst())" } }
  var structures: [String] { Self.organs.prefix(structureCount).map(\.name) }

  var table: ScoreTable {
    var generator = SeededGenerator(seed: seed)
    func lot() -> Double { Double.random(in: 0..<1, using: &generator) }
    func normal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + lot() } }
    var scores: [Score] = []
    for name in cases {
      let difficulty = normal() * 0.15
      for organ in Self.organs.prefix(structureCount) {
        let spread = (1 - organ.dice) * 0.35
        var dice = organ.dice + skill + (difficulty + normal()) * spread
        if lot() < 0.015 { dice *= 0.45 }
        dice = min(max(dice, 0), 1)
        let distance = max(
          organ.distance * (1 + 0.3 * normal()) * ((1 - dice) / (1 - organ.dice) + 0.3) / 1.3,
          0.3
        )
        let reference = organ.volume * max(1 + 0.15 * normal(), 0.4)
        let prediction = reference * (1.02 + 0.4 * (1 - organ.dice) * normal())
        let gap: Undefined? =
          hasGaps && lot() < 0.03 ? (lot() < 0.5 ? .predictionMissing : .referenceEmpty) : nil
        for metric in Self.metrics {
          let value: Double =
            switch metric {
            case .dice: dice
            case .hausdorff: distance
            case .surfaceDice: min(max(1 - (1 - dice) * 0.5 * organ.distance / 3, 0), 1)
            case .meanSurfaceDistance: distance * 0.27
            case .referenceVolume: reference
            default: prediction
            }
          scores.append(
            Score(
              caseName: name,
              structure: organ.name,
              metric: metric,
              value: gap.map { .undefined($0) } ?? .value(value)
            )
          )
        }
      }
    }
    return ScoreTable(method: method, scores: scores)
  }

  var result: EvaluationResult {
    let table = table
    let findings = table.scores(of: .dice).compactMap { score -> Finding? in
      guard case .undefined(let reason) = score.value else { return nil }
      let kind: Finding.Kind = reason == .predictionMissing ? .predictionMissing : .referenceEmpty
      return Finding(
        kind,
        caseName: score.caseName,
        structure: score.structure,
        text: "\(score.caseName): \(score.structure) is missing or empty; it was not scored."
      )
    }
    return EvaluationResult(
      referenceName: "oncologist",
      predictionName: method,
      metrics: Self.metrics,
      cases: cases,
      structures: structures,
      table: table,
      aggregatedDice: Self.organs.prefix(structureCount).map { $0.dice },
      findings: findings,
      isResamplingAllowed: false
    )
  }
}
