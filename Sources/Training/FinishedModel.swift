import Archives
public import Foundation
public import Models
import NeuralNetworks

/// A fold of a cross-validation that was trained in a folder of its own.
public struct TrainedFold: Hashable, Sendable {
  /// Which weights of a training become a model.
  public enum Weights: String, Hashable, Sendable, CaseIterable {
    /// Those with the best average pseudo Dice on the validation patches, averaged where the training
    /// kept an average.
    case best
    /// Those after the last step.
    case last
    /// The average of the weights of all steps (EMA), where the training kept one.
    case average
  }

  /// The fold's name: a number, or `all`.
  public var name: String
  /// The folder that ``TrainingService`` trained in.
  public var folder: URL

  /// A fold from its name and folder.
  public init(name: String, folder: URL) {
    self.name = name
    self.folder = folder
  }
}

/// The model that trained folds make together, ready for ``writeModel(_:to:storage:card:)``.
///
/// It has the weights that inference needs; the heads of deep supervision are left behind. Its
/// provenance names the program, each fold's weights file with its SHA-256, and the checksum of each
/// fold's plan.
/// - Parameters:
///   - folds: One or more; the model averages them.
///   - weights: Which weights; where a training had no validation, `.best` are not there.
///   - day: The day of the training, ISO 8601.
/// - Returns: The model, one fold for each that was given, in their order.
/// - Throws: ``TrainingError`` where a file is missing or damaged, or the folds were trained by plans
///   that make different networks.
public func finishedModel(
  of folds: [TrainedFold],
  weights: TrainedFold.Weights = .best,
  day: String? = nil
) throws(TrainingError) -> Model {
  var plan: ModelPlan?
  var finished: [ModelFold] = []
  var sources: [ModelProvenance.Source] = []
  for fold in folds {
    let training = try trainingPlan(in: fold.folder)
    if let plan, plan != training.model { throw .differentFolds(name: fold.name) }
    plan = training.model
    let file = try fold.file(weights)
    let contents: TensorFile
    do { contents = try TensorFile(contentsOf: file.url) } catch { throw .model(error) }
    guard contents.metadata["plan"] == training.checksum else {
      throw .otherPlan(folder: fold.folder.lastPathComponent)
    }
    var tensors: [String: WeightTensor] = [:]
    for (name, shape) in training.model.architecture.expectedWeights {
      guard let tensor = contents.tensors[file.prefix + name], tensor.shape == shape else {
        throw .damagedCheckpoint(
          file: file.url.lastPathComponent,
          reason: "\(name) is missing or misshapen"
        )
      }
      tensors[name] = tensor
    }
    finished.append(ModelFold(name: fold.name, weights: tensors))
    sources.append(
      .init(fold: fold.name, file: file.url.lastPathComponent, sha256: try digest(file.url))
    )
    sources.append(.init(fold: fold.name, file: "plan.json", sha256: training.checksum))
  }
  guard let plan else {
    throw .unusablePlan(field: "folds", value: "none", expected: "one at least")
  }
  return Model(
    plan: plan,
    folds: finished,
    provenance: ModelProvenance(
      kind: ModelDescription.Format.delineate.rawValue,
      trainer: plan.trainer,
      sources: sources,
      importDate: day
    )
  )
}

/// The plan that a folder was trained by.
/// - Throws: ``TrainingError`` where `plan.json` is missing or no plan of a training.
public func trainingPlan(in folder: URL) throws(TrainingError) -> TrainingPlan {
  let name = "\(folder.lastPathComponent)/plan.json"
  let data: Data
  do { data = try Data(contentsOf: folder.appending(path: "plan.json")) } catch {
    throw .damagedCheckpoint(file: name, reason: error.localizedDescription)
  }
  let plan: TrainingPlan
  do { plan = try JSONDecoder().decode(TrainingPlan.self, from: data) } catch {
    throw .damagedCheckpoint(file: name, reason: "it is not a training's plan")
  }
  try plan.validate()
  return plan
}

/// The epochs that a folder's training has done, from its log; empty before the first.
/// - Throws: ``TrainingError`` where a line of the log cannot be read.
public func trainingEpochs(in folder: URL) throws(TrainingError) -> [EpochRecord] {
  let file = folder.appending(path: "log.jsonl")
  guard FileManager.default.fileExists(atPath: file.path) else { return [] }
  do {
    return try Data(contentsOf: file).split(separator: UInt8(ascii: "\n"))
      .map { try JSONDecoder().decode(EpochRecord.self, from: $0) }
  } catch {
    throw .damagedCheckpoint(
      file: "\(folder.lastPathComponent)/log.jsonl",
      reason: "it is not a training's log"
    )
  }
}

extension TrainedFold {
  /// The weights that this fold has, in the order of ``Weights``.
  /// - Throws: ``TrainingError`` where the checkpoint cannot be read.
  public func availableWeights() throws(TrainingError) -> [Weights] {
    let plan = try trainingPlan(in: folder)
    return Weights.allCases.filter { weights in
      (weights != .average || plan.optimizer.averageDecay != nil)
        && (try? file(weights)) != nil
    }
  }

  /// The file with these weights, and what stands before their names.
  fileprivate func file(
    _ weights: Weights
  ) throws(TrainingError) -> (url: URL, prefix: String) {
    let (name, prefix) =
      switch weights {
      case .best: (Trainer.bestName, "")
      case .last: (Trainer.checkpointName, "weights.")
      case .average: (Trainer.checkpointName, "optimizer.average.")
      }
    let url = folder.appending(path: name)
    guard FileManager.default.fileExists(atPath: url.path) else {
      throw .damagedCheckpoint(
        file: "\(folder.lastPathComponent)/\(name)",
        reason: weights == .best
          ? "no epoch was validated yet; the last weights may be there" : "nothing was saved yet"
      )
    }
    return (url, prefix)
  }
}

private func digest(_ file: URL) throws(TrainingError) -> String {
  do { return try SHA256.hexDigest(ofFile: file) } catch { throw .model(.archive(error)) }
}
