import CTorch

/// The label of each voxel of a batch, `[N, D, H, W]`, one byte a voxel.
///
/// Not a ``Tensor``, because no layer computes with it. Not Sendable: it stays on its thread.
public struct LabelBatch {
  fileprivate let tensor: Tensor
  fileprivate var pointer: OpaquePointer { tensor.pointer }

  /// Labels in C order.
  /// - Throws: ``TorchError`` where they do not fill the shape.
  public init(
    _ labels: [UInt8],
    shape: [Int],
    on device: ComputeDevice = .cpu
  ) throws(TorchError) {
    let sizes = shape.map(Int64.init)
    tensor = try Tensor(
      TensorHandle("labels of shape \(shape)") {
        ct_labels_from_bytes(
          labels,
          labels.count,
          sizes,
          Int32(sizes.count),
          device.code,
          $0
        )
      }
    )
  }
}

extension Tensor {
  /// The cross-entropy of each voxel, `[N, D, H, W]`, of logits `[N, C, D, H, W]`.
  ///
  /// `−log p(label)`. Where a class was not contoured in a sample, a voxel labeled 0 may belong to
  /// it, so its probability counts as the background's (the marginal loss of Shi et al., *Medical
  /// Image Analysis* 70 (2021), 101979).
  /// - Parameters:
  ///   - labels: `[N, D, H, W]`.
  ///   - isContoured: for each sample, for each class, whether it was contoured there; C order.
  /// - Returns: One number a voxel, with its gradient.
  /// - Throws: ``TorchError`` where the labels do not fit the logits.
  public func crossEntropy(labels: LabelBatch, isContoured: [Bool]) throws(TorchError) -> Tensor {
    let known = isContoured.map { UInt8($0 ? 1 : 0) }
    return try Tensor(
      TensorHandle("cross-entropy") {
        ct_cross_entropy(pointer, labels.pointer, known, known.count, $0)
      }
    )
  }

  /// Sums over the voxels of softmax probabilities of logits `[N, C, D, H, W]`: `[3, N, C]`.
  ///
  /// The first are the probabilities of each class at its own voxels, the second all, the third the
  /// number of its voxels: what Dice and its relatives are made of. Zero, and without a gradient,
  /// where a class was not contoured.
  /// - Parameters:
  ///   - labels: `[N, D, H, W]`.
  ///   - isContoured: for each sample, for each class, whether it was contoured there; C order.
  /// - Returns: Three sums for each sample and class, with their gradients.
  /// - Throws: ``TorchError`` where the labels do not fit the logits.
  public func overlapSums(labels: LabelBatch, isContoured: [Bool]) throws(TorchError) -> Tensor {
    let known = isContoured.map { UInt8($0 ? 1 : 0) }
    return try Tensor(
      TensorHandle("sums of overlaps") {
        ct_overlap_sums(pointer, labels.pointer, known, known.count, $0)
      }
    )
  }

  /// Voxel counts of the classes with the largest logit, against the labels, over a batch.
  ///
  /// A sample counts only for the classes that were contoured in it.
  /// - Returns: For each class the voxels where both agree, those predicted, those expected.
  public func overlapCounts(
    labels: LabelBatch,
    isContoured: [Bool]
  ) throws(TorchError) -> (both: [Int], predicted: [Int], expected: [Int]) {
    let known = isContoured.map { UInt8($0 ? 1 : 0) }
    let classes = shape.count > 1 ? shape[1] : 0
    var counts = [Int64](repeating: 0, count: 3 * classes)
    try check(
      ct_overlap_counts(pointer, labels.pointer, known, known.count, &counts, counts.count),
      "counting overlaps"
    )
    let all = counts.map { Int($0) }
    return (
      Array(all[..<classes]), Array(all[classes..<2 * classes]), Array(all[(2 * classes)...])
    )
  }
}
