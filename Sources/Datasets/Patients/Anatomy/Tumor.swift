import Randomness

/// A primary tumor or an involved lymph node.
struct Tumor: Sendable {
  /// Whether it is a node (GTVn) or the primary tumor (GTVp).
  let isNode: Bool
  let solid: Solid
  let pieces: [Piece]
  /// Its mean radius, mm.
  let radius: Float

  /// Where primary tumors grow: pharynx, tongue base, tonsils and larynx; x is mirrored by chance.
  private static let sites: [SIMD3<Float>] = [
    [14, -24, -52], [12, -28, -72], [6, -34, -70], [11, -8, -96], [8, -20, -114], [13, -6, -104],
    [8, -16, -16],
  ]
  /// Levels II to IV beside the jugular vein.
  private static let stations: [SIMD3<Float>] = [
    [42, 2, -66], [40, 8, -92], [40, 8, -120], [48, 20, -86], [34, 10, -146], [24, -44, -86],
  ]

  /// What becomes of a tumor in some weeks: its factor of volume, 0 where it vanishes.
  struct Change: Sendable {
    let isNode: Bool
    let factor: Float
  }

  private init(isNode: Bool, center: SIMD3<Float>, radii: SIMD3<Float>, shift: SIMD3<Float>) {
    self.isNode = isNode
    radius = (radii.x * radii.y * radii.z).squareRoot() / radii.max().squareRoot()
    let amplitude = (isNode ? 0.06 : 0.16) * radii.max()
    solid = .rough(
      .ellipsoid(center: center, radii: radii),
      amplitude: amplitude,
      wavelength: max(radii.max(), 6),
      shift: shift
    )
    var pieces = [Piece(isNode ? .lymphNode : .tumor, solid)]
    if radii.min() > 8 {
      pieces.append(
        Piece(
          .necrosis,
          .rough(
            .ellipsoid(center: center, radii: radii * 0.5),
            amplitude: 2,
            wavelength: 9,
            shift: shift
          )
        )
      )
    }
    self.pieces = pieces
  }

  /// A patient's tumors before treatment, or weeks into it.
  ///
  /// Weeks later each has changed by a factor of its own: most shrink, some vanish, a few grow.
  /// - Returns: The tumors, without those that vanished if it is later, and what becomes of each.
  static func drawn(seed: UInt64, isLater: Bool) -> (tumors: [Tumor], changes: [Change]) {
    var chance = SeededGenerator(seed: seed, stream: "tumors")
    var tumors: [Tumor] = []
    var changes: [Change] = []
    let roll = chance.nextUnit()
    let nodes = [0, 1, 1, 2, 2, 3, 4][chance.index(below: 7)]
    let hasPrimary = roll < 0.92 || nodes == 0
    let mainSide: Float = chance.nextUnit() < 0.5 ? 1 : -1
    var places = stations.indices.map { $0 }
    for index in 0..<(nodes + 1) {
      let isNode = index > 0
      let factor = Self.change(chance.nextUnit(), isNode: isNode, &chance)
      let side: Float = isNode && chance.nextUnit() < 0.25 ? -mainSide : mainSide
      let station = places.remove(at: chance.index(below: places.count))
      let base = isNode ? stations[station] : sites[chance.index(below: sites.count)]
      let jitter = SIMD3<Float>((0..<3).map { _ in Float(chance.uniform(-3...3)) })
      let mean = Float(isNode ? chance.uniform(5...13) : chance.uniform(8...17))
      let shape = SIMD3<Float>((0..<3).map { _ in Float(chance.uniform(0.8...1.22)) })
      let shift = SIMD3<Float>((0..<3).map { _ in Float(chance.uniform(0...60)) })
      if !isNode && !hasPrimary { continue }
      changes.append(Change(isNode: isNode, factor: factor))
      let growth = isLater ? Float(cubeRoot(Double(factor))) : 1
      if growth == 0 { continue }
      tumors.append(
        Tumor(
          isNode: isNode,
          center: base * SIMD3(side, 1, 1) + jitter,
          radii: max(mean * growth, 2.5) * shape,
          shift: shift
        )
      )
    }
    return (tumors, changes)
  }

  /// The factor of volume after some weeks of radiotherapy.
  private static func change(_ roll: Double, isNode: Bool, _ chance: inout SeededGenerator) -> Float
  {
    let vanishing = isNode ? 0.06 : 0.2
    if roll < vanishing { return 0 }
    return Float(roll < 0.93 ? chance.uniform(0.15...0.85) : chance.uniform(1...1.35))
  }
}
