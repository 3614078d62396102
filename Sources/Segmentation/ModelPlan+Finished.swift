import Anatomy
import Models

extension ModelPlan {
  /// What is known of the network's structures, told of the finished ones.
  func finishedStates(_ states: [String: StructureState]) -> [String: StructureState] {
    guard let mergedSides else { return states }
    var result: [String: StructureState] = [:]
    for structure in mergedSides.structures {
      guard let name = labels.entry(label: structure.label)?.name, let state = states[name] else {
        continue
      }
      for label in [structure.left, structure.right] {
        if let finished = mergedSides.labels.entry(label: label)?.name { result[finished] = state }
      }
    }
    return result
  }
}
