public import Foundation
internal import NeuralNetworks

/// Reads a trained model.
///
/// The place is one of: a trained-model folder of nnU-Net v2 (`dataset.json`, `plans.json`,
/// `fold_*/checkpoint_final.pth`), a folder that holds exactly one, a zip archive as
/// `nnUNetv2_export_model_to_zip` writes it (or a path inside it), or a folder of our own that
/// ``writeModel(_:to:storage:card:)`` wrote. Checkpoints are read without running anything in them.
/// - Parameters:
///   - url: the folder or archive.
///   - folds: the names after `fold_`; `nil` takes every numbered fold, or `fold_all` where there
///     is no other.
///   - checkpoint: the checkpoint's file name; `nil` takes `checkpoint_final.pth`, or
///     `checkpoint_best.pth` where no fold has the former.
/// - Returns: the model, its weights checked against its plan.
/// - Throws: ``ModelError``.
public func readModel(
  at url: URL,
  folds: [String]? = nil,
  checkpoint: String? = nil
) throws(ModelError) -> Model {
  let located = try locateModel(at: url)
  return switch located.format {
  case .delineate: try DelineateFolder(located.source).model(folds: folds)
  case .nnUNet:
    try NNUNetFolder(located.source).model(folds: folds, checkpoint: checkpoint)
  }
}

/// Describes a trained model without reading its weights.
/// - Parameters:
///   - url: as for ``readModel(at:folds:checkpoint:)``.
///   - checkpoint: the checkpoint's file name; `nil` as there.
/// - Returns: the plan and the folds that are there.
/// - Throws: ``ModelError``.
public func inspectModel(
  at url: URL,
  checkpoint: String? = nil
) throws(ModelError) -> ModelDescription {
  let located = try locateModel(at: url)
  let (plan, folds, postprocessing) =
    switch located.format {
    case .delineate: try DelineateFolder(located.source).description
    case .nnUNet: try NNUNetFolder(located.source).description(checkpoint: checkpoint)
    }
  let count = plan.architecture.expectedWeights.reduce(0) { $0 + $1.shape.reduce(1, *) }
  return ModelDescription(
    format: located.format,
    plan: plan,
    folds: folds,
    parameterCount: count,
    postprocessing: postprocessing
  )
}

/// Finds the one model at a place.
private func locateModel(
  at url: URL
) throws(ModelError) -> (source: ModelSource, format: ModelDescription.Format) {
  let root = try ModelSource(url)
  // nnU-Net's results lie two levels down: data set, then trainer, plans and configuration.
  var level = [""]
  var visited = 0
  for _ in 0...3 {
    let found = level.filter { format(of: root.appending($0)) != nil }
    if let only = found.first, found.count == 1 {
      let source = root.appending(only)
      if let format = format(of: source) { return (source, format) }
    }
    if found.count > 1 { throw .severalModels(file: root.name, choices: found) }
    var next: [String] = []
    for path in level where visited < 1000 {
      visited += 1
      next += root.appending(path).folders.map { path.isEmpty ? $0 : "\(path)/\($0)" }
    }
    level = next
  }
  throw .notAModel(
    file: root.name,
    reason: "expected plans.json and dataset.json of nnU-Net v2, or model.json of Delineate"
  )
}

private func format(of source: ModelSource) -> ModelDescription.Format? {
  if source.has("model.json") { return .delineate }
  return source.has("plans.json") && source.has("dataset.json") ? .nnUNet : nil
}
