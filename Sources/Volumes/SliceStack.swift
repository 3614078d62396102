/// Parallel image planes in the patient, as a DICOM series has them: one grid of pixels on each,
/// any distance between them.
///
/// The center of pixel `(x, y)` of slice `s` is `origins[s] + row · x · pixelSpacing.x +
/// column · y · pixelSpacing.y`. Slices are in order of their position along the normal, ascending
/// or descending. A ``VoxelGrid`` is the case of even spacing along the normal.
public struct SliceStack: Hashable, Sendable {
  /// The number of pixels along a row and along a column; each at least one.
  public let size: SIMD2<Int>
  /// The distance between pixels along a row and along a column, in mm.
  public let pixelSpacing: SIMD2<Double>
  /// The unit vector along a row, towards larger `x`.
  public let row: SIMD3<Double>
  /// The unit vector along a column, towards larger `y`.
  public let column: SIMD3<Double>
  /// The centers of the slices' first pixels, LPS, mm; at least one.
  public let origins: [SIMD3<Double>]

  /// A stack, checked.
  /// - Throws: ``SliceStackError`` where numbers are impossible, or slices are not in order.
  public init(
    size: SIMD2<Int>,
    pixelSpacing: SIMD2<Double>,
    row: SIMD3<Double>,
    column: SIMD3<Double>,
    origins: [SIMD3<Double>]
  ) throws(SliceStackError) {
    let tolerance = VoxelGrid.directionTolerance
    guard (0..<2).allSatisfy({ size[$0] >= 1 && size[$0] <= 65535 }), !origins.isEmpty else {
      throw .impossibleSize(size, slices: origins.count)
    }
    guard (0..<2).allSatisfy({ pixelSpacing[$0] > 0 && pixelSpacing[$0].isFinite }) else {
      throw .impossibleSpacing(pixelSpacing)
    }
    guard (length(row) - 1).magnitude <= tolerance, (length(column) - 1).magnitude <= tolerance,
      dot(row, column).magnitude <= tolerance
    else { throw .notOrthonormal }
    let normal = cross(row, column)
    let positions = origins.map { dot($0, normal) }
    let steps = zip(positions.dropFirst(), positions).map { $0 - $1 }
    guard positions.allSatisfy({ $0.isFinite && $0.magnitude < 1e6 }),
      steps.allSatisfy({ $0 > 1e-3 }) || steps.allSatisfy({ $0 < -1e-3 })
    else { throw .notInOrder }
    self.size = size
    self.pixelSpacing = pixelSpacing
    self.row = row
    self.column = column
    self.origins = origins
  }

  /// The planes of a grid at right angles to one of its axes: 0, 1 or 2 for i, j and k.
  ///
  /// Rows and columns are the grid's two other axes in their order, so that with axis 2 pixel
  /// `(x, y)` of slice `s` is voxel `(x, y, s)`.
  public init(_ grid: VoxelGrid, axis: Int = 2) {
    let (first, second) = (axis == 0 ? 1 : 0, axis == 2 ? 1 : 2)
    size = [grid.size[first], grid.size[second]]
    pixelSpacing = [grid.spacing[first], grid.spacing[second]]
    row = grid.direction[column: first]
    column = grid.direction[column: second]
    let step = grid.direction[column: axis] * grid.spacing[axis]
    let origin = grid.origin
    origins = (0..<grid.size[axis]).map { origin + step * Double($0) }
  }

  /// The direction at right angles to the slices: `row × column`.
  public var normal: SIMD3<Double> {
    let normal = cross(row, column)
    return normal / Volumes.length(normal)
  }

  /// Where slice `index` lies along the normal, in mm.
  public func position(of index: Int) -> Double { dot(origins[index], normal) }

  /// The place of a pixel's coordinates on a slice; whole numbers lie at pixel centers.
  public func point(_ x: Double, _ y: Double, slice: Int) -> Point<PatientSpace> {
    Point(origins[slice] + row * (x * pixelSpacing.x) + column * (y * pixelSpacing.y))
  }

  /// The pixel coordinates of a place, seen along the normal of slice `slice`.
  public func pixel(_ point: Point<PatientSpace>, slice: Int) -> SIMD2<Double> {
    let offset = point.coordinates - origins[slice]
    return [dot(offset, row) / pixelSpacing.x, dot(offset, column) / pixelSpacing.y]
  }

  /// The distances between slices that follow each other, in mm; all positive.
  public var gaps: [Double] {
    let positions = origins.indices.map { position(of: $0) }
    return zip(positions.dropFirst(), positions).map { ($0 - $1).magnitude }
  }

  /// The middle one of the distances between slices, in mm; 1 where there is one slice only.
  public var typicalGap: Double {
    let sorted = gaps.sorted()
    return sorted.isEmpty ? 1 : sorted[sorted.count / 2]
  }
}

/// Why numbers do not describe a stack of slices.
public enum SliceStackError: Error, Hashable {
  /// A size is out of range, or there is no slice.
  case impossibleSize(SIMD2<Int>, slices: Int)
  /// A pixel spacing is zero, negative or not finite; mm.
  case impossibleSpacing(SIMD2<Double>)
  /// Row and column are not unit vectors at right angles.
  case notOrthonormal
  /// Slices are not in order of their position along the normal, or share one.
  case notInOrder
}

extension SliceStackError: CustomStringConvertible {
  /// One sentence: what, and what was expected.
  public var description: String {
    switch self {
    case .impossibleSize(let size, let slices):
      "Slices: \(size.x)×\(size.y) pixels on \(slices) slices; at least one of each is expected."
    case .impossibleSpacing(let spacing):
      "Slices: pixels of \(spacing.x)×\(spacing.y) mm; each must be positive and finite."
    case .notOrthonormal:
      "Slices: row and column are not unit vectors at right angles."
    case .notInOrder:
      "Slices: two lie at one position, or they are not in order along their normal."
    }
  }
}
