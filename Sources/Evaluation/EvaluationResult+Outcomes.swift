internal import Anatomy
internal import Datasets
internal import SegmentationMetrics

extension EvaluationResult {
  /// Gathers what the structures of the cases came to.
  init(
    _ request: EvaluationRequest,
    cases: [CasePair],
    outcomes: [PairOutcome],
    findings: [Finding]
  ) {
    // One spelling a structure over all cases: an unknown name may be spelled in several ways.
    var names: [String: String] = [:]
    var scores: [Score] = []
    for outcome in outcomes {
      let name = names[outcome.identity] ?? outcome.structure
      names[outcome.identity] = name
      for (metric, value) in zip(request.metrics, outcome.values) {
        scores.append(
          Score(caseName: outcome.caseName, structure: name, metric: metric, value: value)
        )
      }
    }
    // Sums of doubles depend on their order in the last digit: that of the files' names is the one
    // of the challenge's notebook.
    let order = Dictionary(
      uniqueKeysWithValues: cases.sorted { $0.path < $1.path }.enumerated().map { ($1.name, $0) }
    )
    var aggregated: [String: AggregatedDice] = [:]
    for outcome in outcomes.sorted(by: {
      order[$0.caseName, default: 0] < order[$1.caseName, default: 0]
    }) {
      guard let overlap = outcome.overlap, let name = names[outcome.identity] else { continue }
      aggregated[name, default: AggregatedDice()].add(overlap)
    }
    let structures = names.values.sorted(by: isInNaturalOrder)
    self.init(
      referenceName: request.reference.name,
      predictionName: request.prediction.name,
      metrics: request.metrics,
      cases: cases.map(\.name),
      structures: structures,
      table: ScoreTable(method: request.prediction.name, scores: scores),
      aggregatedDice: structures.map { name in aggregated[name]?.value },
      findings: findings,
      isResamplingAllowed: request.resamplesPredictions,
      notes: request.notes(found: Set(names.keys)),
      comparedCount: outcomes.count { $0.overlap != nil }
    )
  }
}

extension EvaluationRequest {
  /// How the files were understood, and what was asked for but not found.
  fileprivate func notes(found: Set<String>) -> [String] {
    var notes: [String] = []
    for (role, library) in [("References", reference), ("Predictions", prediction)] {
      notes.append("\(role): \(library.name), \(library.layout), \(library.cases.count) in all.")
      guard !library.passedOver.isEmpty else { continue }
      let some = library.passedOver.prefix(3).joined(separator: ", ")
      notes.append(
        "\(role): \(library.passedOver.count) files were passed over as images or as outside the "
          + "pattern (\(some)\(library.passedOver.count > 3 ? ", …" : ""))."
      )
    }
    if let labels {
      notes.append("Labels have the names that were given (\(labels.entries.count)).")
    } else if reference.scheme != nil || prediction.scheme != nil {
      notes.append("Labels without a name of their own have those of a dataset.json beside them.")
    }
    let absent = structures.filter { !found.contains(vocabulary.identity(of: $0)) }
    if !absent.isEmpty {
      notes.append("No case has \(absent.joined(separator: ", ")).")
    }
    return notes
  }
}
