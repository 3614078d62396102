import Anatomy
import ImageProcessing
import Models
import NeuralNetworks

/// What a model is, in words.
struct ModelText {
  private let plan: ModelPlan
  private let folds: [String]
  private let postprocessing: Postprocessing?

  init(_ plan: ModelPlan, folds: [String], postprocessing: Postprocessing?) {
    self.plan = plan
    self.folds = folds
    self.postprocessing = postprocessing
  }

  init(_ model: Model) {
    self.init(
      model.plan,
      folds: model.folds.map(\.name),
      postprocessing: model.postprocessing
    )
  }

  /// One line: name, configuration, structures, folds, post-processing where there is one.
  var summary: String {
    let count = plan.finishedLabels.entries.count
    return "\(plan.name), \(plan.configuration), \(count) structures, "
      + "\(folds.count == 1 ? "fold" : "folds") \(folds.joined(separator: ", "))"
      + (rules.map { "; \($0)" } ?? "")
  }

  /// The rules that label maps follow; `nil` where nothing was decided.
  private var rules: String? {
    postprocessing.map { postprocessing in
      let texts = postprocessing.applied.map {
        "largest part of \($0.structures.joined(separator: " + "))"
      }
      return texts.isEmpty ? "none: no rule helps" : texts.joined(separator: "; ")
    }
  }

  /// Names and values, for `inspect`.
  var facts: [(String, String)] {
    let spacing = plan.preparation.spacing.map { $0.text(digits: 3) }
    let features = plan.architecture.features.map(String.init)
    return [
      ("Name", plan.name), ("Configuration", plan.configuration), ("Trainer", plan.trainer),
      ("Folds", folds.joined(separator: ", ")),
      ("Channels", plan.channelNames.joined(separator: ", ")),
      (
        "Network",
        "\(plan.architecture.title), features \(features.joined(separator: " "))"
      ),
      ("Window", plan.patchSize.map(String.init).joined(separator: " × ") + " voxels"),
      ("Spacing", spacing.joined(separator: " × ") + " mm"),
      (
        "Mirroring",
        plan.mirroringAxes.isEmpty
          ? "none" : "axes " + plan.mirroringAxes.map(String.init).joined(separator: ", ")
      ),
      (
        "Structures",
        plan.finishedLabels.entries.map { "\($0.label) \($0.name)" }.joined(separator: ", ")
      ),
      ("Post-processing", rules ?? "nothing was decided"),
    ]
  }
}
