internal import Foundation
internal import NeuralNetworks

/// What `model.json` holds.
struct ModelDocument: Codable {
  /// The version this program writes, and the last it reads.
  static let currentVersion = 1

  /// A fold and the file with its weights.
  struct Fold: Codable {
    var name: String
    var file: String
  }

  var formatVersion: Int
  var plan: ModelPlan
  var provenance: ModelProvenance
  var folds: [Fold]
}

/// A model folder of our own: `model.json`, one safetensors file per fold, and `postprocessing.json`
/// where something was decided.
struct DelineateFolder {
  private let source: ModelSource

  init(_ source: ModelSource) { self.source = source }

  /// The plan, the folds that are there, and the post-processing.
  var description: (ModelPlan, [String], Postprocessing?) {
    get throws(ModelError) {
      let document = try document()
      return (document.plan, document.folds.map(\.name), try postprocessing())
    }
  }

  private func postprocessing() throws(ModelError) -> Postprocessing? {
    let file = Postprocessing.fileName
    guard source.has(file) else { return nil }
    let data = try source.contents(file)
    let found: Postprocessing
    do { found = try JSONDecoder().decode(Postprocessing.self, from: data) } catch {
      throw modelError(error, file: file)
    }
    try found.validate()
    return found
  }

  /// The model with the weights of the asked folds.
  func model(folds: [String]?) throws(ModelError) -> Model {
    let document = try document()
    let names = folds ?? document.folds.map(\.name)
    let available = document.folds.map(\.name)
    guard !names.isEmpty else {
      throw .missingFold(nil, checkpoint: "safetensors file", available: available)
    }
    var read: [ModelFold] = []
    for name in names {
      guard let fold = document.folds.first(where: { $0.name == name }) else {
        throw .missingFold(
          name,
          checkpoint: "fold_\(name).safetensors",
          available: available
        )
      }
      read.append(ModelFold(name: name, weights: try weights(fold, plan: document.plan)))
    }
    return Model(
      plan: document.plan,
      folds: read,
      provenance: document.provenance,
      postprocessing: try postprocessing()
    )
  }

  private func document() throws(ModelError) -> ModelDocument {
    let data = try source.contents("model.json")
    let root = try JSONNode(parsing: data, file: "model.json")
    let version = try root.required("formatVersion").integer
    guard (1...ModelDocument.currentVersion).contains(version) else {
      throw .unknownFormat(version: version, supported: ModelDocument.currentVersion)
    }
    let document: ModelDocument
    do { document = try JSONDecoder().decode(ModelDocument.self, from: data) } catch {
      throw modelError(error, file: "model.json")
    }
    for fold in document.folds where !isPlainName(fold.name) || !isPlainName(fold.file) {
      throw .invalidPlan("model.json: the fold “\(fold.name)” has an impossible name or file")
    }
    guard Set(document.folds.map(\.name)).count == document.folds.count else {
      throw .invalidPlan("model.json: a fold is there twice")
    }
    try document.plan.validate()
    return document
  }

  private func weights(
    _ fold: ModelDocument.Fold,
    plan: ModelPlan
  ) throws(ModelError) -> [String: WeightTensor] {
    let reader = try SafetensorsReader(source.mapped(fold.file), file: fold.file)
    var weights: [String: WeightTensor] = [:]
    for (name, shape) in plan.architecture.expectedWeights {
      guard let found = reader.tensors[name] else {
        throw .missingWeight(name: name, fold: fold.name)
      }
      guard found.shape == shape, let weight = reader.weight(name) else {
        throw .wrongShape(name: name, fold: fold.name, expected: shape, found: found.shape)
      }
      guard weight.isFinite else { throw .weightNotFinite(name: name, fold: fold.name) }
      weights[name] = weight
    }
    if let name = reader.tensors.keys.filter({ weights[$0] == nil }).min() {
      throw .unknownWeight(name: name, fold: fold.name)
    }
    return weights
  }

  private func modelError(_ error: any Error, file: String) -> ModelError {
    guard let error = error as? DecodingError else {
      return .unreadable(file: file, reason: error.localizedDescription)
    }
    func path(_ context: DecodingError.Context, _ last: (any CodingKey)? = nil) -> String {
      (context.codingPath + (last.map { [$0] } ?? [])).map { key in
        key.intValue.map { "[\($0)]" } ?? key.stringValue
      }.joined(separator: ".")
    }
    return switch error {
    case .keyNotFound(let key, let context):
      .missingJSON(file: file, path: path(context, key))
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      .unexpectedJSON(
        file: file,
        path: path(context),
        expected: "\(type)",
        found: "something else"
      )
    case .dataCorrupted(let context):
      .unexpectedJSON(
        file: file,
        path: path(context),
        expected: "another value",
        found: context.debugDescription
      )
    @unknown default: .unreadable(file: file, reason: "it cannot be decoded")
    }
  }
}

/// Whether a name can be a file in the model's folder and nowhere else.
func isPlainName(_ name: String) -> Bool {
  !name.isEmpty && name.utf8.count <= 128 && !name.hasPrefix(".")
    && name.unicodeScalars.allSatisfy { scalar in
      scalar.isASCII
        && (scalar.properties.isAlphabetic || "0123456789._-".unicodeScalars.contains(scalar))
    }
}
