public import Volumes

/// When a voxel belongs to the structure that contours surround.
public enum RasterRule: String, CaseIterable, Sendable, Hashable, Codable {
  /// Its center lies inside.
  case centers
  /// At least half of its area in the slice lies inside.
  case area
}

/// Something about contours that whoever uses the mask must know; counts are contours.
public enum ContourFinding: Hashable, Sendable {
  /// One or two points enclose nothing; left out.
  case tooFewPoints(count: Int)
  /// A coordinate is not a number, or farther than a kilometer away; left out.
  case impossiblePoint(count: Int)
  /// The contour is not in the plane of the slices; left out.
  case notInSlicePlane(count: Int)
  /// The contour lies on no slice of the image; left out.
  case beyondSlices(count: Int)
  /// The contour leaves the image's pixels; what lies inside was kept.
  case beyondPixels(count: Int)
  /// The contour lies between slices and was moved to the nearest, by at most `distance` mm.
  case betweenSlices(count: Int, distance: Double)
  /// Several contour planes lie nearest to one slice; the nearest was taken, these were left out.
  case finerThanSlices(count: Int)
  /// Slices between the contours' planes took the nearest plane's contours; the number of slices.
  case filledSlices(count: Int)
}

extension ContourFinding: CustomStringConvertible {
  /// One sentence: what, and what was done.
  public var description: String {
    func contours(_ count: Int) -> String { "\(count) contour\(count == 1 ? "" : "s")" }
    switch self {
    case .tooFewPoints(let count):
      return "\(contours(count)) of fewer than three points left out: they enclose nothing."
    case .impossiblePoint(let count):
      return "\(contours(count)) left out: a coordinate is not a number within a kilometer."
    case .notInSlicePlane(let count):
      return "\(contours(count)) left out: not in the plane of the slices."
    case .beyondSlices(let count):
      return "\(contours(count)) left out: beyond the first or last slice."
    case .beyondPixels(let count):
      return "\(contours(count)) cut off at the image's border."
    case .betweenSlices(let count, let distance):
      let millimeters = (distance * 100).rounded() / 100
      return "\(contours(count)) between slices moved to the nearest, by up to \(millimeters) mm."
    case .finerThanSlices(let count):
      return "\(contours(count)) left out: another plane is nearer to the slice."
    case .filledSlices(let count):
      return "\(count) slices between contours took those of the nearest plane."
    }
  }
}

/// A mask made from contours, and what was met on the way.
public struct ContourMask: Sendable {
  /// The voxels inside.
  public let mask: CroppedMask
  /// What whoever uses the mask must know.
  public let findings: [ContourFinding]
}

/// The voxels that contours surround: on each slice, those inside an odd number of contours.
///
/// So holes are read whether they are contours of their own or slits. The planes of the grid are
/// those at right angles to the axis that the contours' normals follow most closely; a contour
/// between two planes goes to the nearer. A plane without contours takes the nearer of its
/// neighbors', where the contours are farther apart than the slices throughout.
/// - Parameters:
///   - contours: One structure's contours, in any order.
///   - grid: Where the voxels lie.
///   - rule: When a voxel belongs to the structure.
/// - Returns: The mask; empty where no contour can be used.
/// - Complexity: O(points × rows), in memory no more than the grid's box around the contours.
public func mask(
  of contours: [PlanarContour],
  on grid: VoxelGrid,
  rule: RasterRule = .centers
) -> ContourMask {
  let axis = sliceAxis(of: contours, on: grid)
  let result = rasterize(contours, on: SliceStack(grid, axis: axis), rule: rule)
  guard let box = result.box else {
    return ContourMask(mask: CroppedMask(emptyOn: grid), findings: result.findings)
  }
  // The stack's x, y and slice are the grid's axes in this order.
  let order = axis == 0 ? [1, 2, 0] : axis == 1 ? [0, 2, 1] : [0, 1, 2]
  let ranges = [box.i, box.j, box.k]
  func range(_ axis: Int) -> Range<Int> { ranges[order.firstIndex(of: axis) ?? 0] }
  let target = VoxelBox(i: range(0), j: range(1), k: range(2))
  let strides = [1, target.size.x, target.size.x * target.size.y]
  var voxels = [UInt8](repeating: 0, count: box.count)
  var place = 0
  for slice in 0..<box.k.count {
    for y in 0..<box.j.count {
      let row = slice * strides[order[2]] + y * strides[order[1]]
      for x in 0..<box.i.count {
        voxels[row + x * strides[order[0]]] = result.voxels[place]
        place += 1
      }
    }
  }
  return ContourMask(
    mask: CroppedMask(grid: grid, box: target, voxels: voxels),
    findings: result.findings
  )
}

/// The axis of the grid that the contours' planes are most nearly at right angles to.
private func sliceAxis(of contours: [PlanarContour], on grid: VoxelGrid) -> Int {
  var weights = [0.0, 0, 1e-9]
  for contour in contours {
    guard let normal = contour.normal else { continue }
    for axis in 0..<3 {
      weights[axis] += contour.area * dot(grid.direction[column: axis], normal).magnitude
    }
  }
  return weights.indices.max { weights[$0] < weights[$1] } ?? 2
}
