public import Volumes

/// A plane that parts the patient's left from the right.
public struct MidPlane: Hashable, Sendable {
  /// The unit vector that stands on the plane and points to the patient's left, in LPS.
  public var normal: SIMD3<Double>
  /// How far along the normal the plane lies from the frame's origin, in mm.
  public var offset: Double

  /// A plane from its normal, made a unit vector, and its offset.
  /// - Precondition: The normal is not zero.
  public init(normal: SIMD3<Double>, offset: Double) {
    precondition(length(normal) > 0, "a plane's normal is not zero")
    self.normal = normal / length(normal)
    self.offset = offset
  }

  /// How far a point lies from the plane in mm; positive on the patient's left.
  public func distance(of point: Point<PatientSpace>) -> Double {
    dot(normal, point.coordinates) - offset
  }

  /// The plane about which the patient looks most like the mirror image, as turned and tilted as the
  /// head lies.
  ///
  /// On a copy of about 4 mm the patient's body is compared with its mirror image: the mean
  /// difference of intensities is made small over the plane's place and its turns about the long and
  /// the front-to-back axis, from several starts. Where nothing tells sides apart, the plane runs
  /// straight through the body's middle.
  /// - Parameters:
  ///   - volume: A CT in Hounsfield units or an MR scan.
  ///   - contrast: Which of them.
  ///   - region: Where along the patient the plane matters, as a box of the volume's voxels: shoulders
  ///     may lie otherwise than the head. `nil` is everywhere.
  ///   - threads: How many threads work.
  /// - Returns: The plane, in the patient's coordinates.
  public static func ofSymmetry(
    in volume: Volume<Float>,
    contrast: BodyContrast,
    near region: VoxelBox? = nil,
    threads: Int = 1
  ) -> MidPlane {
    let search = SymmetrySearch(volume, contrast: contrast, region: region, threads: threads)
    return search.best()
  }
}

extension VoxelGrid {
  /// The middle of the grid, in patient coordinates.
  var center: SIMD3<Double> {
    patientFromVoxel(Point(SIMD3<Double>(size &- 1) / 2)).coordinates
  }
}
