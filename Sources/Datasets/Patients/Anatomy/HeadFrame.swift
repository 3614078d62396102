/// The frames that the anatomy's tables use.
///
/// The anatomy's own frame is the mean pose of planning CTs: LPS, mm, the origin midway between the
/// cochleas, the head tilted back. The head's frame has the same origin, its y axis through the
/// middle of the eyes; it is the anatomy's turned by 20° about x.
enum HeadFrame {
  static let placement = Placement(origin: [0, 0, 0], turnedX: -20 * .pi / 180)

  /// A point of the head's frame in the anatomy's.
  static func point(_ x: Float, _ y: Float, _ z: Float) -> SIMD3<Float> {
    placement.outward([x, y, z])
  }

  /// A solid given in the head's frame.
  static func solid(_ solid: Solid) -> Solid { .placed(placement, solid) }

  /// A frame at a point, turned about x, y and z by degrees.
  static func turned(
    at origin: SIMD3<Float>,
    x: Float = 0,
    y: Float = 0,
    z: Float = 0
  ) -> Placement {
    let degree = Float.pi / 180
    return Placement(
      origin: origin,
      turnedX: x * degree,
      turnedY: y * degree,
      turnedZ: z * degree
    )
  }
}

/// A point given on the patient's left, on a side: 1 for the left, −1 for the right.
func spot(_ x: Float, _ y: Float, _ z: Float, _ side: Float) -> SIMD3<Float> {
  SIMD3(x * side, y, z)
}
