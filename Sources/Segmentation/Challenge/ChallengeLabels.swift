import Anatomy
import Volumes

/// A model's structures in a challenge's numbers.
struct ChallengeLabels: Hashable, Sendable {
  /// The challenge's number of each of the model's labels.
  let numbers: [UInt16: UInt16]
  /// The model's structures that the challenge does not ask for.
  let unasked: [String]
  /// The challenge's structures that the model does not have: no voxel will be of them.
  let missing: [String]

  /// Finds a model's structures among a challenge's, whatever their spelling.
  init(of model: LabelScheme, in challenge: LabelScheme) {
    let vocabulary = StructureVocabulary.standard
    var numbers: [UInt16: UInt16] = [:]
    var unasked: [String] = []
    var found: Set<UInt16> = []
    for entry in model.entries {
      let identity = vocabulary.identity(of: entry.name)
      let match = challenge.entries.first { vocabulary.identity(of: $0.name) == identity }
      if let match, !found.contains(match.label) {
        numbers[entry.label] = match.label
        found.insert(match.label)
      } else {
        unasked.append(entry.name)
      }
    }
    self.numbers = numbers
    self.unasked = unasked
    missing = challenge.entries.filter { !found.contains($0.label) }.map(\.name)
  }

  /// The map in the challenge's numbers; 0 where the challenge does not ask for the structure.
  func relabeled(_ map: LabelMap) -> LabelMap {
    var table = [UInt16](repeating: 0, count: 65536)
    for (own, theirs) in numbers { table[Int(own)] = theirs }
    return map.map { table[Int($0)] }
  }
}
