public import Torch

/// A part of a batch beside the whole, so that the losses of all parts add up to the whole's: of
/// parts that are gathered one after the other, and of those that several processes take.
///
/// Means run over the whole batch's samples and contoured structures. Sums over a batch (of batch
/// Dice and generalized Dice) run over one part of every process together, and over one part at a
/// time. The tenth of the voxels of the top-k loss is each process's and part's own.
public struct BatchShare {
  /// Samples of the whole batch.
  public let samples: Int
  /// Pairs of a sample of the whole batch and a structure that was contoured in it.
  public let pairs: Int
  /// The share of the whole batch's samples that this part has in all processes together.
  let partShare: Double
  /// For each class, whether any of those samples was contoured for it.
  let isContouredInPart: [Bool]
  private let group: ProcessGroup

  /// A batch that is the whole, in this process alone.
  init(_ isContoured: [Bool], classes: Int) {
    let counts = Self.counts(isContoured, classes: classes)
    self.init(part: counts, whole: counts, group: .alone)
  }

  private init(part: [Double], whole: [Double], group: ProcessGroup) {
    samples = Int(whole[0])
    // The first count is of samples, the second of background.
    pairs = Int(whole.dropFirst(2).reduce(0, +))
    partShare = whole[0] > 0 ? part[0] / whole[0] : 0
    isContouredInPart = part.dropFirst().map { $0 > 0 }
    self.group = group
  }

  /// The shares of a batch's parts; every process calls this with as many parts.
  /// - Parameters:
  ///   - parts: for each part, for each sample and class, whether it was contoured; C order.
  ///   - classes: the number of classes.
  ///   - group: the processes that share the batch.
  /// - Returns: One share a part.
  /// - Throws: `TorchError` where a process is lost.
  public static func shares(
    of parts: [[Bool]],
    classes: Int,
    in group: ProcessGroup
  ) throws(TorchError) -> [BatchShare] {
    let own = parts.flatMap { counts($0, classes: classes) }
    let all = try group.sum(own)
    let width = classes + 1
    let joined = parts.indices.map { Array(all[($0 * width)..<(($0 + 1) * width)]) }
    let whole = (0..<width).map { column in joined.reduce(0) { $0 + $1[column] } }
    return joined.map { BatchShare(part: $0, whole: whole, group: group) }
  }

  /// The number of samples, then for each class that of those contoured for it.
  private static func counts(_ isContoured: [Bool], classes: Int) -> [Double] {
    var counts = [Double](repeating: 0, count: classes + 1)
    guard classes > 0 else { return counts }
    counts[0] = Double(isContoured.count / classes)
    for (index, isKnown) in isContoured.enumerated() where isKnown {
      counts[1 + index % classes] += 1
    }
    return counts
  }

  /// The sum of the processes' tensors; its gradient goes to this process's own.
  func joined(_ tensor: Tensor) throws(TorchError) -> Tensor {
    guard group.count > 1 else { return tensor }
    return try tensor + (group.sum(tensor) - tensor.detached())
  }

  /// A number that all processes have alike, such that their sum is it once; its gradient stays.
  func countedOnce(_ number: Tensor) throws(TorchError) -> Tensor {
    guard group.count > 1 else { return number }
    return try number + number.detached() * (1 / Double(group.count) - 1)
  }
}
