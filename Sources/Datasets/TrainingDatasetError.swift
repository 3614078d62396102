public import Anatomy
public import Volumes
public import VolumeFiles

/// Why a folder is no data set to train on.
public enum TrainingDatasetError: Error, Hashable {
  /// There is no such file or folder.
  case missing(String)
  /// The folder cannot be listed, or the file not be read.
  case unreadable(String)
  /// The folder is laid out in none of the ways that are known.
  case unknownLayout(folder: String)
  /// The folder holds no case.
  case noCases(folder: String, expected: String)
  /// A description of the data set is not as its format says.
  case badDescription(file: String, reason: String)
  /// The numbers of the structures cannot be used.
  case badLabels(file: String, LabelSchemeError)
  /// The scans of the cases are not named as they must be.
  case badChannels(CaseFolderError)
  /// A structure that was asked for is in none of the cases.
  case unknownStructure(String, known: [String])
  /// A channel that was asked for is not one of the layout's.
  case unknownChannel(String, known: [String])
  /// A case lacks a file.
  case missingFile(case: String, file: String)
  /// Two cases have one name.
  case doubledCase(String)
  /// A structure has two files in a case, or its name stands for two structures.
  case doubledStructure(case: String, structure: String)
  /// A case has no contour at all.
  case noContours(case: String)
  /// A file of a case cannot be read.
  case unreadableCase(case: String, VolumeFileError)
  /// A file does not lie on the grid of the case's first scan.
  case mismatchedPair(case: String, file: String, GridMismatch)
  /// A label map holds a number that stands for no structure.
  case unknownLabel(case: String, file: String, label: UInt16, known: [UInt16])
  /// No structure has a partner on the other side to be merged with.
  case noSides(structures: [String])
  /// The files of a case are not those that the plan was made from.
  case changedCase(case: String)
}

extension TrainingDatasetError: CustomStringConvertible {
  /// One sentence: what, where, and what was expected.
  public var description: String {
    func listed(_ names: [String]) -> String {
      names.isEmpty
        ? "none" : names.prefix(40).joined(separator: ", ") + (names.count > 40 ? ", …" : "")
    }
    switch self {
    case .missing(let name):
      return "\(name): no such file or folder."
    case .unreadable(let name):
      return "\(name): this cannot be read."
    case .unknownLayout(let folder):
      return
        "\(folder): not a data set in a known layout (nnU-Net raw, HaN-Seg, HNTS-MRG, OpenKBP, or a "
        + "JSON file that lists the cases)."
    case .noCases(let folder, let expected):
      return "\(folder): no case is here; \(expected) expected."
    case .badDescription(let file, let reason):
      return "\(file): \(reason)."
    case .badLabels(let file, let error):
      return "\(file): \(error)"
    case .badChannels(let error):
      return error.description
    case .unknownStructure(let name, let known):
      return "\(name): the data set has no such structure; it has \(listed(known))."
    case .unknownChannel(let name, let known):
      return "\(name): the data set has no such channel; it has \(listed(known))."
    case .missingFile(let name, let file):
      return "Case \(name): \(file) is missing."
    case .doubledCase(let name):
      return "Case \(name) is there twice; each case needs a name of its own."
    case .doubledStructure(let name, let structure):
      return "Case \(name): \(structure) is there twice; one contour is expected."
    case .noContours(let name):
      return "Case \(name): no structure is contoured; at least one is expected."
    case .unreadableCase(let name, let error):
      return "Case \(name): \(error)"
    case .mismatchedPair(let name, let file, let mismatch):
      return "Case \(name): \(file) does not lie on the first scan's grid: \(mismatch)"
    case .unknownLabel(let name, let file, let label, let known):
      return
        "Case \(name): \(file) holds the number \(label), which is no structure's; known are "
        + "\(listed(known.sorted().map { "\($0)" }))."
    case .noSides(let structures):
      return
        "No left structure has its right one among \(listed(structures)); sides cannot be merged."
    case .changedCase(let name):
      return "Case \(name): the files are not those that the plan was made from; plan again."
    }
  }
}
