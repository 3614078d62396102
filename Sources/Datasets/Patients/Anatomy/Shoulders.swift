/// Clavicles, shoulder blades, upper arms and breastbone, where the field of view shows them.
struct Shoulders {
  let pieces: [Piece]

  /// Lines on the left with half thicknesses; textbook proportions.
  private static let bones: [[SIMD4<Float>]] = [
    [
      [14, -16, -188, 7], [45, -24, -182, 5.5], [90, -14, -174, 5.5], [140, 18, -172, 6],
      [158, 34, -173, 5],
    ],
    [[164, 50, -200, 20], [172, 46, -212, 17], [184, 44, -232, 12], [190, 44, -275, 12]],
    [[150, 62, -178, 6], [118, 92, -186, 5], [88, 110, -196, 4]],
    [[146, 62, -202, 8], [130, 82, -215, 3], [106, 104, -245, 3], [96, 110, -275, 3]],
    [[92, 112, -200, 3], [96, 116, -235, 3], [104, 116, -275, 3]],
  ]

  init() {
    var pieces: [Piece] = []
    for side: Float in [1, -1] {
      for knots in Self.bones {
        let bone = Solid.curve(knots, side: side)
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
