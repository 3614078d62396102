import Anatomy
import Models
import Training
import Validation

/// What a person reads of a validation's decisions.
struct DecisionText {
  private let decision: ValidationDecision

  init(_ decision: ValidationDecision) { self.decision = decision }

  /// The decisions, each with its figures.
  var text: String {
    ([weights, ensemble] + [postprocessing, sides].compactMap { $0 }).joined(separator: "\n")
  }

  private var weights: String {
    "Weights: \(decision.weights.rawValue) (mean Dice: \(figures(decision.weightCandidates)))"
  }

  private var ensemble: String {
    let folds = decision.ensemble.joined(separator: ", ")
    let figures =
      decision.ensembleCandidates.isEmpty ? "" : " (\(figures(decision.ensembleCandidates)))"
    return "Folds: \(folds): \(decision.ensembleReason)\(figures)"
  }

  private var postprocessing: String {
    let applied = decision.postprocessing.applied
    guard !applied.isEmpty else {
      return "Post-processing: none; keeping the largest part alone helps no structure"
    }
    let rules = applied.map { rule in
      "largest part of \(rule.structures.joined(separator: " + ")) (mean Dice "
        + "\(text(rule.diceBefore)) to \(text(rule.diceAfter)))"
    }
    return "Post-processing: " + rules.joined(separator: "; ")
  }

  private var sides: String? {
    guard !decision.sides.isEmpty else { return nil }
    let counts = decision.sides.map {
      "\($0.predicted) inside \($0.inside): \($0.voxels) voxels in \($0.cases) of \($0.contoured) cases"
    }
    return "Left and right: " + counts.joined(separator: "; ")
  }

  private func figures(_ candidates: [ValidationDecision.Candidate]) -> String {
    candidates.map { "\($0.name) \(text($0.meanDice))" }.joined(separator: ", ")
  }

  private func text(_ dice: Double?) -> String { dice?.text(digits: 4) ?? "\u{2013}" }
}
