import Anatomy
import ImageProcessing
import Models
import NeuralNetworks

/// One value of a plan, with why it is so.
public struct PlanLine: Codable, Hashable, Sendable {
  /// The value's name.
  public var name: String
  /// The value, for people.
  public var value: String
  /// The reason; empty where none was written.
  public var reason: String
}

extension TrainingPlan {
  /// The plan's values in the order in which one follows from another, each with its reason.
  public var explanation: [PlanLine] {
    func size(_ numbers: [Int]) -> String { numbers.map(String.init).joined(separator: "×") }
    func list(_ sizes: [[Int]]) -> String { sizes.map(size).joined(separator: " ") }
    let network = model.architecture.stages
    let preparation = model.preparation
    let pairs = augmentation.sidePairs.map { pair in
      pair.compactMap { label in
        model.labels.entries.first { Int($0.label) == label }?.name
      }.joined(separator: "↔")
    }
    let mirrored = augmentation.mirroringAxes.map(String.init).joined(separator: ", ")
    let values: [(String, String)] = [
      ("structures", model.labels.entries.map(\.name).joined(separator: ", ")),
      ("spacing", preparation.spacing.map(PlanReasons.short).joined(separator: "×") + " mm"),
      ("transposeForward", preparation.transposeForward.map(String.init).joined(separator: ", ")),
      (
        "normalization",
        preparation.channelTexts(model.channelNames).joined(separator: ", ")
      ),
      ("resampling", "order \(preparation.imageResampling.order)"),
      ("configuration", model.configuration),
      ("patchSize", size(model.patchSize)),
      (
        "network",
        "\(model.architecture.title), \(network.features.count) stages, depths "
          + "\(network.encoderDepths.map(String.init).joined(separator: " ")) / "
          + network.decoderDepths.map(String.init).joined(separator: " ")
      ),
      ("features", network.features.map(String.init).joined(separator: " ")),
      ("strides", list(network.strides)),
      ("kernels", list(network.kernels)),
      ("batchSize", "\(batchSize)"),
      ("loss", "\(loss.overlap.rawValue) + \(loss.voxels.rawValue)"),
      ("optimizer", "\(optimizer.rule.rawValue), rate \(optimizer.learningRate)"),
      ("foregroundShare", "\(foregroundShare)"),
      ("augmentation", augmentation.isInPlane ? "in plane" : "in space"),
      (
        "mirroringAxes",
        mirrored.isEmpty ? "none" : ([mirrored] + pairs).joined(separator: " ")
      ),
      ("epochs", "\(epochs)"),
      ("stepsPerEpoch", "\(stepsPerEpoch)"),
      ("validationSteps", "\(validationSteps)"),
      ("seed", "\(seed)"),
    ]
    return values.map { PlanLine(name: $0, value: $1, reason: reasons[$0] ?? "") }
  }
}
