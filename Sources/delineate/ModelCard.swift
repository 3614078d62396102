import Anatomy
import Foundation
import ImageProcessing
import Models
import NeuralNetworks
import Segmentation
import Training
import Validation

/// What a model's `README.md` says: what it is, how it was trained, and how well it does.
struct ModelCard {
  private let model: Model
  private let training: TrainingPlan
  private let decision: ValidationDecision?
  private let scores: URL?
  private let storesHalf: Bool
  private let about: String?

  /// A card.
  /// - Parameters:
  ///   - model: what the card is about.
  ///   - training: how it was trained.
  ///   - decision: what its validation came to, if it had one.
  ///   - scores: the folder with the validation's table.
  ///   - storesHalf: whether weights are stored in 16 bits.
  ///   - about: Markdown that stands first, the heading included.
  init(
    _ model: Model,
    training: TrainingPlan,
    decision: ValidationDecision?,
    scores: URL?,
    storesHalf: Bool,
    about: String?
  ) {
    self.model = model
    self.training = training
    self.decision = decision
    self.scores = scores
    self.storesHalf = storesHalf
    self.about = about
  }

  /// The name of the validation's table in its folder.
  static let tableName = "scores.txt"

  /// The card as Markdown.
  func text() throws -> String {
    var parts = [about?.trimmingCharacters(in: .whitespacesAndNewlines) ?? introduction, facts]
    if let validation = try validation() { parts.append(validation) }
    return parts.joined(separator: "\n\n") + "\n"
  }

  private var introduction: String {
    let structures = model.plan.finishedLabels.entries.map(\.name).joined(separator: ", ")
    return """
      # \(model.plan.name)

      A network that contours \(structures) on \(model.plan.channelNames.joined(separator: " and ")). \
      **It is a research tool, not a medical device: a qualified person has to check every contour.**
      """
  }

  private var facts: String {
    let plan = model.plan
    let network = plan.architecture
    let count = network.expectedWeights.reduce(0) { $0 + $1.shape.reduce(1, *) }
    let optimizer = training.optimizer
    var rows: [(String, String)] = [
      (
        "Structures",
        plan.finishedLabels.entries.map { "\($0.label) \($0.name)" }.joined(separator: ", ")
      ),
      ("Channels", plan.channelNames.joined(separator: ", ")),
      (
        "Network",
        "\(network.unet == nil ? "" : "nnU-Net's ")\(network.title), features "
          + "\(joined(network.features, ", ")); \(count) weights in \(storesHalf ? 16 : 32) bits"
      ),
      (
        "Spacing, window",
        plan.preparation.spacing.map { $0.text(digits: 3) }.joined(separator: "×")
          + " mm, \(joined(plan.patchSize, "×")) voxels, in the network's order of axes"
      ),
      (
        "Mirroring in use",
        plan.mirroringAxes.isEmpty ? "none" : "axes \(joined(plan.mirroringAxes, ", "))"
      ),
      (
        "Training",
        "\(training.epochs) epochs of \(training.stepsPerEpoch) steps with \(training.batchSize) "
          + "patches, \(optimizer.rule == .sgd ? "SGD" : "AdamW"), learning rate "
          + "\(optimizer.learningRate), weight decay \(optimizer.weightDecay)"
          + (optimizer.averageDecay.map { ", weights averaged with \($0)" } ?? "")
          + ", seed \(training.seed)"
      ),
      (
        "Folds, weights",
        model.folds.map(\.name).joined(separator: ", ")
          + (decision.map { "; \($0.weights.rawValue)" } ?? "")
      ),
      ("Program", "delineate \(delineateVersion)"),
    ]
    if let rules = model.postprocessing?.applied {
      let texts = rules.map { "largest part of \($0.structures.joined(separator: " + "))" }
      rows.append(("Post-processing", texts.isEmpty ? "none" : texts.joined(separator: "; ")))
    }
    if let day = model.provenance.importDate { rows.append(("Made on", day)) }
    return (["| | |", "| --- | --- |"] + rows.map { "| \($0) | \($1) |" })
      .joined(separator: "\n")
  }

  private func validation() throws -> String? {
    guard let decision, let scores else { return nil }
    let table = try String(
      contentsOf: scores.appending(path: Self.tableName),
      encoding: .utf8
    )
    var text = """
      ## Validation

      \(decision.result.cases) cases that the network was not trained on, predicted whole in \
      \(decision.settings.precision.rawValue) with weights in 32 bits; `n` counts the cases in which \
      the structure was contoured. Weights and post-processing were chosen on these cases.

      ```
      \(table.trimmingCharacters(in: .newlines))
      ```
      """
    if !decision.sides.isEmpty {
      text += "\n\nLeft and right: "
      text += decision.sides.map {
        "\($0.voxels) voxels of \($0.predicted) inside the reference's \($0.inside) "
          + "(\($0.cases) of \($0.contoured) cases)"
      }.joined(separator: "; ")
      text += "."
    }
    return text
  }

  private func joined(_ numbers: [Int], _ separator: String) -> String {
    numbers.map(String.init).joined(separator: separator)
  }
}
