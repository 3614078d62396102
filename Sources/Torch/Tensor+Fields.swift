import CTorch

/// How the likeness of a CT and an MR is measured.
public enum ImageSimilarity: String, Codable, Hashable, Sendable, CaseIterable {
  /// The modality-independent neighborhood descriptor with self-similarity context: the mean square
  /// of what two descriptors differ by (Heinrich et al., MICCAI 2013).
  case mind
  /// 2 minus normalized mutual information (Studholme et al., 1999) of cubes of 16 voxels.
  case localMutualInformation = "local-mutual-information"

  fileprivate var code: ct_similarity {
    self == .mind ? CT_MIND : CT_LOCAL_MUTUAL_INFORMATION
  }
}

// Displacement fields `[N, 3, D, H, W]` along D, H and W: a voxel p of the fixed image corresponds
// to p + u(p) of the moving one. Displacements count voxels of a grid `scale` times as fine as the
// field's own. All with gradients.
extension Tensor {
  /// What this tensor has where the field points: `y(p) = x(p + u(p) / scale)`.
  ///
  /// Trilinear; beyond the border the nearest voxel counts (spatial transformer, Jaderberg et al.,
  /// NeurIPS 2015).
  /// - Parameters:
  ///   - field: Of the same size.
  ///   - scale: Along D, H and W.
  /// - Returns: The warped tensor, with gradients to the tensor and the field.
  /// - Throws: ``TorchError`` where sizes differ.
  public func warped(by field: Tensor, scale: [Int]) throws(TorchError) -> Tensor {
    let factors = try Self.factors(scale)
    return try Tensor(TensorHandle("a warp") { ct_warp(pointer, field.pointer, factors, $0) })
  }

  /// The displacement field of a stationary velocity field, by scaling and squaring.
  ///
  /// `u₀ = v / 2ⁿ`, then n times `u ← u + u∘(id + u)` (Arsigny et al., MICCAI 2006).
  /// - Parameters:
  ///   - steps: n, from 0 to 16.
  ///   - scale: Along D, H and W.
  /// - Returns: The displacements, with gradients to the velocity.
  /// - Throws: ``TorchError`` where this is not a field.
  public func integrated(steps: Int, scale: [Int]) throws(TorchError) -> Tensor {
    let factors = try Self.factors(scale)
    return try Tensor(
      TensorHandle("an integration") { ct_integrate(pointer, factors, Int32(steps), $0) }
    )
  }

  /// The mean square of the differences between a field's neighbors, in its own voxels.
  public func roughness(scale: [Int]) throws(TorchError) -> Tensor {
    try field(CT_ROUGHNESS, scale)
  }

  /// The mean of what the Jacobian determinant of `p + u(p)` lies below zero by.
  public func folding(scale: [Int]) throws(TorchError) -> Tensor { try field(CT_FOLDING, scale) }

  /// The share of voxels at which `p + u(p)` folds.
  public func foldedShare(scale: [Int]) throws(TorchError) -> Double {
    Double(try field(CT_FOLDED, scale).values()[0])
  }

  /// How unlike another image `[N, 1, D, H, W]` is, one number.
  /// - Parameters:
  ///   - moved: The other image.
  ///   - kind: The measure.
  ///   - weights: The weight of each sample; where all are zero the answer is 0.
  /// - Returns: The weighted mean over the samples, with gradients to both images.
  /// - Throws: ``TorchError`` where sizes differ.
  public func dissimilarity(
    to moved: Tensor,
    _ kind: ImageSimilarity,
    weights: [Float]
  ) throws(TorchError) -> Tensor {
    try Tensor(
      TensorHandle("a likeness") {
        ct_dissimilarity(kind.code, pointer, moved.pointer, weights, weights.count, $0)
      }
    )
  }

  private func field(
    _ property: ct_field_property,
    _ scale: [Int]
  ) throws(TorchError) -> Tensor {
    let factors = try Self.factors(scale)
    return try Tensor(TensorHandle("a field") { ct_field(property, pointer, factors, $0) })
  }
}
