/// Where the voxels of a volume lie in the patient: DICOM's LPS frame, in mm.
///
/// The center of voxel `(i, j, k)` is `origin + direction · (spacing * (i, j, k))`. `i` varies
/// fastest in memory. See `Documentation/Coordinates.md`.
public struct VoxelGrid: Hashable, Sendable {
  /// The number of voxels along i, j and k; each at least one.
  public let size: SIMD3<Int>
  /// The distance between voxel centers along i, j and k, in mm; each positive.
  public let spacing: SIMD3<Double>
  /// The center of voxel (0, 0, 0) in patient coordinates, in mm.
  public let origin: SIMD3<Double>
  /// Unit vectors along i, j and k in patient coordinates, as columns.
  public let direction: Matrix3

  /// A grid, checked.
  /// - Throws: ``GridError`` where a size or spacing is not positive, a number is not finite, the
  ///   directions are not orthonormal to within ``directionTolerance``, or the number of voxels
  ///   does not fit an `Int32` axis or an `Int` product.
  public init(
    size: SIMD3<Int>,
    spacing: SIMD3<Double> = [1, 1, 1],
    origin: SIMD3<Double> = [0, 0, 0],
    direction: Matrix3 = .identity
  ) throws(GridError) {
    guard (0..<3).allSatisfy({ size[$0] >= 1 && size[$0] <= Int(Int32.max) }),
      !size.x.multipliedReportingOverflow(by: size.y).overflow,
      !(size.x * size.y).multipliedReportingOverflow(by: size.z).overflow
    else { throw .impossibleSize(size) }
    guard (0..<3).allSatisfy({ spacing[$0] > 0 && spacing[$0].isFinite }) else {
      throw .impossibleSpacing(spacing)
    }
    guard (0..<3).allSatisfy({ origin[$0].isFinite }) else { throw .impossibleOrigin(origin) }
    guard direction.isFinite, direction.isOrthonormal(within: Self.directionTolerance) else {
      throw .notOrthonormal(direction)
    }
    self.size = size
    self.spacing = spacing
    self.origin = origin
    self.direction = direction
  }

  /// How far the products of direction columns may be from 0 and 1; headers store single floats.
  public static let directionTolerance = 1e-3

  /// The number of voxels.
  public var count: Int { size.x * size.y * size.z }

  /// The volume of one voxel in mm³.
  public var voxelVolume: Double { spacing.x * spacing.y * spacing.z }

  /// From voxel indices to patient coordinates in mm.
  public var patientFromVoxel: AffineTransform<VoxelSpace, PatientSpace> {
    AffineTransform(linear: direction * .diagonal(spacing), offset: origin)
  }

  /// From patient coordinates in mm to (fractional) voxel indices.
  public var voxelFromPatient: AffineTransform<PatientSpace, VoxelSpace> {
    // The inverse is computed, not transposed: directions are orthonormal only to a tolerance.
    let inverse = (direction * .diagonal(spacing)).inverted() ?? .identity
    return AffineTransform(linear: inverse, offset: -(inverse * origin))
  }

  /// Whether two grids place the same voxels within a tolerance.
  ///
  /// Sizes must be equal; the centers of the eight corner voxels may be apart by at most
  /// `tolerance` times the smallest spacing.
  public func matches(_ other: VoxelGrid, tolerance: Double = 1e-3) -> Bool {
    guard size == other.size else { return false }
    let bound = tolerance * min(spacing.min(), other.spacing.min())
    let last = SIMD3<Double>(size &- 1)
    return (0..<8).allSatisfy { corner in
      let index = Point<VoxelSpace>(
        corner & 1 == 0 ? 0 : last.x,
        corner & 2 == 0 ? 0 : last.y,
        corner & 4 == 0 ? 0 : last.z
      )
      let a = patientFromVoxel(index).coordinates
      let b = other.patientFromVoxel(index).coordinates
      return length(a - b) <= bound
    }
  }

  /// The anatomical direction each voxel axis points to, as letters: "LPS" for an axial scan read
  /// from right to left, front to back, feet to head.
  public var orientation: String {
    let names: [(negative: Character, positive: Character)] = [("R", "L"), ("A", "P"), ("I", "S")]
    return String(
      patientAxes.map { axis in
        axis.isPositive ? names[axis.patientAxis].positive : names[axis.patientAxis].negative
      }
    )
  }

  /// For each voxel axis, the patient axis it runs along most closely, each used once.
  ///
  /// Chosen greedily from the largest direction cosine, so that oblique grids get a permutation.
  public var patientAxes: [(patientAxis: Int, isPositive: Bool)] {
    var result = [(patientAxis: Int, isPositive: Bool)](repeating: (0, true), count: 3)
    var cosines: [(size: Double, voxelAxis: Int, patientAxis: Int)] = []
    for voxelAxis in 0..<3 {
      for patientAxis in 0..<3 {
        let cosine = direction[column: voxelAxis][patientAxis]
        cosines.append((cosine.magnitude, voxelAxis, patientAxis))
      }
    }
    cosines.sort { $0.size > $1.size }
    var usedVoxel: Set<Int> = []
    var usedPatient: Set<Int> = []
    for entry in cosines
    where !usedVoxel.contains(entry.voxelAxis) && !usedPatient.contains(entry.patientAxis) {
      usedVoxel.insert(entry.voxelAxis)
      usedPatient.insert(entry.patientAxis)
      let isPositive = direction[column: entry.voxelAxis][entry.patientAxis] >= 0
      result[entry.voxelAxis] = (entry.patientAxis, isPositive)
    }
    return result
  }
}

extension Matrix3 {
  fileprivate func isOrthonormal(within tolerance: Double) -> Bool {
    let product = transposed * self
    for row in 0..<3 {
      for column in 0..<3 {
        let expected: Double = row == column ? 1 : 0
        guard (product[column: column][row] - expected).magnitude <= tolerance else { return false }
      }
    }
    return true
  }
}
