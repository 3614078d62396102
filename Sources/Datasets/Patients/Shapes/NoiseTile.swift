import Randomness

/// Smooth noise from −1 to 1 that repeats every 32 cells: the same for everyone, shifted by whoever
/// uses it.
struct NoiseTile: Sendable {
  static let standard = NoiseTile()
  private static let side = 32
  private let values: [Float]

  private init() {
    var chance = SeededGenerator(seed: 0x5EED_0F_7155_0E5)
    values = (0..<(Self.side * Self.side * Self.side)).map { _ in Float(chance.uniform(-1...1)) }
  }

  /// The noise at a place counted in cells, interpolated.
  @inline(__always)
  private static func smooth(
    _ values: UnsafeBufferPointer<Float>,
    _ x: Float,
    _ y: Float,
    _ z: Float
  ) -> Float {
    let (fx, fy, fz) = (x.rounded(.down), y.rounded(.down), z.rounded(.down))
    let (u, v, w) = (fade(x - fx), fade(y - fy), fade(z - fz))
    let mask = side - 1
    let (i, j, k) = (Int(fx) & mask, Int(fy) & mask, Int(fz) & mask)
    let (i1, j1, k1) = ((i + 1) & mask, (j + 1) & mask, (k + 1) & mask)
    @inline(__always) func row(_ j: Int, _ k: Int) -> Float {
      let base = (k * side + j) * side
      return values[base + i] + (values[base + i1] - values[base + i]) * u
    }
    let near = row(j, k) + (row(j1, k) - row(j, k)) * v
    let far = row(j, k1) + (row(j1, k1) - row(j, k1)) * v
    return near + (far - near) * w
  }

  @inline(__always)
  private static func fade(_ t: Float) -> Float { t * t * (3 - 2 * t) }

  /// Adds noise to distances near the surface.
  func displace(
    _ distances: LanePointer,
    at p: Places,
    _ amplitude: Float,
    _ wavelength: Float,
    _ shift: SIMD3<Float>
  ) {
    let reach = amplitude + 6
    let scale = 2 / wavelength
    values.withUnsafeBufferPointer { values in
      for group in 0..<p.groups {
        let distance = distances[group]
        guard any(magnitude(distance) .< reach) else { continue }
        let x = (p.x[group] + shift.x) * scale
        let y = (p.y[group] + shift.y) * scale
        let z = (p.z[group] + shift.z) * scale
        for lane in 0..<8 {
          distances[group][lane] += amplitude * Self.smooth(values, x[lane], y[lane], z[lane])
        }
      }
    }
  }

  /// Adds noise of two wavelengths, `amplitude` times as strong at each place, to values.
  func texture(
    _ target: LanePointer,
    at p: Places,
    amplitude: LanePointer,
    shift: SIMD3<Float>
  ) {
    values.withUnsafeBufferPointer { values in
      for group in 0..<p.groups {
        let strength = amplitude[group]
        guard strength.max() > 0.01 else { continue }
        let x = p.x[group] + shift.x
        let y = p.y[group] + shift.y
        let z = p.z[group] + shift.z
        for lane in 0..<8 where strength[lane] > 0.01 {
          let fine = Self.smooth(values, x[lane] * 0.9, y[lane] * 0.9, z[lane] * 0.9)
          let coarse = Self.smooth(values, x[lane] * 0.31, y[lane] * 0.31, z[lane] * 0.31)
          target[group][lane] += strength[lane] * (fine + 1.2 * coarse)
        }
      }
    }
  }
}
