import Randomness
import Volumes

/// How a patient lies in the scanners: the maps between CT, MR and anatomy, and the scanners' own
/// properties.
///
/// Each map is in steps that are known and one to one. From CT to MR a point first follows the soft
/// tissues' deformation backward, then moves with the whole head.
struct PatientPoses: Sendable {
  /// From the CT's patient coordinates to the anatomy's frame.
  let anatomyFromCT: Warp
  /// From the MR's patient coordinates to the CT's.
  let ctFromMR: Warp
  /// The rigid part of CT → MR: how the skull moved.
  let mrFromCTRigid: AffineTransform<PatientSpace, PatientSpace>
  let ctNoise: Float
  let mrNoise: Float
  let shading: Double
  let couch: [Piece]
  private let mrShift: SIMD3<Double>
  private let mrTilt: Matrix3

  var anatomyFromMR: Warp { Warp(steps: ctFromMR.steps + anatomyFromCT.steps) }

  init(seed: UInt64, traits: PatientTraits) {
    var chance = SeededGenerator(seed: seed, stream: "poses")
    func normal(_ deviation: Double) -> Double { deviation * PatientTraits.normal(&chance) }
    let degree = Double.pi / 180
    // The CT: pose, flexion of the neck about its middle, asymmetry, size.
    let pose = rotation(x: normal(1.5) * degree, y: normal(2) * degree, z: normal(2) * degree)
    let middle = SIMD3<Double>(0, 10, -40)
    let offset = middle - pose * middle + SIMD3(normal(3), normal(3), normal(5))
    var steps: [Warp.Step] = [
      .linear(pose, offset: offset),
      .bend(
        pivot: [0, 14, -60],
        change: rotationChange(x: normal(4) * degree, y: normal(2) * degree, z: normal(2) * degree),
        top: -15,
        bottom: -175
      ),
    ]
    for _ in 0..<12 {
      let center = SIMD3<Float>(
        Float(chance.uniform(-80...80)),
        Float(chance.uniform(-90...90)),
        Float(chance.uniform(-180...120))
      )
      let shift = SIMD3<Float>(Float(normal(1.4)), Float(normal(1.4)), Float(normal(1.4)))
      steps.append(.push(center: center, radius: Float(chance.uniform(45...90)), shift: shift))
    }
    steps.append(.linear(.diagonal(1 / traits.scale), offset: [0, 0, 0]))
    let anatomyFromCT = Warp(steps: steps)
    self.anatomyFromCT = anatomyFromCT
    let deformation = Self.deformation(&chance, anatomyFromCT)
    let angles = SIMD3(normal(3.5), normal(2.5), normal(3)) * degree
    let turn = rotation(x: angles.x, y: angles.y, z: angles.z)
    let shift = SIMD3(normal(7), normal(7), normal(8))
    mrShift = SIMD3(chance.uniform(-8...8), chance.uniform(-8...8), chance.uniform(-10...6))
    let rigid = AffineTransform<PatientSpace, PatientSpace>(
      linear: turn,
      offset: middle - turn * middle + shift
    )
    mrFromCTRigid = rigid
    let back = turn.transposed
    ctFromMR = Warp(steps: [.linear(back, offset: -(back * rigid.offset))] + deformation)
    ctNoise = Float(chance.uniform(6...12))
    mrNoise = Float(chance.uniform(9...20))
    shading = chance.uniform(0.12...0.32)
    mrTilt = rotation(x: normal(2) * degree, y: 0, z: 0)
    couch = Self.couch(chance.uniform(-4...4))
  }

  /// What moves between the scans while the skull does not: jaw, neck and shoulders, soft tissue.
  private static func deformation(
    _ chance: inout SeededGenerator,
    _ anatomyFromCT: Warp
  ) -> [Warp.Step] {
    let degree = Double.pi / 180
    func normal(_ deviation: Double) -> Double { deviation * PatientTraits.normal(&chance) }
    func place(_ x: Double, _ y: Double, _ z: Double) -> SIMD3<Float> {
      SIMD3<Float>(anatomyFromCT.inverse([x, y, z]))
    }
    var steps: [Warp.Step] = [
      .bend(
        pivot: place(0, 14, -60),
        change: rotationChange(
          x: normal(2.5) * degree,
          y: normal(1.5) * degree,
          z: normal(1.5) * degree
        ),
        top: place(0, 14, -25).z,
        bottom: place(0, 50, -170).z
      ),
      // The jaw opens or closes about its joints.
      .turn(
        center: place(0, -68, -62),
        radii: [75, 58, 52],
        pivot: place(0, -14, -4),
        change: rotationChange(x: normal(2.2) * degree, y: 0, z: 0)
      ),
      // Swallowing: larynx and tongue base up or down.
      .push(
        center: place(0, -22, -108),
        radius: 48,
        shift: [Float(normal(0.7)), Float(normal(1)), Float(normal(2.5))]
      ),
    ]
    for _ in 0..<6 {
      let center = place(
        chance.uniform(-65...65),
        chance.uniform(-60...60),
        chance.uniform(-170 ... -45)
      )
      let shift = SIMD3<Float>(Float(normal(1.3)), Float(normal(1.3)), Float(normal(1.3)))
      steps.append(.push(center: center, radius: Float(chance.uniform(38...65)), shift: shift))
    }
    return steps
  }

  /// The couch's top with a headrest, in patient coordinates.
  private static func couch(_ height: Double) -> [Piece] {
    let y = Float(152 + height)
    let top = Solid.box(center: [0, y + 24, 0], half: [210, 24, 900], rounding: 20)
    let rest = Solid.cut(
      .box(center: [0, y - 38, 10], half: [105, 36, 110], rounding: 8),
      by: .ellipsoid(center: [0, 5, 20], radii: [102, 112, 260]),
      blend: 4
    )
    return [
      Piece(.couchShell, top), Piece(.couchFoam, .grown(top, by: -3)), Piece(.couchFoam, rest),
    ]
  }

  /// The MR's grid: a smaller field of view, slightly oblique, about the middle of face and neck.
  func mrGrid(_ size: DrawnPatient.Size) throws(GridError) -> VoxelGrid {
    let face = mrFromCTRigid(Point(anatomyFromCT.inverse([0, 0, -52])))
    return try grid(size.mr, around: face.coordinates + mrShift)
  }

  /// A grid about the middle of the neck for the second look, as tumor follow-up is scanned.
  func neckGrid(_ size: DrawnPatient.Size, isLater: Bool) throws(GridError) -> VoxelGrid {
    let neck = anatomyFromCT.inverse([0, 0, -72])
    let place = isLater ? mrFromCTRigid(Point(neck)).coordinates : neck
    return try grid(size.neck, around: place + (isLater ? mrShift : -mrShift) / 2)
  }

  private func grid(
    _ form: (size: SIMD3<Int>, spacing: SIMD3<Double>),
    around middle: SIMD3<Double>
  ) throws(GridError) -> VoxelGrid {
    let half = form.spacing * SIMD3<Double>(form.size &- 1) / 2
    return try VoxelGrid(
      size: form.size,
      spacing: form.spacing,
      origin: middle - mrTilt * half,
      direction: mrTilt
    )
  }
}
