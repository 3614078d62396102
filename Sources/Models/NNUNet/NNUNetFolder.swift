internal import Foundation
internal import NeuralNetworks

/// A trained-model folder of nnU-Net v2.
///
/// - SeeAlso: nnU-Net 2.8, `predict_from_raw_data.py`, `initialize_from_trained_model_folder`.
struct NNUNetFolder {
  private let source: ModelSource
  private let plans: NNUNetPlans
  private let dataset: NNUNetDataset

  init(_ source: ModelSource) throws(ModelError) {
    self.source = source
    plans = try NNUNetPlans(source.contents("plans.json"))
    dataset = try NNUNetDataset(source.contents("dataset.json"))
  }

  /// The model with the weights of the asked folds.
  func model(folds: [String]?, checkpoint: String?) throws(ModelError) -> Model {
    let (names, file) = try choose(folds: folds, checkpoint: checkpoint)
    var plan: ModelPlan?
    var read: [ModelFold] = []
    var sources: [ModelProvenance.Source] = []
    for name in names {
      let path = "fold_\(name)/\(file)"
      let data = try source.mapped(path)
      let checkpoint = try Checkpoint(data, file: path)
      let foldPlan = try modelPlan(checkpoint)
      if let plan, plan.configuration != foldPlan.configuration {
        throw .invalidPlan(
          "fold \(name) was trained as \(foldPlan.configuration), others as \(plan.configuration)"
        )
      }
      let common = plan ?? foldPlan
      plan = common
      let weights = try checkpoint.weights(common.architecture.expectedWeights, fold: name)
      for (weight, tensor) in weights where !tensor.isFinite {
        throw .weightNotFinite(name: weight, fold: name)
      }
      read.append(ModelFold(name: name, weights: weights))
      let digest = try source.digest(path, data: data)
      sources.append(.init(fold: name, file: path, sha256: digest))
    }
    guard let plan else { throw .missingFold(nil, checkpoint: file, available: []) }
    return Model(
      plan: plan,
      folds: read,
      provenance: ModelProvenance(
        kind: ModelDescription.Format.nnUNet.rawValue,
        trainer: plan.trainer,
        sources: sources
      ),
      postprocessing: try NNUNetPostprocessing(source).rules(folds: names, plan: plan)
    )
  }

  /// The plan, the folds that are there, and what was decided for all of them.
  func description(
    checkpoint: String?
  ) throws(ModelError) -> (ModelPlan, [String], Postprocessing?) {
    let (names, file) = try choose(folds: nil, checkpoint: checkpoint)
    let path = "fold_\(names[0])/\(file)"
    let plan = try modelPlan(Checkpoint(source.mapped(path), file: path))
    let rules = try NNUNetPostprocessing(source).rules(folds: names, plan: plan)
    return (plan, available(file), rules)
  }

  /// Every fold that has this checkpoint: numbers in order, then `all`.
  private func available(_ checkpoint: String) -> [String] {
    let names = source.folders.filter { $0.hasPrefix("fold_") }.map { String($0.dropFirst(5)) }
      .filter { source.has("fold_\($0)/\(checkpoint)") }
    return names.sorted { (Int($0) ?? .max, $0) < (Int($1) ?? .max, $1) }
  }

  /// The checkpoint's name and the folds that have it.
  private func present(_ checkpoint: String?) -> (file: String, folds: [String]) {
    if let checkpoint { return (checkpoint, available(checkpoint)) }
    let final = "checkpoint_final.pth"
    let folds = available(final)
    if !folds.isEmpty { return (final, folds) }
    let best = available("checkpoint_best.pth")
    return best.isEmpty ? (final, []) : ("checkpoint_best.pth", best)
  }

  /// The folds to read, one at least and each once, and the checkpoint's name.
  private func choose(
    folds: [String]?,
    checkpoint: String?
  ) throws(ModelError) -> ([String], String) {
    let (file, present) = present(checkpoint)
    if let folds {
      for fold in folds where !present.contains(fold) {
        throw .missingFold(fold, checkpoint: file, available: present)
      }
    }
    let numbered = present.filter { $0 != "all" }
    let chosen = folds ?? (numbered.isEmpty ? present : numbered)
    let names = chosen.enumerated().filter { !chosen[..<$0.offset].contains($0.element) }
    guard !names.isEmpty else { throw .missingFold(nil, checkpoint: file, available: present) }
    return (names.map(\.element), file)
  }

  private func modelPlan(_ checkpoint: Checkpoint) throws(ModelError) -> ModelPlan {
    try ModelPlan(
      plans: plans,
      dataset: dataset,
      configuration: checkpoint.configuration,
      trainer: checkpoint.trainer,
      mirroringAxes: checkpoint.mirroringAxes
    )
  }
}

extension ModelPlan {
  /// The plan of one configuration of nnU-Net's two JSON files, checked.
  init(
    plans: NNUNetPlans,
    dataset: NNUNetDataset,
    configuration name: String,
    trainer: String,
    mirroringAxes: [Int]
  ) throws(ModelError) {
    let configuration = try plans.configuration(name)
    if let preprocessor = try configuration.optional("preprocessor_name")?.string,
      preprocessor != "DefaultPreprocessor"
    {
      throw .unsupported(
        what: "preprocessor",
        value: preprocessor,
        expected: "DefaultPreprocessor"
      )
    }
    let previous = try configuration.optional("previous_stage")?.string
    let previousLabels = previous == nil ? [] : dataset.foregroundLabels
    let architecture = try NNUNetArchitecture(configuration: configuration).plan(
      inputs: dataset.channelNames.count + previousLabels.count,
      outputs: dataset.outputs.count
    )
    self.init(
      name: plans.datasetName,
      configuration: name,
      trainer: trainer,
      channelNames: dataset.channelNames,
      labels: dataset.labels,
      outputs: dataset.outputs,
      preparation: try plans.preparation(configuration, channels: dataset.channelNames.count),
      architecture: architecture,
      patchSize: try configuration.required("patch_size").integers,
      mirroringAxes: mirroringAxes,
      previousStage: previous,
      previousStageLabels: previousLabels,
      fileEnding: dataset.fileEnding
    )
    try validate()
  }
}
