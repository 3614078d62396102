internal import Foundation
internal import Volumes

/// Measures a finished registration.
struct Judging {
  let fixed: PreparedScan
  let moving: PreparedScan
  let search: RigidSearch
  let threads: Int

  /// The numbers, and what they say.
  func verdict(
    of transform: SpatialTransform,
    linear: LinearTransform,
    found: RigidSearch.Result,
    kind: RegistrationKind
  ) -> RegistrationVerdict {
    let center = fixed.bodyCenter
    let before = search.value(.identity)
    let after = search.value(linear)
    let local = LocalResidual(fixed: fixed, moving: moving, transform: transform, threads: threads)
    let body = bent(transform, linear)
    let measures = RegistrationVerdict.Measures(
      similarityBefore: before.normalized,
      similarityAfter: after.normalized,
      informationBefore: before.plain,
      informationAfter: after.plain,
      overlap: after.overlap,
      translation: length(linear(center) - center),
      rotationInDegrees: linear.rotationAngle * 180 / .pi,
      deformation: body.mean,
      smallestJacobian: body.smallest,
      foldedShare: body.folded,
      disagreement: RigidSearch.distance(linear, found.candidates[0].transform, center),
      localResidual: local?.median,
      strayBlocks: local?.stray,
      turnedSimilarity: found.turned.score,
      turnedHow: found.turned.how
    )
    return RegistrationVerdict(measures, kind: kind)
  }

  /// What the deformation does within the body that the moving scan shows.
  private func bent(
    _ transform: SpatialTransform,
    _ linear: LinearTransform
  ) -> (mean: Double, smallest: Double, folded: Double) {
    guard transform.linear == nil else {
      let determinant = linear.matrix.determinant
      return (0, determinant, determinant > 0 ? 0 : 1)
    }
    let grid = fixed.coarse.grid
    let field = transform.displacementField(on: grid, threads: threads)
    let rigid = SpatialTransform(linear).displacementField(on: grid, threads: threads)
    var (sum, count) = (0.0, 0.0)
    for index in fixed.coarseBody.voxels.indices where fixed.coarseBody.voxels[index] {
      sum += length(SIMD3<Double>(field.vectors.voxels[index] - rigid.vectors.voxels[index]))
      count += 1
    }
    let jacobian = JacobianSummary(of: field, within: fixed.coarseBody)
    return (sum / max(count, 1), jacobian.smallest, jacobian.foldedShare)
  }
}
