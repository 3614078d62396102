public import Foundation

/// Writes a model folder of our own: `model.json` (plan, label scheme, provenance), one
/// `fold_*.safetensors` for each fold, and `postprocessing.json` where something was decided.
///
/// The folder appears whole or not at all: it is written beside its place and then renamed.
/// - Parameters:
///   - model: what to write; reading it back gives an equal model where `storage` is `.float32`.
///   - folder: where; it may exist, but must then be empty.
///   - storage: the kind of number that weights are stored as.
///   - card: what `README.md` says of the model; its first sentence is listed with the model.
/// - Throws: ``ModelError``.
public func writeModel(
  _ model: Model,
  to folder: URL,
  storage: WeightStorage = .float32,
  card: String? = nil
) throws(ModelError) {
  try model.plan.validate()
  try model.postprocessing?.validate()
  guard Set(model.folds.map(\.name)).count == model.folds.count,
    model.folds.allSatisfy({ isPlainName($0.name) })
  else { throw .invalidPlan("folds need names of letters and digits, each its own") }
  try makeFolder(at: folder) { folder throws(ModelError) in
    try writeFiles(of: model, to: folder, storage: storage)
    guard let card else { return }
    try write(Data(card.utf8), to: folder.appending(path: "README.md"))
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
  try write(document, to: folder.appending(path: "model.json"))
  if let postprocessing = model.postprocessing {
    try write(postprocessing, to: folder.appending(path: Postprocessing.fileName))
  }
}

private func write(_ value: some Encodable, to file: URL) throws(ModelError) {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  let data: Data
  do { data = try encoder.encode(value) } catch {
    throw .unwritable(file: file.lastPathComponent, reason: error.localizedDescription)
  }
  try write(data, to: file)
}

private func write(_ data: Data, to file: URL) throws(ModelError) {
  do { try data.write(to: file) } catch {
    throw .unwritable(file: file.lastPathComponent, reason: error.localizedDescription)
  }
}
