public import Foundation

/// Writes a model folder of our own: `model.json` (plan, label scheme, provenance) and one
/// `fold_*.safetensors` for each fold.
///
/// The folder appears whole or not at all: it is written beside its place and then renamed.
/// - Parameters:
///   - model: what to write; reading it back gives an equal model where `storage` is `.float32`.
///   - folder: where; it may exist, but must then be empty.
///   - storage: the kind of number that weights are stored as.
/// - Throws: ``ModelError``.
public func writeModel(
  _ model: Model,
  to folder: URL,
  storage: WeightStorage = .float32
) throws(ModelError) {
  try model.plan.validate()
  guard Set(model.folds.map(\.name)).count == model.folds.count,
    model.folds.allSatisfy({ isPlainName($0.name) })
  else { throw .invalidPlan("folds need names of letters and digits, each its own") }
  try makeFolder(at: folder) { folder throws(ModelError) in
    try writeFiles(of: model, to: folder, storage: storage)
  }
}

private func writeFiles(
  of model: Model,
  to folder: URL,
  storage: WeightStorage
) throws(ModelError) {
  var folds: [ModelDocument.Fold] = []
  for fold in model.folds {
    let file = "fold_\(fold.name).safetensors"
    try writeSafetensors(
      fold.weights,
      storage: storage,
      fold: fold.name,
      to: folder.appending(path: file)
    )
    folds.append(ModelDocument.Fold(name: fold.name, file: file))
  }
  let document = ModelDocument(
    formatVersion: ModelDocument.currentVersion,
    plan: model.plan,
    provenance: model.provenance,
    folds: folds
  )
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  do {
    try encoder.encode(document).write(to: folder.appending(path: "model.json"))
  } catch {
    throw .unwritable(file: "model.json", reason: error.localizedDescription)
  }
}
