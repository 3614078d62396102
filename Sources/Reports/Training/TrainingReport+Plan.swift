import Anatomy
import ImageProcessing
import Models
import NeuralNetworks
import Training

// The plan in words, each value with its reason.
extension TrainingReport {
  /// A value of the plan.
  private struct PlanFact {
    /// The names under which the plan may give a reason.
    let keys: [String]
    let name: String
    let value: String

    init(_ name: String, _ value: String, _ keys: String...) {
      self.name = name
      self.value = value
      self.keys = keys
    }
  }

  /// What is trained and how, with the reasons that planning gave.
  var planSection: String {
    let facts = modelFacts + trainingFacts
    var used: Set<String> = []
    var rows: [String] = []
    for fact in facts {
      let key = fact.keys.lazy.flatMap { [$0, "model.\($0)"] }.first { plan.reasons[$0] != nil }
      if let key { used.insert(key) }
      rows.append(row(fact.name, fact.value, key.flatMap { plan.reasons[$0] }))
    }
    for (key, reason) in plan.reasons.sorted(by: { $0.key < $1.key }) where !used.contains(key) {
      rows.append(row(key, "", reason))
    }
    let hasReasons = !plan.reasons.isEmpty
    return """
      <section>
      <h2>Plan</h2>
      <div class="scroll" tabindex="0">
      <table class="plan">
      <thead><tr><th scope="col">What</th><th scope="col">Value</th>\
      \(hasReasons ? "<th scope=\"col\">Why</th>" : "")</tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody>
      </table>
      </div>
      </section>
      """
  }

  private func row(_ name: String, _ value: String, _ reason: String?) -> String {
    let why = plan.reasons.isEmpty ? "" : "<td class=\"why\">\(escaped(reason ?? ""))</td>"
    return "<tr><th scope=\"row\">\(escaped(name))</th><td>\(escaped(value))</td>\(why)</tr>"
  }

  private var modelFacts: [PlanFact] {
    let model = plan.model
    let network = model.architecture.stages
    let preparation = model.preparation
    let normalizations = preparation.channels.enumerated().map { number, channel in
      let window = channel.window.map { " \($0.lower) to \($0.upper)" } ?? ""
      return
        "\(model.channelNames[preparation.source(of: number)]): \(channel.scheme.rawValue)\(window)"
    }
    func axes(_ axes: [Int]) -> String {
      axes.isEmpty ? "none" : (axes.count == 1 ? "axis " : "axes ") + joined(axes, ", ")
    }
    return [
      PlanFact("Data set", model.name, "name"),
      PlanFact("Configuration", model.configuration, "configuration"),
      PlanFact(
        "Structures",
        "\(structures.count): \(structures.joined(separator: ", "))",
        "structures"
      ),
      PlanFact(
        "Normalization",
        normalizations.joined(separator: "; "),
        "normalization",
        "channels"
      ),
      PlanFact("Axes", joined(model.preparation.transposeForward, ", "), "transposeForward"),
      PlanFact(
        "Spacing",
        model.preparation.spacing.map { number($0) }.joined(separator: " × ") + " mm",
        "spacing"
      ),
      PlanFact(
        "Resampling",
        model.preparation.imageResampling.method == .spline
          ? "splines of order \(model.preparation.imageResampling.order)"
          : model.preparation.imageResampling.method.rawValue,
        "resampling"
      ),
      PlanFact("Patch", joined(model.patchSize, " × ") + " voxels", "patchSize"),
      PlanFact(
        "Network",
        "\(model.architecture.title), \(network.features.count) stages",
        "network"
      ),
      PlanFact("Features", joined(network.features, ", "), "features"),
      PlanFact(
        "Strides",
        network.strides.map { joined($0, "×") }.joined(separator: ", "),
        "strides"
      ),
      PlanFact(
        "Kernels",
        network.kernels.map { joined($0, "×") }.joined(separator: ", "),
        "kernels"
      ),
      PlanFact(
        "Depth",
        "\(joined(network.encoderDepths, ", ")) down; \(joined(network.decoderDepths, ", ")) up",
        "encoderDepths",
        "decoderDepths"
      ),
      PlanFact(
        "Mirroring",
        "in training \(axes(plan.augmentation.mirroringAxes)), "
          + "in use \(axes(model.mirroringAxes))",
        "mirroringAxes"
      ),
    ]
  }

  private var trainingFacts: [PlanFact] {
    let optimizer = plan.optimizer
    let rule = optimizer.rule == .sgd ? "SGD, Nesterov momentum \(optimizer.momentum)" : "AdamW"
    let average = optimizer.averageDecay.map { ", weights averaged with \($0)" } ?? ""
    let steps = plan.accumulation == 1 ? "" : ", gathered over \(plan.accumulation) parts"
    return [
      PlanFact("Batch", "\(counted(plan.batchSize, "patch", "patches"))\(steps)", "batchSize"),
      PlanFact("Epochs", "\(plan.epochs)", "epochs"),
      PlanFact("Steps an epoch", "\(plan.stepsPerEpoch)", "stepsPerEpoch"),
      PlanFact(
        "Validation",
        "\(counted(plan.validationSteps, "batch", "batches")) an epoch",
        "validationSteps"
      ),
      PlanFact(
        "Patches with a structure",
        "\(fixed(plan.foregroundShare * 100, digits: 0)) %",
        "foregroundShare"
      ),
      PlanFact(
        "Augmentation",
        plan.augmentation == .none
          ? "none" : plan.augmentation.isInPlane ? "in plane" : "in space",
        "augmentation"
      ),
      PlanFact("Loss", lossText, "loss"),
      PlanFact(
        "Optimizer",
        "\(rule), learning rate \(optimizer.learningRate), "
          + "weight decay \(optimizer.weightDecay)\(average)",
        "optimizer"
      ),
      PlanFact("Seed", "\(plan.seed)", "seed"),
    ]
  }

  private var lossText: String {
    let overlap: [String] =
      switch plan.loss.overlap {
      case .none: []
      case .dice: ["Dice"]
      case .generalizedDice: ["generalized Dice"]
      }
    let voxels: [String] =
      switch plan.loss.voxels {
      case .none: []
      case .crossEntropy: ["cross-entropy"]
      case .focal: ["focal loss"]
      case .topK: ["cross-entropy of the worst tenth"]
      }
    let depth = plan.loss.hasDeepSupervision ? ", with deep supervision" : ""
    return (overlap + voxels).joined(separator: " + ") + depth
  }

  private func joined(_ numbers: [Int], _ separator: String) -> String {
    numbers.map { "\($0)" }.joined(separator: separator)
  }
}
