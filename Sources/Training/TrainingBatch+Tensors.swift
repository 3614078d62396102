import Models
import NeuralNetworks
import Torch

extension TrainingBatch {
  /// The batch in at most `count` parts of about equal size, in order.
  func parts(_ count: Int) -> [TrainingBatch] {
    let parts = max(1, min(count, patches.count))
    let classes = patches.isEmpty ? 0 : isContoured.count / patches.count
    return (0..<parts).map { part in
      let range = (patches.count * part / parts)..<(patches.count * (part + 1) / parts)
      return TrainingBatch(
        patches: Array(patches[range]),
        isContoured: Array(isContoured[(range.lowerBound * classes)..<(range.upperBound * classes)])
      )
    }
  }

  /// Images `[N, C, D, H, W]`, and what each output of a network should be: labels
  /// `[N, D/s, H/s, W/s]` at its scale, of classes, regions, or background and anatomy, and the field
  /// that moved the second modality, where one did.
  func tensors(
    for network: TrainableNetwork,
    of plan: TrainingPlan,
    on device: ComputeDevice
  ) throws(TorchError) -> (image: Tensor, expected: ExpectedOutputs) {
    guard let first = patches.first else {
      throw .invalidArgument(operation: "a batch", reason: "it has no patch")
    }
    let (image, field) = try deformed(
      Tensor(
        patches.flatMap(\.image),
        shape: [patches.count, first.channelCount] + first.size,
        on: device
      ),
      of: plan.model.architecture,
      on: device
    )
    var labels: [NetworkRole: [LabelBatch]] = [:]
    let masks = plan.model.architecture.masks
    for (role, scale) in zip(network.roles, network.outputScales) where role.isLabeled {
      let table = masks[role]?.table
      let classes = patches.flatMap { $0.labels(scale: scale) }
      labels[role, default: []].append(
        try LabelBatch(
          table.map { table in classes.map { table[Int($0)] } } ?? classes,
          shape: [patches.count] + zip(first.size, scale).map { $0 / $1 },
          on: device
        )
      )
    }
    func expected(_ role: NetworkRole) -> ExpectedLabels? {
      guard let batches = labels[role] else { return nil }
      let known = self.isContoured(for: role, of: plan.model.architecture)
      return ExpectedLabels(labels: batches, isContoured: known)
    }
    return (
      image,
      ExpectedOutputs(
        organs: expected(.organs) ?? ExpectedLabels(labels: [], isContoured: isContoured),
        regions: expected(.regions),
        global: expected(.global),
        field: field
      )
    )
  }
}

extension Patch {
  /// The labels at a lower resolution: each voxel takes the one nearest to its center, as PyTorch's
  /// `nearest-exact`, which nnU-Net uses for deep supervision.
  func labels(scale: [Int]) -> [UInt8] {
    guard scale != [1, 1, 1] else { return labels }
    let small = zip(size, scale).map { $0 / $1 }
    func position(_ index: Int, _ axis: Int) -> Int { index * scale[axis] + scale[axis] / 2 }
    var result: [UInt8] = []
    result.reserveCapacity(small.reduce(1, *))
    for d in 0..<small[0] {
      for h in 0..<small[1] {
        let row = (position(d, 0) * size[1] + position(h, 1)) * size[2]
        for w in 0..<small[2] { result.append(labels[row + position(w, 2)]) }
      }
    }
    return result
  }
}
