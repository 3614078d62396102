internal import ImageProcessing
internal import Synchronization
public import Volumes

extension SpatialTransform {
  /// How near a numeric inverse comes, in mm.
  public static let inverseTolerance = 0.01

  /// Where the fixed scan shows what the moving scan shows at a point; both in mm.
  ///
  /// Exact for linear maps; found by fixed-point iteration to ``inverseTolerance`` for others.
  /// - Returns: `nil` where the matrix is singular or the iteration does not come near, as in folds.
  public func fixedPoint(of movingPoint: SIMD3<Double>) -> SIMD3<Double>? {
    guard let back = linearPart.inverted() else { return nil }
    if linear != nil { return back(movingPoint) }
    return iterated(movingPoint, back: back)
  }

  private func iterated(_ target: SIMD3<Double>, back: LinearTransform) -> SIMD3<Double>? {
    var point = back(target)
    for _ in 0..<100 {
      // What is left over, taken back through the linear part: a step of Newton's method that
      // neglects the deformation's own slope.
      let rest = self.movingPoint(of: point) - target
      if length(rest) <= Self.inverseTolerance { return point }
      point -= back.matrix * rest
    }
    return nil
  }

  /// The map from the moving to the fixed scan.
  ///
  /// Linear maps are inverted exactly. Others become a displacement field on `grid`, a grid over the
  /// moving scan; each of its points is found to ``inverseTolerance``.
  /// - Throws: ``TransformError`` where the map has no inverse: a singular matrix, or folds in more
  ///   than one voxel of a thousand (fewer are filled with the linear part's inverse).
  public func inverted(
    on grid: VoxelGrid,
    threads: Int = 1
  ) throws(TransformError) -> SpatialTransform {
    guard let back = linearPart.inverted() else { throw .singular }
    if linear != nil { return SpatialTransform(back) }
    let size = grid.size
    let patient = grid.patientFromVoxel
    let failures = Atomic<Int>(0)
    var vectors = Volume<SIMD3<Float>>(repeating: [0, 0, 0], grid: grid)
    vectors.withUnsafeMutableVoxels { vectors in
      guard let base = vectors.baseAddress else { return }
      let target = SharedPointer(base)
      concurrently(size.y * size.z, threads: threads) { tickets in
        while let ticket = tickets.next() {
          var failed = 0
          for i in 0..<size.x {
            let index = Point<VoxelSpace>(
              Double(i),
              Double(ticket % size.y),
              Double(ticket / size.y)
            )
            let point = patient(index).coordinates
            let found = iterated(point, back: back)
            if found == nil { failed += 1 }
            target.pointer[ticket * size.x + i] = SIMD3<Float>((found ?? back(point)) - point)
          }
          failures.wrappingAdd(failed, ordering: .relaxed)
        }
      }
    }
    let share = Double(failures.load(ordering: .relaxed)) / Double(grid.count)
    guard share <= 0.001 else { throw .folded(share: share) }
    return .field(DisplacementField(vectors))
  }
}

/// Why a map of space cannot be used.
public enum TransformError: Error, Hashable {
  /// The matrix flattens space.
  case singular
  /// The map folds; the share of voxels whose place back is not found.
  case folded(share: Double)
}

extension TransformError: CustomStringConvertible {
  /// One sentence: what, and what was expected.
  public var description: String {
    switch self {
    case .singular:
      "The transform has no inverse: its matrix is singular."
    case .folded(let share):
      """
      The transform has no inverse: no place is found back for \(percent(share)) of the voxels, \
      where at most 0.1 % may fold.
      """
    }
  }
}

/// A share as percent with one digit.
func percent(_ share: Double) -> String {
  guard share.isFinite else { return "\(share)" }
  return "\((share * 1000).rounded() / 10) %"
}
