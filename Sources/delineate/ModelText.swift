import Anatomy
import ImageProcessing
import Models
import NeuralNetworks

/// What a model is, in words.
struct ModelText {
  private let plan: ModelPlan
  private let folds: [String]

  init(_ plan: ModelPlan, folds: [String]) {
    self.plan = plan
    self.folds = folds
  }

  /// One line: name, configuration, structures, folds.
  var summary: String {
    let count = plan.labels.entries.count
    return "\(plan.name), \(plan.configuration), \(count) structures, "
      + "\(folds.count == 1 ? "fold" : "folds") \(folds.joined(separator: ", "))"
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
        plan.labels.entries.map { "\($0.label) \($0.name)" }.joined(separator: ", ")
      ),
    ]
  }
}
