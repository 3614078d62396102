import NeuralNetworks

/// A coarser labeling that follows from the classes.
struct CoarseLabels {
  /// For each class, and for all else that a byte can be, the coarser one.
  let table: [UInt8]
  /// How many coarser ones there are.
  let count: Int
  /// How many classes there are.
  private let classes: Int

  fileprivate init(_ classes: [UInt8], count: Int) {
    table = classes + [UInt8](repeating: 0, count: 256 - classes.count)
    self.classes = classes.count
    self.count = count
  }

  /// A coarser class is contoured in a sample where all its members are: otherwise a voxel that is
  /// labeled 0 may belong to it, and the loss takes it so.
  fileprivate func isContoured(_ known: [Bool], samples: Int) -> [Bool] {
    var result = [Bool](repeating: true, count: samples * count)
    for sample in 0..<samples {
      for label in 1..<classes where !known[sample * classes + label] && table[label] > 0 {
        result[sample * count + Int(table[label])] = false
      }
    }
    return result
  }
}

extension NetworkPlan {
  /// The coarser labelings that the network's masks are compared with.
  var masks: [NetworkRole: CoarseLabels] {
    guard let m3, let masks = m3.masks else { return [:] }
    let classes = m3.outputChannels
    return [
      .global: CoarseLabels((0..<classes).map { $0 == 0 ? 0 : 1 }, count: 2),
      .regions: CoarseLabels(masks.regionTable(classes: classes), count: masks.regions.count + 1),
    ]
  }
}

extension TrainingBatch {
  /// For each patch, for each of the classes that the outputs of a role are compared with, whether
  /// it was contoured; empty for a role that has none.
  func isContoured(for role: NetworkRole, of network: NetworkPlan) -> [Bool] {
    if role == .organs { return isContoured }
    return network.masks[role]?.isContoured(isContoured, samples: patches.count) ?? []
  }
}
