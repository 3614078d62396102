import Foundation
import Randomness

/// Rotation, scaling and elastic deformation: where in a case each voxel of a patch is looked up.
///
/// Unlike nnU-Net, which cuts a larger patch and then a smaller one out of its deformed image, the
/// case is looked up directly, so that a turned patch has no empty corners.
/// - SeeAlso: batchgeneratorsv2, `SpatialTransform`.
struct SpatialVariation {
  struct Draw: Codable, Hashable, Sendable {
    /// The rotation about each axis of the array, in radians.
    var angles: [Double]
    /// The factor of distances along each axis; above 1 structures become smaller.
    var scales: [Double]
    /// The deformation before both; `nil` for none.
    var elastic: ElasticField.Draw?
  }
  var plan: AugmentationPlan
}

extension SpatialVariation: Augmentation {
  func draw(channels: Int, using generator: inout SeededGenerator) -> Draw? {
    let isRotated = plan.rotation.happens(using: &generator)
    let isScaled = plan.scaling.happens(using: &generator)
    let isDeformed = plan.elastic.happens(using: &generator)
    let angles = (0..<3).map { _ in plan.rotation.even(using: &generator) }
    let scale = plan.scaling.even(using: &generator)
    let elastic = ElasticField.Draw(
      magnitude: plan.elastic.even(using: &generator),
      isInPlane: plan.isInPlane,
      seed: generator.next()
    )
    guard isRotated || isScaled || isDeformed else { return nil }
    let turned = plan.isInPlane ? [angles[0], 0, 0] : angles
    return Draw(
      angles: isRotated ? turned : [0, 0, 0],
      scales: isScaled ? [plan.isInPlane ? 1 : scale, scale, scale] : [1, 1, 1],
      elastic: isDeformed ? elastic : nil
    )
  }

  /// A spatial draw decides how a patch is cut (``CaseArrays/patch(at:size:varied:)``); what was cut
  /// already is looked up as if nothing were around it.
  static func apply(_ draw: Draw, to patch: inout Patch) {
    let original = patch
    patch =
      original.withArrays { $0.patch(at: [0, 0, 0], size: original.size, varied: draw) } ?? original
  }
}

extension SpatialVariation.Draw {
  /// The matrix from distances in the patch to distances in the case, both along the array's axes:
  /// scaling, then rotation about the first axis, the second, the third.
  var matrix: [[Double]] {
    let (c0, s0) = (cos(angles[0]), sin(angles[0]))
    let (c1, s1) = (cos(angles[1]), sin(angles[1]))
    let (c2, s2) = (cos(angles[2]), sin(angles[2]))
    let first = [[1, 0, 0], [0, c0, -s0], [0, s0, c0]]
    let second = [[c1, 0, s1], [0, 1, 0], [-s1, 0, c1]]
    let third = [[c2, -s2, 0], [s2, c2, 0], [0, 0, 1]]
    func product(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
      a.map { row in
        (0..<3).map { column in
          row[0] * b[0][column] + row[1] * b[1][column] + row[2] * b[2][column]
        }
      }
    }
    let rotation = product(third, product(second, first))
    return rotation.map { row in (0..<3).map { row[$0] * scales[$0] } }
  }
}

extension Patch {
  /// Calls `body` with the patch as if it were a whole case.
  func withArrays<Result>(_ body: (CaseArrays) -> Result) -> Result? {
    image.withUnsafeBufferPointer { image in
      labels.withUnsafeBufferPointer { labels in
        guard let image = image.baseAddress, let labels = labels.baseAddress else { return nil }
        return body(
          CaseArrays(channelCount: channelCount, size: size, image: image, labels: labels)
        )
      }
    }
  }
}
