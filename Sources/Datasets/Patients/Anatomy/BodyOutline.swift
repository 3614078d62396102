/// Skin and fat of head, neck and shoulders.
///
/// Girths follow textbook proportions of an adult; the face's slant those of planning CTs.
struct BodyOutline {
  let skin: Solid
  /// What lies below the fat under the skin: muscles stay in it.
  let inside: Solid
  let pieces: [Piece]

  /// Neck and shoulders, from below.
  private static let trunk: [Loft.Section] = [
    .init(-265, y: 54, width: 222, front: 122, back: 90),
    .init(-235, y: 54, width: 214, front: 104, back: 90),
    .init(-205, y: 52, width: 192, front: 84, back: 88),
    .init(-185, y: 50, width: 158, front: 72, back: 84),
    .init(-170, y: 46, width: 118, front: 69, back: 80),
    .init(-155, y: 40, width: 84, front: 67, back: 76),
    .init(-140, y: 34, width: 69, front: 69, back: 71),
    .init(-120, y: 28, width: 63, front: 70, back: 66),
    .init(-100, y: 25, width: 61, front: 67, back: 63),
    .init(-80, y: 22, width: 62, front: 66, back: 63),
    .init(-55, y: 20, width: 69, front: 60, back: 65),
    .init(-25, y: 22, width: 72, front: 60, back: 66),
    .init(5, y: 20, width: 68, front: 50, back: 68),
  ]
  /// The face, from the chin up.
  private static let face: [Loft.Section] = [
    .init(-97, y: -52, width: 16, front: 28, back: 40),
    .init(-92, y: -48, width: 34, front: 48, back: 45),
    .init(-80, y: -35, width: 55, front: 66, back: 45),
    .init(-62, y: -22, width: 70, front: 77, back: 45),
    .init(-40, y: -16, width: 76, front: 84, back: 50),
    .init(-15, y: -12, width: 78, front: 86, back: 60),
    .init(10, y: -8, width: 77, front: 84, back: 70),
    .init(35, y: -2, width: 76, front: 84, back: 80),
    .init(60, y: 0, width: 73, front: 82, back: 80),
    .init(85, y: 2, width: 62, front: 68, back: 70),
  ]

  init(traits: PatientTraits, weightLoss: Float) {
    let girth = traits.girth
    let fat = traits.neckFat
    let trunk = Self.trunk.map { row -> Loft.Section in
      var row = row
      let soft = (fat - 5.5) * (row.z < -150 ? 0.6 : 1) - weightLoss
      row.halfWidth = row.halfWidth * (0.75 + 0.25 * girth) + soft
      row.front += row.z < -60 ? soft * 0.7 : 0
      row.back += soft
      return row
    }
    let face = Self.face.map { row -> Loft.Section in
      var row = row
      row.halfWidth += ((fat - 5.5) * 0.5 - weightLoss * 0.7) * (row.z < 20 ? 1 : 0)
      return row
    }
    let nose = Solid.union(
      [
        .curve([[0, -84, 40, 8], [0, -96, 16, 8], [0, -105, 2, 9], [0, -107, -8, 10]]),
        .ellipsoid(center: [9, -100, -10], radii: [8, 10, 8]),
        .ellipsoid(center: [-9, -100, -10], radii: [8, 10, 8]),
      ],
      blend: 8
    )
    let lips = Solid.ellipsoid(center: [0, -95, -47], radii: [25, 11, 14])
    let skull =
      (traits.growth("brain", deviation: 0.1) - 1) * 75
      + (Skull.thickness(traits) - 8) * 0.8
    let scalp = HeadFrame.solid(
      .ellipsoid(center: [0, -6.5, 42], radii: SIMD3(79.5, 97.5, 86.5) + skull)
    )
    let head = Solid.union(
      [
        scalp, .loft(Loft(face, squareness: 0.25)), .loft(Loft(trunk, squareness: 0.3)), nose, lips,
      ],
      blend: 14
    )
    skin = .union([head] + [1, -1].map { Self.ear(side: $0) }, blend: 3)
    let eyeHollows = Solid.union(
      [1, -1].map { side in
        HeadFrame.solid(.ellipsoid(center: spot(31, -100, 0, side), radii: [15, 8.5, 9]))
      }
    )
    let outer = Solid.cut(skin, by: eyeHollows, blend: 6)
    inside = .grown(outer, by: -(2 + 0.55 * fat) - 0.3 * weightLoss)
    pieces = [Piece(.skin, outer), Piece(.fat, .grown(outer, by: -2.2))]
  }

  private static func ear(side: Float) -> Solid {
    let frame = HeadFrame.turned(at: HeadFrame.point(77 * side, 6, -8), x: -30, z: -16 * side)
    let shell = Solid.ellipsoid(center: [0, 0, 0], radii: [5, 17, 30])
    let hollow = Solid.ellipsoid(center: spot(4, -2, 1, side), radii: [4, 10, 19])
    return .placed(frame, .cut(shell, by: hollow, blend: 2))
  }
}
