public import Volumes

extension DrawnPatient {
  /// Where a point of the CT lies in the MR, both in patient coordinates: the truth that a
  /// registration with the CT as its fixed scan looks for.
  public func mrPoint(of point: Point<PatientSpace>) -> Point<PatientSpace> {
    Point(poses.ctFromMR.inverse(point.coordinates))
  }

  /// Where a point of the MR lies in the CT, both in patient coordinates.
  public func ctPoint(of point: Point<PatientSpace>) -> Point<PatientSpace> {
    Point(poses.ctFromMR(point.coordinates))
  }

  /// How the skull moved from CT to MR: the rigid part of ``mrPoint(of:)``.
  public var mrFromCTRigid: AffineTransform<PatientSpace, PatientSpace> { poses.mrFromCTRigid }
}
