public import Archives

/// Why a trained model could not be read, checked or written.
public enum ModelError: Error, Hashable {
  /// An archive of the model could not be read.
  case archive(ArchiveError)
  /// There is no model at this place.
  case notAModel(file: String, reason: String)
  /// Nothing at this path, and no model of this name; the names there are.
  case unknownModel(String, available: [String])
  /// The folder or archive holds several models; their paths inside it.
  case severalModels(file: String, choices: [String])
  /// A file of the model is missing.
  case missingFile(String)
  /// A file of the model cannot be read.
  case unreadable(file: String, reason: String)
  /// The model has no such fold, or none at all where `fold` is `nil`; the folds it has.
  case missingFold(String?, checkpoint: String, available: [String])
  /// A checkpoint was written before torch 1.6, or is no checkpoint at all.
  case legacyCheckpoint(file: String)
  /// A pickle names something outside the allow-list, which would run code.
  case forbiddenGlobal(String)
  /// A pickle is damaged, at a byte offset.
  case malformedPickle(reason: String, offset: Int)
  /// A checkpoint lacks an entry or has another kind of value there.
  case malformedCheckpoint(entry: String, expected: String)
  /// A tensor does not fit in the storage it points into, or the storage in its file.
  case malformedTensor(name: String, reason: String)
  /// A weights file is damaged.
  case malformedWeights(file: String, reason: String)
  /// A file is not JSON, at a byte offset.
  case invalidJSON(file: String, reason: String, offset: Int)
  /// A JSON file lacks a member.
  case missingJSON(file: String, path: String)
  /// A JSON file holds another kind of value.
  case unexpectedJSON(file: String, path: String, expected: String, found: String)
  /// The model uses something that is not supported.
  case unsupported(what: String, value: String, expected: String)
  /// The plan contradicts itself.
  case invalidPlan(String)
  /// The network needs a weight that the fold lacks.
  case missingWeight(name: String, fold: String)
  /// A weight has another shape than the network needs.
  case wrongShape(name: String, fold: String, expected: [Int], found: [Int])
  /// The fold has a weight that the network does not know.
  case unknownWeight(name: String, fold: String)
  /// A weight is infinite or not a number.
  case weightNotFinite(name: String, fold: String)
  /// The model folder was written by a later version.
  case unknownFormat(version: Int, supported: Int)
  /// The place to write to holds something already.
  case alreadyExists(String)
  /// A file could not be written.
  case unwritable(file: String, reason: String)
  /// The network is too large for ONNX's one-file format; bytes.
  case tooLargeForONNX(bytes: Int, limit: Int)
}

extension ModelError: CustomStringConvertible {
  /// One sentence: what, where, and what was expected.
  public var description: String {
    switch self {
    case .archive(let error): error.description
    case .notAModel(let file, let reason): "\(file): no trained model here (\(reason))."
    case .unknownModel(let name, let available):
      "\(name): no such file or folder, and no model of this name ships with the program; it has \(listed(available))."
    case .severalModels(let file, let choices):
      "\(file): several models are here, choose one of: \(choices.joined(separator: ", "))."
    case .missingFile(let file): "The model's file \(file) is missing."
    case .unreadable(let file, let reason): "\(file): cannot be read (\(reason))."
    case .missingFold(.some(let fold), let checkpoint, let available):
      "Fold \(fold): the model has no such fold with a \(checkpoint); it has \(listed(available))."
    case .missingFold(.none, let checkpoint, let available):
      "The model has no fold with a \(checkpoint); it has \(listed(available))."
    case .legacyCheckpoint(let file):
      "\(file): not a checkpoint as torch 1.6 and later write it (a zip archive); load it with a newer torch and save it again."
    case .forbiddenGlobal(let name):
      "The checkpoint asks for “\(name)”, which is not among the few harmless names a network's weights need; it was not loaded and nothing was run."
    case .malformedPickle(let reason, let offset):
      "The checkpoint's pickle is damaged at byte \(offset): \(reason)."
    case .malformedCheckpoint(let entry, let expected):
      "The checkpoint's “\(entry)” is not as expected: \(expected)."
    case .malformedTensor(let name, let reason): "Weight “\(name)”: \(reason)."
    case .malformedWeights(let file, let reason): "\(file): the weights are damaged: \(reason)."
    case .invalidJSON(let file, let reason, let offset):
      "\(file): not JSON at byte \(offset): \(reason)."
    case .missingJSON(let file, let path): "\(file): “\(path)” is missing."
    case .unexpectedJSON(let file, let path, let expected, let found):
      "\(file): “\(path)” is \(found), expected \(expected)."
    case .unsupported(let what, let value, let expected):
      "Unsupported \(what) “\(value)”: \(expected)."
    case .invalidPlan(let reason): "The model's plan contradicts itself: \(reason)."
    case .missingWeight(let name, let fold): "Fold \(fold): the weight “\(name)” is missing."
    case .wrongShape(let name, let fold, let expected, let found):
      "Fold \(fold): weight “\(name)” has shape \(found), the plan's network needs \(expected)."
    case .unknownWeight(let name, let fold):
      "Fold \(fold): weight “\(name)” has no place in the plan's network."
    case .weightNotFinite(let name, let fold):
      "Fold \(fold): weight “\(name)” holds a value that is infinite or not a number."
    case .unknownFormat(let version, let supported):
      "model.json: format version \(version); this program reads up to \(supported)."
    case .alreadyExists(let file): "\(file): something is here already; nothing was written."
    case .unwritable(let file, let reason): "\(file): cannot be written (\(reason))."
    case .tooLargeForONNX(let bytes, let limit):
      "ONNX: the network takes \(bytes) bytes; one file holds at most \(limit)."
    }
  }

  private func listed(_ names: [String]) -> String {
    names.isEmpty ? "none" : names.joined(separator: ", ")
  }
}
