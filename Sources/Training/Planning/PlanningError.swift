public import Datasets
public import Preprocessing

/// Why there is no plan.
public enum PlanningError: Error, Hashable {
  /// The data set cannot be used.
  case dataset(TrainingDatasetError)
  /// A case has no fingerprint; `nil` of the whole data set.
  case fingerprint(case: String?, FingerprintError)
  /// The cases cannot be divided.
  case splits(SplitsError)
  /// An option's number is outside its bounds.
  case badOption(String, value: String, expected: String)
  /// The cases are too small for a U-Net of two stages; sizes in voxels on the target spacing.
  case tooSmall(medianShape: [Int])
  /// No patch fits the memory.
  case tooLittleMemory(gigabytes: Double, patch: [Int])
  /// A patch of the full resolution sees enough, so that there is no lower one.
  case noLowResolution(patchShare: Double)
  /// The classes are more than a training takes.
  case tooManyStructures(Int, limit: Int)
  /// A file of the planned folder is missing or cannot be read.
  case unreadable(file: String, reason: String)
  /// A file of the planned folder cannot be written.
  case unwritable(file: String, reason: String)
  /// The folder was planned for another data set.
  case otherDataset(folder: String)
  /// The folder holds a training of another plan.
  case alreadyTrained(folder: String, fold: String)
}

extension PlanningError: CustomStringConvertible {
  /// One sentence: what, where, and what was expected.
  public var description: String {
    switch self {
    case .dataset(let error): error.description
    case .fingerprint(.some(let name), let error): "Case \(name): \(error)"
    case .fingerprint(nil, let error): error.description
    case .splits(let error): error.description
    case .badOption(let field, let value, let expected):
      "Planning: \(field) is \(value), expected \(expected)."
    case .tooSmall(let shape):
      "Planning: the median case has \(shape.map(String.init).joined(separator: "×")) voxels on the "
        + "target spacing, too few for a U-Net; at least one axis needs 12, or two need 8."
    case .tooLittleMemory(let gigabytes, let patch):
      "Planning: even a patch of \(patch.map(String.init).joined(separator: "×")) voxels takes more "
        + "than \(gigabytes) GB; plan with more memory or fewer features."
    case .noLowResolution(let share):
      "Planning: a patch of the full resolution sees \(Int(share * 100)) % of the median case, so "
        + "that no lower resolution is needed; train 3d_fullres."
    case .tooManyStructures(let count, let limit):
      "Planning: the data set has \(count) structures; at most \(limit) are trained together."
    case .unreadable(let file, let reason):
      "\(file) cannot be read: \(reason)."
    case .unwritable(let file, let reason):
      "\(file) cannot be written: \(reason)."
    case .otherDataset(let folder):
      "\(folder): the plan here was made for another data set; plan again, or into another folder."
    case .alreadyTrained(let folder, let fold):
      "\(folder): \(fold) here was trained with another plan; plan into another folder."
    }
  }
}
