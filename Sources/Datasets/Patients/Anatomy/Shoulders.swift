/// Clavicles, shoulder blades, upper arms and breastbone, where the field of view shows them.
struct Shoulders {
  let pieces: [Piece]

  /// Lines on the left with half thicknesses; textbook proportions.
  private static let bones: [[SIMD4<Float>]] = [
    [
      [14, -13, -192, 7], [45, -13, -190, 5.5], [90, 0, -190, 5.5], [140, 22, -192, 6],
      [154, 38, -194, 5],
    ],
    [[156, 50, -206, 19], [166, 46, -217, 17], [182, 44, -234, 12], [190, 44, -275, 12]],
    [[146, 62, -193, 6], [118, 88, -197, 5], [88, 106, -203, 4]],
    [[146, 62, -202, 8], [130, 82, -215, 3], [106, 104, -245, 3], [96, 110, -275, 3]],
    [[92, 112, -200, 3], [96, 116, -235, 3], [104, 116, -275, 3]],
  ]

  /// - Parameter inside: What lies below the fat under the skin: no bone leaves it.
  init(inside: Solid) {
    var pieces: [Piece] = []
    for side: Float in [1, -1] {
      for knots in Self.bones {
        let bone = Solid.shared(.curve(knots, side: side), inside)
        pieces += [Piece(.cortex, bone), Piece(.marrow, .grown(bone, by: -2))]
      }
    }
    let sternum = Solid.stretched(
      center: [0, -24, -215],
      by: [3, 1, 1],
      .curve([[0, -12, -194, 6.5], [0, -20, -212, 6.5], [0, -36, -250, 6]])
    )
    self.pieces = pieces + [Piece(.cortex, sternum), Piece(.marrow, .grown(sternum, by: -1.6))]
  }
}
