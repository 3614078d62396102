public import Foundation
import Anatomy
import Datasets
import SegmentationMetrics
import Training
import VolumeFiles

/// A fold that is validated: where it was trained, and the cases that it was not trained on.
struct FoldToValidate {
  let trained: TrainedFold
  let cases: [TrainingCase]

  /// The folds that a request asks for.
  static func folds(
    of request: ValidationRequest,
    _ planned: PlannedFolder
  ) throws -> [FoldToValidate] {
    let work = request.work
    let numbers = request.folds ?? trainedFolds(in: work)
    guard !numbers.isEmpty else {
      throw FoldValidationError.notTrained(folder: work.lastPathComponent, fold: "fold_0")
    }
    let byName = Dictionary(
      planned.dataset.cases.map { ($0.name, $0) },
      uniquingKeysWith: { first, _ in first }
    )
    return try numbers.map { number in
      let split = try planned.splits.fold(number)
      let folder = work.appending(path: "fold_\(number)")
      guard FileManager.default.fileExists(atPath: folder.path) else {
        throw FoldValidationError.notTrained(folder: work.lastPathComponent, fold: "fold_\(number)")
      }
      return FoldToValidate(
        trained: TrainedFold(name: "\(number)", folder: folder),
        cases: split.validation.compactMap { byName[$0] }
      )
    }
  }
}

/// The numbers of the folds that were trained in a folder, ascending.
public func trainedFolds(in work: URL) -> [Int] {
  let found = (try? FileManager.default.contentsOfDirectory(atPath: work.path)) ?? []
  return found.filter { $0.hasPrefix("fold_") }.compactMap { Int($0.dropFirst(5)) }.sorted()
}

/// A case that was predicted, and how well.
struct MeasuredCase {
  let source: TrainingCase
  /// The fold that predicted it.
  let fold: String
  /// The label map.
  let prediction: URL
  var dice: CaseDice
}

/// Reads what was predicted and compares it with the contours.
func measure(
  _ cases: [TrainingCase],
  in predicted: PredictedCases,
  of fold: String,
  _ references: inout ReferenceFiles
) throws -> [MeasuredCase] {
  try cases.map { one in
    let file = predicted.url(one.name)
    return MeasuredCase(
      source: one,
      fold: fold,
      prediction: file,
      dice: try CaseDice(
        readLabelMap(at: file).labelMap,
        against: references.contours(of: one)
      )
    )
  }
}

/// The weights that every fold has, of those that were asked for.
func weightsToCompare(
  _ folds: [FoldToValidate],
  _ request: ValidationRequest
) throws -> [TrainedFold.Weights] {
  var kinds = TrainedFold.Weights.allCases
  for fold in folds {
    let available = try fold.trained.availableWeights()
    if let missing = request.weights?.first(where: { !available.contains($0) }) {
      throw FoldValidationError.missingWeights(
        fold: fold.trained.name,
        weights: missing.rawValue
      )
    }
    kinds.removeAll { !available.contains($0) }
  }
  if let asked = request.weights { kinds.removeAll { !asked.contains($0) } }
  guard !kinds.isEmpty else {
    throw FoldValidationError.missingWeights(fold: folds[0].trained.name, weights: "best or last")
  }
  return kinds
}

/// The cases that all folds held out.
func sharedCases(_ folds: [FoldToValidate]) -> [TrainingCase] {
  guard let first = folds.first else { return [] }
  let names = folds.dropFirst().map { Set($0.cases.map(\.name)) }
  return first.cases.filter { one in names.allSatisfy { $0.contains(one.name) } }
}

/// Each case once, as the first of its folds predicts it.
func firstFoldOfEachCase(_ measured: [MeasuredCase]) -> [MeasuredCase] {
  var seen: Set<String> = []
  return measured.filter { seen.insert($0.source.name).inserted }
}

/// One way to predict, in figures.
func candidate(
  _ name: String,
  _ measured: [MeasuredCase],
  _ labels: LabelScheme
) -> ValidationDecision.Candidate {
  let means = meanDice(measured.map(\.dice.plain))
  var dice: [String: Double] = [:]
  for entry in labels.entries { dice[entry.name] = means[entry.label] }
  return .init(
    name: name,
    meanDice: meanOverStructures(means),
    dice: dice,
    cases: measured.count
  )
}

/// The first of those with the highest mean Dice; `nil` where none has a mean.
func firstBest(_ candidates: [ValidationDecision.Candidate]) -> Int? {
  var best: (index: Int, dice: Double)?
  for (index, candidate) in candidates.enumerated() {
    guard let dice = candidate.meanDice, dice > best?.dice ?? -1 else { continue }
    best = (index, dice)
  }
  return best?.index
}

/// Takes the best of the single folds, in their order, and then of their average.
func decideEnsemble(
  _ folds: [FoldToValidate],
  _ singles: [MeasuredCase],
  _ averaged: [MeasuredCase],
  _ labels: LabelScheme
) -> (EnsembleDecision, [MeasuredCase]) {
  let shared = Set(averaged.map(\.source.name))
  let names = folds.map(\.trained.name)
  var choices = names.map { name in
    singles.filter { $0.fold == name && shared.contains($0.source.name) }
  }
  choices.append(averaged)
  let candidates = zip(names.map { "fold \($0)" } + ["average"], choices)
    .map { candidate($0, $1, labels) }
  let best = firstBest(candidates) ?? names.count
  let isAverage = best == names.count
  return (
    EnsembleDecision(
      folds: isAverage ? names : [names[best]],
      candidates: candidates,
      reason: (isAverage ? "the average of the folds" : "fold \(names[best])")
        + " has the highest mean Dice on the \(shared.count) cases that all folds held out"
    ),
    choices[best]
  )
}
