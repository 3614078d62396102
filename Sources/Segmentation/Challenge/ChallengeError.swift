/// Why a challenge's container cannot answer.
public enum ChallengeError: Error, Hashable {
  /// No scan is where the interface puts it.
  case noScans(folder: String)
  /// A folder of one patient's scan holds several.
  case severalPatients(folder: String, count: Int)
  /// A file or folder of the output cannot be written.
  case unwritable(file: String)
  /// The model has none of the challenge's structures.
  case noStructures(challenge: String)
  /// The model's scans are not those that the interface gives.
  case otherScans(needed: [String], given: [String])
  /// Some cases have no answer.
  case unanswered(count: Int, of: Int)
}

extension ChallengeError: CustomStringConvertible {
  /// One sentence: what, where, and what was expected.
  public var description: String {
    switch self {
    case .noScans(let folder): "Challenge: no scan is in \(folder)."
    case .severalPatients(let folder, let count):
      "Challenge: \(folder) holds \(count) scans; one patient is expected."
    case .unwritable(let file): "Challenge: \(file) cannot be written."
    case .noStructures(let challenge):
      "Challenge: the model has none of \(challenge)'s structures."
    case .otherScans(let needed, let given):
      "Challenge: the model needs \(needed.joined(separator: ", ")); the interface gives "
        + "\(given.joined(separator: ", "))."
    case .unanswered(let count, let total):
      "Challenge: \(count) of \(total) cases have no answer; results.json says why."
    }
  }
}
