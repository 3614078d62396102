public import Models
public import NeuralNetworks
public import Torch

/// Why a training could not start, or had to stop.
public enum TrainingError: Error, Hashable {
  /// The network could not be built.
  case network(NetworkError)
  /// libtorch failed.
  case torch(TorchError)
  /// A checkpoint or a model could not be read or written.
  case model(ModelError)
  /// A plan's number is outside its bounds.
  case unusablePlan(field: String, value: String, expected: String)
  /// The checkpoint in the folder belongs to another plan.
  case otherPlan(folder: String)
  /// The checkpoint lacks something, or holds something else.
  case damagedCheckpoint(file: String, reason: String)
  /// A fold was trained by a plan that makes another network than the folds before it.
  case differentFolds(name: String)
  /// The loss is no longer a finite number.
  case diverged(step: Int)
  /// A batch could not be made.
  case batch(String)
  /// A file of the training's folder could not be written.
  case unwritable(file: String, reason: String)
  /// A batch cannot be shared evenly by so many processes.
  case unsharedBatch(batchSize: Int, processes: Int)
  /// A process was given another plan than the first one.
  case differentPlans(rank: Int)
  /// A launcher's environment cannot be followed.
  case launch(variable: String, value: String, expected: String)
}

extension TrainingError: CustomStringConvertible {
  /// One sentence: what, where, and what was expected.
  public var description: String {
    switch self {
    case .network(let error): error.description
    case .torch(let error): error.description
    case .model(let error): error.description
    case .unusablePlan(let field, let value, let expected):
      "Training plan: \(field) is \(value), expected \(expected)."
    case .otherPlan(let folder):
      "\(folder): the checkpoint here belongs to another plan; continue with that plan, or train "
        + "into another folder."
    case .damagedCheckpoint(let file, let reason):
      "\(file): the checkpoint cannot be continued from: \(reason)."
    case .differentFolds(let name):
      "Fold \(name) was trained by another plan than the folds before it; a model averages folds of "
        + "one network."
    case .diverged(let step):
      "The loss was no longer a finite number at step \(step); a lower learning rate may help. The "
        + "last checkpoint is kept."
    case .batch(let reason):
      "A batch could not be made: \(reason)"
    case .unwritable(let file, let reason):
      "\(file) cannot be written: \(reason)."
    case .unsharedBatch(let batchSize, let processes):
      "A batch of \(batchSize) cannot be shared evenly by \(processes) processes; start as many as "
        + "divide it, or plan with another --batch-size."
    case .differentPlans(let rank):
      "Process \(rank) was given another plan than process 0; all must train the same one."
    case .launch(let variable, let value, let expected):
      "\(variable) is \(value), expected \(expected)."
    }
  }
}
