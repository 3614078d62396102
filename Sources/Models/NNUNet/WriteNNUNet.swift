internal import Archives
public import Foundation
internal import NeuralNetworks

/// Writes a model as a trained-model folder of nnU-Net v2, which nnU-Net predicts with:
/// `dataset.json`, `plans.json` and `fold_*/checkpoint_final.pth`.
///
/// nnU-Net looks up the trainer by its class, so its own `nnUNetTrainer` stands there, whatever
/// trained the model; that name is kept in the checkpoint under `delineate`. The heads that deep
/// supervision had in training are not part of a model: nnU-Net asks for them without using them,
/// and finds zeros. A checkpoint has no optimizer: training cannot go on from it, but can start
/// from its weights. The labels that formed each region are not part of a model either; the regions
/// are written as lists that give the same label map.
///
/// The folder appears whole or not at all: it is written beside its place and then renamed.
/// - Parameters:
///   - model: what to write; ``readModel(at:folds:checkpoint:)`` gives its plan and weights back.
///   - folder: where; it may exist, but must then be empty.
/// - Throws: ``ModelError``, also where nnU-Net has no way to say what the model does.
/// - SeeAlso: nnU-Net 2.8, `predict_from_raw_data.py`, `initialize_from_trained_model_folder`.
public func exportNNUNet(_ model: Model, to folder: URL) throws(ModelError) {
  try model.plan.validate()
  let names = model.folds.map(\.name)
  guard !names.isEmpty, Set(names).count == names.count,
    names.allSatisfy({ $0 == "all" || Int($0).map { "\($0)" } == $0 })
  else {
    throw .unsupported(
      what: "folds",
      value: names.joined(separator: ", "),
      expected: "numbers or all, each once, for nnU-Net"
    )
  }
  guard let network = model.plan.architecture.unet else {
    throw .unsupported(what: "network", value: "M3-Net", expected: "a U-Net, for nnU-Net")
  }
  guard network.maskAttention == nil else {
    throw .unsupported(
      what: "network",
      value: "a U-Net with attention to masks",
      expected: "one without, for nnU-Net"
    )
  }
  let dataset = try model.plan.nnUNetDataset()
  let plans = model.plan.nnUNetPlans(of: network)
  try makeFolder(at: folder) { folder throws(ModelError) in
    try write(dataset, to: folder.appending(path: "dataset.json"))
    try write(plans, to: folder.appending(path: "plans.json"))
    for fold in model.folds {
      let place = folder.appending(path: "fold_\(fold.name)")
      do {
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      } catch {
        throw .unwritable(file: place.lastPathComponent, reason: error.localizedDescription)
      }
      try NNUNetCheckpoint(model: model, fold: fold, plans: plans, dataset: dataset)
        .write(to: place.appending(path: "checkpoint_final.pth"))
    }
  }
}

private func write(_ json: JSONValue, to url: URL) throws(ModelError) {
  do { try Data(json.text.utf8).write(to: url) } catch {
    throw .unwritable(file: url.lastPathComponent, reason: error.localizedDescription)
  }
}

/// What one `checkpoint_final.pth` holds.
private struct NNUNetCheckpoint {
  let model: Model
  let fold: ModelFold
  let plans: JSONValue
  let dataset: JSONValue

  /// Writes the archive that `torch.load` opens: a pickle, and a file for each storage.
  func write(to url: URL) throws(ModelError) {
    var storages: [Data] = []
    var weights: [(key: String, value: PickledValue)] = []
    // The heads that inference leaves out are among nnU-Net's weights all the same.
    for layer in model.plan.architecture.graph(heads: .all).layers {
      for (name, shape) in layer.weights {
        let value = PickledValue.tensor(storage: "\(storages.count)", shape: shape)
        for name in NNUNetCheckpoint.names(of: name) { weights.append((name, value)) }
        storages.append(try bytes(of: name, shape: shape))
      }
    }
    do throws(ArchiveError) {
      var archive = try ZipWriter(to: url, alignment: 64)
      try archive.append("archive/data.pkl", PickleWriter.pickle(document(weights)))
      try archive.append("archive/byteorder", Data("little".utf8))
      for (index, storage) in storages.enumerated() {
        try archive.append("archive/data/\(index)", storage)
      }
      try archive.append("archive/version", Data("3\n".utf8))
      try archive.finish()
    } catch { throw .archive(error) }
  }

  private func bytes(of name: String, shape: [Int]) throws(ModelError) -> Data {
    guard let weight = fold.weights[name] else {
      guard name.hasPrefix("decoder.seg_layers.") else {
        throw .missingWeight(name: name, fold: fold.name)
      }
      return Data(count: shape.reduce(4, *))
    }
    guard weight.shape == shape else {
      throw .wrongShape(name: name, fold: fold.name, expected: shape, found: weight.shape)
    }
    guard let bytes = weight.littleEndianBytes(.float32) else {
      throw .weightNotFinite(name: name, fold: fold.name)
    }
    return bytes
  }

  private func document(_ weights: [(key: String, value: PickledValue)]) -> PickledValue {
    let plan = model.plan
    let axes = plan.mirroringAxes.map { PickledValue.integer($0) }
    let sources = model.provenance.sources.filter { $0.fold == fold.name }
    return .dictionary([
      ("network_weights", .orderedDictionary(weights)),
      ("grad_scaler_state", .none),
      ("logging", .dictionary([])),
      ("_best_ema", .none),
      ("current_epoch", .integer(0)),
      (
        "init_args",
        .dictionary([
          ("plans", PickledValue(plans)), ("configuration", .string(plan.configuration)),
          ("fold", Int(fold.name).map { .integer($0) } ?? .string(fold.name)),
          ("dataset_json", PickledValue(dataset)),
        ])
      ),
      ("trainer_name", .string("nnUNetTrainer")),
      ("inference_allowed_mirroring_axes", axes.isEmpty ? .none : .tuple(axes)),
      (
        "delineate",
        .dictionary([
          ("kind", .string(model.provenance.kind)),
          ("trainer", .string(model.provenance.trainer)),
          ("sources", .list(sources.map { .string("\($0.file) \($0.sha256)") })),
        ])
      ),
    ])
  }

  /// The names under which nnU-Net's network has one weight.
  ///
  /// A block lists its layers once more as `all_modules`, and the decoder holds the encoder.
  private static func names(of name: String) -> [String] {
    var names = [name]
    for (layer, place) in [("conv", 0), ("norm", 1)] {
      for kind in ["weight", "bias"] where name.hasSuffix(".\(layer).\(kind)") {
        let block = name.dropLast("\(layer).\(kind)".count)
        names.append("\(block)all_modules.\(place).\(kind)")
      }
    }
    guard name.hasPrefix("encoder.") else { return names }
    return names + names.map { "decoder.\($0)" }
  }
}
