/// Why arguments that are well formed cannot be followed.
enum CommandError: Error, Hashable {
  /// No file or folder has the name.
  case missing(String)
  /// The model needs another number of scans.
  case wrongChannelCount(found: Int, channels: [String])
  /// Scans of a model with several channels must say which is which.
  case unnamedChannel(String, channels: [String])
  /// A scan is given for a channel that the model does not have.
  case unknownChannel(String, channels: [String])
  /// A channel is given twice.
  case doubledChannel(String)
  /// A name's ending is not one of a label map's formats.
  case unknownEnding(String, endings: [String])
  /// A folder is expected, and a file is there.
  case notAFolder(String)
  /// A file is expected, and a folder is there.
  case isAFolder(String)
  /// The folder that should take a file is missing or closed.
  case unwritableFolder(String)
  /// A file could not be written.
  case unwritable(String)
  /// A model must be given by the folder that holds it.
  case notAModelFolder(String)
  /// A scout is to be made of a data set, and no folder to work in is said.
  case noWorkFolder
  /// A data set has no contours of a structure of the model.
  case noContours(of: String, known: [String])
  /// With `--strict`, this many findings say that something was not compared.
  case notAllCompared(Int)
}

extension CommandError: CustomStringConvertible {
  /// One sentence: what, where, and what was expected.
  var description: String {
    func listed(_ channels: [String]) -> String { channels.joined(separator: ", ") }
    switch self {
    case .missing(let path):
      return "\(path): no such file or folder."
    case .wrongChannelCount(let found, let channels):
      let needed = channels.count == 1 ? "one scan" : "\(channels.count) scans"
      return "The model needs \(needed) (\(listed(channels))); \(found) are given."
    case .unnamedChannel(let argument, let channels):
      return
        "\(argument): write NAME=\(argument) with one of the model's channels: \(listed(channels))."
    case .unknownChannel(let name, let channels):
      return "\(name): the model has no such channel; it has \(listed(channels))."
    case .doubledChannel(let name):
      return "\(name): this channel is given twice."
    case .unknownEnding(let name, let endings):
      return "\(name): the name must end in \(endings.joined(separator: ", "))."
    case .notAFolder(let path):
      return "\(path): a file is here, a folder is expected."
    case .isAFolder(let path):
      return
        "\(path): a folder is here, a file's name is expected (--separate writes into a folder)."
    case .unwritableFolder(let path):
      return "\(path): this folder does not exist or cannot be written to."
    case .notAModelFolder(let path):
      return "\(path): expected the model's own folder, with model.json or plans.json in it."
    case .noWorkFolder:
      return "--work is missing: a scout of a data set needs a folder to work in."
    case .noContours(let name, let known):
      return "The data set has no contours of the model's \(name); it has \(listed(known))."
    case .notAllCompared(let count):
      return
        "Not everything was compared: \(count) finding\(count == 1 ? "" : "s") (--strict allows none)."
    case .unwritable(let path):
      return "\(path) cannot be written."
    }
  }
}
