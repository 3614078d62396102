import Randomness
import Volumes

// Sizes and places follow textbook proportions of an adult, in mm; intensities are usual CT values
// in HU. x to the left, y to the back, z to the head.

extension PhantomAnatomy {
  private typealias Section = PhantomShape.Section
  private typealias Knot = PhantomShape.Knot

  /// Skin, fat and muscle of shoulders, neck and head.
  static func outline(_ chance: inout SeededGenerator) -> [PhantomShape] {
    let girth = chance.uniform(0.92...1.1)
    let fat = chance.uniform(5...12)
    let rows: [(z: Double, y: Double, rx: Double, ry: Double)] = [
      (-160, 10, 205, 100), (-100, 10, 192, 94), (-75, 9, 150, 84), (-52, 8, 92, 74),
      (-30, 8, 70, 68), (0, 6, 71, 68), (40, 2, 76, 80), (75, 0, 76, 93),
    ]
    func body(_ inset: Double) -> PhantomShape.Solid {
      .stack(
        rows.map { row in
          let factor = row.z < 20 ? girth : 1
          return Section(
            z: row.z,
            center: [0, row.y],
            radii: [row.rx * factor - inset, row.ry * factor - inset]
          )
        }
      )
    }
    func head(_ inset: Double) -> PhantomShape.Solid {
      .ellipsoid(center: [0, 0, 92], radii: SIMD3(77, 95, 106) - inset)
    }
    func face(_ inset: Double) -> PhantomShape.Solid {
      .ellipsoid(center: [0, -42, 30], radii: SIMD3(64, 66, 70) - inset)
    }
    let (fatIntensity, muscle) = (-98.0, chance.uniform(48...62))
    return [body(0), head(0), face(0)].map { .init($0, intensity: fatIntensity) }
      + [body(fat), head(4), face(min(fat, 8))].map { .init($0, intensity: muscle) }
  }

  /// Bone, brain, airway, vessels: what belongs to no structure but makes them findable.
  static func headAndNeck(_ chance: inout SeededGenerator) -> [PhantomShape] {
    var shapes: [PhantomShape] = [
      .init(.ellipsoid(center: [0, 0, 103], radii: [70, 88, 88]), intensity: 950),
      .init(.ellipsoid(center: [0, 0, 104], radii: [63, 81, 80]), intensity: 34),
      .init(.ellipsoid(center: [8, -5, 112], radii: [5, 24, 9]), intensity: 8),
      .init(.ellipsoid(center: [-8, -5, 112], radii: [5, 24, 9]), intensity: 8),
      // Upper jaw and teeth.
      .init(.ellipsoid(center: [0, -60, 34], radii: [34, 30, 22]), intensity: 420),
      .init(.ellipsoid(center: [0, -54, 12], radii: [26, 30, 20]), intensity: 58),
      .init(.tube(arch(y: -84, z: 10, width: 27, radius: 4.5)), intensity: 1500),
    ]
    for side in [1.0, -1.0] {
      shapes += [
        .init(.ellipsoid(center: [20 * side, -62, 40], radii: [10, 16, 11]), intensity: -990),
        .init(.ellipsoid(center: [32 * side, -70, 64], radii: [18, 24, 17]), intensity: -85),
        .init(.ellipsoid(center: [47 * side, -34, 20], radii: [9, 16, 24]), intensity: 62),
        .init(
          .ellipsoid(center: [66 * side, 18, 52], radii: [12, 16, 14]),
          intensity: -300
        ),
        // Sternocleidomastoid, carotid, jugular, thyroid lobe, clavicle.
        .init(
          .tube([
            Knot(position: [54 * side, 24, 22], radius: 9),
            Knot(position: [44 * side, -4, -40], radius: 9),
            Knot(position: [22 * side, -30, -92], radius: 8),
          ]),
          intensity: 66
        ),
        .init(
          .tube([
            Knot(position: [26 * side, 0, 30], radius: 3.5),
            Knot(position: [25 * side, -6, -30], radius: 4.5),
            Knot(position: [20 * side, 0, -160], radius: 4.5),
          ]),
          intensity: 170
        ),
        .init(
          .tube([
            Knot(position: [33 * side, 6, 30], radius: 5),
            Knot(position: [32 * side, -2, -160], radius: 6),
          ]),
          intensity: 140
        ),
        .init(.ellipsoid(center: [17 * side, -20, -68], radii: [8, 9, 19]), intensity: 115),
        .init(
          .tube([
            Knot(position: [18 * side, -34, -92], radius: 7),
            Knot(position: [80 * side, -22, -84], radius: 6),
            Knot(position: [150 * side, 10, -80], radius: 7),
          ]),
          intensity: 520
        ),
      ]
    }
    return shapes + spine() + airway(chance.uniform(0.85...1.2))
  }

  private static func airway(_ width: Double) -> [PhantomShape] {
    let path: [(SIMD3<Double>, Double)] = [
      ([0, -88, 48], 6), ([0, -40, 46], 9), ([0, -10, 30], 8), ([0, -12, -12], 8),
      ([0, -24, -42], 7), ([0, -20, -70], 8), ([0, -10, -160], 9),
    ]
    func tube(_ extra: Double, from first: Int) -> PhantomShape.Solid {
      .tube(path[first...].map { Knot(position: $0.0, radius: $0.1 * width + extra) })
    }
    return [
      .init(tube(3, from: 3), intensity: 110), .init(tube(0, from: 0), intensity: -990),
    ]
  }

  /// The middle of the spinal canal from the skull to the chest.
  static let canal: [SIMD3<Double>] = [
    [0, 36, 22], [0, 36, 0], [0, 35, -40], [0, 40, -80], [0, 56, -160],
  ]

  private static func spine() -> [PhantomShape] {
    func tube(y: Double, radius: Double) -> PhantomShape.Solid {
      .tube(canal.map { Knot(position: $0 + SIMD3(0, y, 0), radius: radius) })
    }
    var shapes: [PhantomShape] = [
      .init(tube(y: 1, radius: 16), intensity: 420),
      .init(tube(y: -19, radius: 12), intensity: 380),
      .init(tube(y: -19, radius: 9), intensity: 220),
    ]
    for level in 0..<10 {
      let z = 12 - 17 * Double(level)
      let y = 36 + max(0, -40 - z) * 0.17
      shapes.append(
        .init(.ellipsoid(center: [0, y - 19, z], radii: [13, 13, 2.5]), intensity: 85)
      )
      shapes.append(
        .init(.ellipsoid(center: [0, y + 24, z - 8], radii: [4, 14, 5]), intensity: 400)
      )
    }
    return shapes + [.init(tube(y: 0, radius: 11), intensity: 10)]
  }

  /// A dental arch around the front of the mouth.
  private static func arch(y: Double, z: Double, width: Double, radius: Double) -> [Knot] {
    [(1.0, 36.0), (0.95, 20.0), (0.65, 6.0), (0.0, 0.0), (-0.65, 6.0), (-0.95, 20.0), (-1, 36)]
      .map { Knot(position: [width * $0.0, y + $0.1, z], radius: radius) }
  }
}
