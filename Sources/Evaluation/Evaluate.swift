internal import Anatomy
internal import Datasets
internal import ImageProcessing
internal import SegmentationMetrics
internal import Synchronization
internal import VolumeFiles

/// Why nothing can be evaluated.
public enum EvaluationError: Error, Hashable {
  /// No structure of any case is on both sides in a form that can be compared; the first finding says
  /// more.
  case nothingToScore(reason: String)
}

extension EvaluationError: CustomStringConvertible {
  /// One sentence: what, and what was expected.
  public var description: String {
    switch self {
    case .nothingToScore(let reason):
      "Nothing could be scored: no case has a structure that both sides hold. \(reason)"
    }
  }
}

/// Compares predictions with references: every structure of every case by every metric.
///
/// Cases are matched by name and structures by what their names mean. Whatever cannot be compared
/// has scores without a value and a finding: nothing is dropped silently. Where all files are masks
/// of one structure, `threads` pairs are in memory at a time; else one case's runs and as many pairs.
/// - Parameters:
///   - request: What, with what, and how.
///   - progress: Is told how many of the cases are done; may be called from any thread.
/// - Returns: Scores, findings and notes, the same for any number of threads.
/// - Throws: ``EvaluationError`` where no structure of any case can be compared.
public func evaluate(
  _ request: EvaluationRequest,
  progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
) throws(EvaluationError) -> EvaluationResult {
  let cases = CasePair.pairs(request.reference, request.prediction)
  let counter = CaseCounter(total: cases.count, progress)
  let masks = evaluateMasks(cases.filter(\.isMasksOnly), request, counter)
  var outcomes: [PairOutcome] = []
  var findings: [Finding] = []
  for pair in cases {
    findings += missingCase(pair, request)
    let (found, more) =
      pair.isMasksOnly ? masks[pair.name] ?? ([], []) : evaluateMaps(pair, request, counter)
    findings += more
    findings += found.flatMap(\.findings)
    outcomes += found
  }
  guard outcomes.contains(where: { $0.overlap != nil }) else {
    throw .nothingToScore(reason: findings.first?.text ?? "Both sides are without structures.")
  }
  return EvaluationResult(request, cases: cases, outcomes: outcomes, findings: findings)
}

/// Counts the cases that are done.
final class CaseCounter: Sendable {
  private let done = Mutex(0)
  private let total: Int
  private let progress: @Sendable (Int, Int) -> Void

  init(total: Int, _ progress: @escaping @Sendable (Int, Int) -> Void) {
    self.total = total
    self.progress = progress
  }

  func finish() {
    let count = done.withLock {
      $0 += 1
      return $0
    }
    progress(count, total)
  }
}

private func missingCase(_ pair: CasePair, _ request: EvaluationRequest) -> [Finding] {
  if pair.prediction.isEmpty {
    return [
      Finding(
        .predictionCaseMissing,
        caseName: pair.name,
        structure: nil,
        text: "\(pair.name): \(request.prediction.name) has no such case; not scored."
      )
    ]
  }
  guard pair.reference.isEmpty else { return [] }
  return [
    Finding(
      .referenceCaseMissing,
      caseName: pair.name,
      structure: nil,
      text: "\(pair.name): \(request.reference.name) has no such case; not scored."
    )
  ]
}

/// Compares cases of label maps one after the other, their structures on all threads.
private func evaluateMaps(
  _ pair: CasePair,
  _ request: EvaluationRequest,
  _ counter: CaseCounter
) -> ([PairOutcome], [Finding]) {
  let (reference, prediction) = CaseSide.both(of: pair, request)
  defer { counter.finish() }
  let names = reference.names.merging(prediction.names) { first, _ in first }
  let identities = names.sorted { isInNaturalOrder($0.value, $1.value) }
  let isMissing = pair.reference.isEmpty || pair.prediction.isEmpty
  let outcomes = outcomes(identities.count, threads: request.threads) { index, _ in
    var evaluation = PairEvaluation(
      request,
      caseName: pair.name,
      structure: identities[index].value,
      identity: identities[index].key
    )
    return evaluation.outcome(
      reference: reference.side(identities[index].key),
      prediction: prediction.side(identities[index].key),
      caseIsMissing: isMissing
    )
  }
  return (outcomes, reference.findings + prediction.findings)
}

/// Runs a job for each index on several threads, each with a reader of its own, and keeps the order.
func outcomes(
  _ count: Int,
  threads: Int,
  _ job: @Sendable (Int, inout StructureReader) -> PairOutcome
) -> [PairOutcome] {
  let results = Mutex([PairOutcome?](repeating: nil, count: count))
  concurrently(count, threads: threads) { tickets in
    var reader = StructureReader()
    while let index = tickets.next() {
      let outcome = job(index, &reader)
      results.withLock { $0[index] = outcome }
    }
  }
  return results.withLock { $0.compactMap { $0 } }
}
