import Anatomy
import Datasets
import Foundation
import Models
public import Segmentation
import Training
import VolumeFiles
import Volumes

/// Predicts the cases that each fold was not trained on whole, and decides by them, as nnU-Net does:
/// which weights, whether folds are averaged, and how label maps are cleaned.
///
/// Whole cases, by the same service as `segment`; what was not contoured is not counted. Afterwards
/// the folder of the validation (``ValidationFolder``) holds the cases' contours, what the decided
/// model predicts for them, and the decision. Label maps that are there and whole are kept, so that a
/// validation that was stopped goes on.
/// - Parameters:
///   - request: Which folds, and how their networks run.
///   - service: Predicts.
///   - progress: Called from the device thread.
/// - Returns: What was decided, with the figures.
/// - Throws: ``FoldValidationError``, or the error of the stage that failed.
public func validateFolds(
  _ request: ValidationRequest,
  by service: SegmentationService,
  progress: @Sendable (ValidationProgress) -> Void = { _ in }
) async throws -> ValidationDecision {
  let planned = try PlannedFolder(contentsOf: request.work)
  guard case .classes = planned.plan.model.outputs else { throw FoldValidationError.hasRegions }
  let places = ValidationFolder(in: request.work)
  let folds = try FoldToValidate.folds(of: request, planned)
  var references = try ReferenceFiles(of: planned.dataset, in: places.reference)

  // Every kind of weights predicts every case that its fold was not trained on.
  let kinds = try weightsToCompare(folds, request)
  var candidates: [(weights: TrainedFold.Weights, measured: [MeasuredCase])] = []
  for weights in kinds {
    var measured: [MeasuredCase] = []
    for fold in folds {
      let predicted = PredictedCases(
        name: "fold \(fold.trained.name), \(weights.rawValue)",
        model: try finishedModel(of: [fold.trained], weights: weights),
        folder: places.predicted(byFold: fold.trained.name, weights)
      )
      try await predicted.predict(fold.cases, request, by: service, progress: progress)
      measured += try measure(fold.cases, in: predicted, of: fold.trained.name, &references)
    }
    candidates.append((weights, measured))
  }
  let weightCandidates = candidates.map {
    candidate($0.weights.rawValue, $0.measured, planned.dataset.labels)
  }
  guard let best = firstBest(weightCandidates) else { throw FoldValidationError.nothingContoured }
  let (weights, singles) = candidates[best]

  // Folds that all held out the same cases can be compared with their average on them.
  var chosen = firstFoldOfEachCase(singles)
  var ensemble = EnsembleDecision(
    folds: folds.map(\.trained.name),
    reason: folds.count == 1
      ? "one fold" : "no case was held out by all folds, so that they cannot be compared: averaged"
  )
  let shared = sharedCases(folds)
  if folds.count > 1, !shared.isEmpty {
    let average = PredictedCases(
      name: "average of folds",
      model: try finishedModel(of: folds.map(\.trained), weights: weights),
      folder: places.ensemble
    )
    try await average.predict(shared, request, by: service, progress: progress)
    let averaged = try measure(shared, in: average, of: "average", &references)
    (ensemble, chosen) = decideEnsemble(folds, singles, averaged, planned.dataset.labels)
  }

  // Rules are decided on what the chosen model gives, and followed.
  let labels = planned.dataset.labels
  var tried: [CaseDice] = []
  for one in chosen {
    tried.append(
      try CaseDice(
        trying: labels.entries.map(\.label),
        on: readLabelMap(at: one.prediction).labelMap,
        against: references.contours(of: one.source)
      )
    )
  }
  let postprocessing = decidePostprocessing(tried, scheme: labels)
  let (result, sides) = try writeFinal(chosen, postprocessing, labels, to: places, &references)
  let digests = try finishedModel(of: folds.map(\.trained), weights: weights).provenance
  let decision = ValidationDecision(
    settings: request.settings,
    folds: folds.map { fold in
      .init(
        name: fold.trained.name,
        cases: fold.cases.map(\.name),
        sha256: digests.weightsChecksum(ofFold: fold.trained.name) ?? ""
      )
    },
    weights: weights,
    weightCandidates: weightCandidates,
    ensemble: ensemble,
    postprocessing: postprocessing,
    result: result,
    sides: sides
  )
  try decision.write(to: request.work)
  return decision
}

/// What the decided model predicts, as `segment` would write it, and how well it does.
private func writeFinal(
  _ chosen: [MeasuredCase],
  _ postprocessing: Postprocessing,
  _ labels: LabelScheme,
  to places: ValidationFolder,
  _ references: inout ReferenceFiles
) throws -> (ValidationDecision.Candidate, [SideConfusion]) {
  try? FileManager.default.removeItem(at: places.predicted)
  try FileManager.default.createDirectory(
    at: places.predicted,
    withIntermediateDirectories: true
  )
  var sides = SideConfusions(labels)
  var measured: [MeasuredCase] = []
  for one in chosen {
    var prediction = try readLabelMap(at: one.prediction).labelMap
    prediction.clean(by: postprocessing)
    let file = places.predicted.appending(path: PredictedCases.fileName(one.source.name))
    try VolumeFiles.write(prediction, scheme: nil, to: file)
    let reference = try references.contours(of: one.source)
    try sides.add(prediction, against: reference)
    var final = one
    final.dice = try CaseDice(prediction, against: reference)
    measured.append(final)
  }
  var names: [String: Int] = ["background": 0]
  for entry in labels.entries { names[entry.name] = Int(entry.label) }
  try validationJSON(["labels": names])
    .write(to: places.predicted.appending(path: "dataset.json"), options: .atomic)
  return (candidate("decided", measured, labels), sides.found)
}

extension ModelProvenance {
  /// The SHA-256 of the file that a fold's weights came from.
  package func weightsChecksum(ofFold name: String) -> String? {
    sources.first { $0.fold == name && $0.file.hasSuffix(".safetensors") }?.sha256
  }
}
