internal import Anatomy
internal import Datasets
internal import Foundation
internal import Synchronization
internal import VolumeFiles

/// One structure of one case whose sides are files of their own.
private struct MaskJob: Sendable {
  let pair: CasePair
  let structure: String
  let identity: String
  let reference: [StructureLibrary.Source]
  let prediction: [StructureLibrary.Source]
}

/// Compares cases whose files are all masks of one structure: pair by pair, over all cases at once.
/// - Returns: The outcomes and the findings about whole cases, by case.
func evaluateMasks(
  _ cases: [CasePair],
  _ request: EvaluationRequest,
  _ counter: CaseCounter
) -> [String: (outcomes: [PairOutcome], findings: [Finding])] {
  let jobs = cases.flatMap { maskJobs($0, request) }
  let left = Mutex(Dictionary(grouping: jobs, by: \.pair.name).mapValues(\.count))
  for pair in cases where left.withLock({ $0[pair.name] == nil }) { counter.finish() }
  let outcomes = outcomes(jobs.count, threads: request.threads) { index, reader in
    let job = jobs[index]
    let outcome = evaluate(job, request, &reader)
    let remaining = left.withLock {
      $0[job.pair.name, default: 1] -= 1
      return $0[job.pair.name, default: 0]
    }
    if remaining == 0 { counter.finish() }
    return outcome
  }
  return Dictionary(grouping: outcomes, by: \.caseName).mapValues { ($0, []) }
}

/// The structures of a case, by name in natural order.
private func maskJobs(_ pair: CasePair, _ request: EvaluationRequest) -> [MaskJob] {
  let vocabulary = request.vocabulary
  func byIdentity(_ sources: [StructureLibrary.Source]) -> [String: [StructureLibrary.Source]] {
    Dictionary(grouping: sources.filter { request.includes($0.structure ?? "") }) {
      vocabulary.identity(of: $0.structure ?? "")
    }
  }
  let (reference, prediction) = (byIdentity(pair.reference), byIdentity(pair.prediction))
  return Set(reference.keys).union(prediction.keys).compactMap { identity in
    let sources = (reference[identity] ?? []) + (prediction[identity] ?? [])
    guard let spelling = sources.first?.structure else { return nil }
    return MaskJob(
      pair: pair,
      structure: vocabulary.canonicalName(of: spelling),
      identity: identity,
      reference: reference[identity] ?? [],
      prediction: prediction[identity] ?? []
    )
  }.sorted { isInNaturalOrder($0.structure, $1.structure) }
}

/// Reads and compares one structure of one case.
private func evaluate(
  _ job: MaskJob,
  _ request: EvaluationRequest,
  _ reader: inout StructureReader
) -> PairOutcome {
  var evaluation = PairEvaluation(
    request,
    caseName: job.pair.name,
    structure: job.structure,
    identity: job.identity
  )
  let caseIsMissing = job.pair.reference.isEmpty || job.pair.prediction.isEmpty
  let reference = side(job.reference, role: "reference", &evaluation, &reader)
  // Without the reference, the prediction is not worth reading.
  let prediction =
    reference.mask == nil && !job.prediction.isEmpty
    ? .unusable : side(job.prediction, role: "prediction", &evaluation, &reader)
  return evaluation.outcome(
    reference: reference,
    prediction: prediction,
    caseIsMissing: caseIsMissing
  )
}

/// Reads one side.
private func side(
  _ sources: [StructureLibrary.Source],
  role: String,
  _ evaluation: inout PairEvaluation,
  _ reader: inout StructureReader
) -> PairSide {
  guard let source = sources.first else { return .missing }
  guard sources.count == 1 else {
    let files = sources.map(\.url.lastPathComponent).joined(separator: " and ")
    evaluation.add(.duplicateName, "\(files) of the \(role) both stand for it; none was used.")
    return .unusable
  }
  do {
    return .mask(try reader.readMask(at: source.url))
  } catch {
    evaluation.add(.unreadable, "\(error) The \(role) was not used.")
    return .unusable
  }
}
