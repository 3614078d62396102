/// Eight single-precision numbers that are computed at once.
typealias Lanes = SIMD8<Float>
/// Numbers of a block of places, eight at a time.
typealias LanePointer = UnsafeMutablePointer<Lanes>

/// A block of places: their coordinates in three arrays, `8 · groups` places in all.
struct Places {
  var x: LanePointer
  var y: LanePointer
  var z: LanePointer
  var groups: Int

  /// The smallest box around the places.
  var bounds: Bounds {
    var (lowX, lowY, lowZ) = (x[0], y[0], z[0])
    var (highX, highY, highZ) = (lowX, lowY, lowZ)
    for group in 1..<max(groups, 1) {
      lowX = pointwiseMin(lowX, x[group])
      lowY = pointwiseMin(lowY, y[group])
      lowZ = pointwiseMin(lowZ, z[group])
      highX = pointwiseMax(highX, x[group])
      highY = pointwiseMax(highY, y[group])
      highZ = pointwiseMax(highZ, z[group])
    }
    return Bounds(
      low: [lowX.min(), lowY.min(), lowZ.min()],
      high: [highX.max(), highY.max(), highZ.max()]
    )
  }
}

/// A box along the axes, mm.
struct Bounds: Sendable {
  var low: SIMD3<Float>
  var high: SIMD3<Float>

  /// A box that holds nothing.
  static let nothing = Bounds(
    low: SIMD3(repeating: .infinity),
    high: SIMD3(repeating: -.infinity)
  )
  /// A box that holds everything.
  static let everything = Bounds(low: SIMD3(repeating: -1e6), high: SIMD3(repeating: 1e6))

  /// Whether two boxes come closer than a margin.
  @inline(__always)
  func meets(_ other: Bounds, margin: Float) -> Bool {
    !any(low .> other.high + margin) && !any(high .< other.low - margin)
  }

  func grown(by margin: Float) -> Bounds { Bounds(low: low - margin, high: high + margin) }

  func union(_ other: Bounds) -> Bounds {
    Bounds(low: pointwiseMin(low, other.low), high: pointwiseMax(high, other.high))
  }

  func intersection(_ other: Bounds) -> Bounds {
    Bounds(low: pointwiseMax(low, other.low), high: pointwiseMin(high, other.high))
  }

  /// The eight corners.
  var corners: [SIMD3<Float>] {
    (0..<8).map { corner in
      [
        corner & 1 == 0 ? low.x : high.x, corner & 2 == 0 ? low.y : high.y,
        corner & 4 == 0 ? low.z : high.z,
      ]
    }
  }

  init(low: SIMD3<Float>, high: SIMD3<Float>) {
    self.low = low
    self.high = high
  }

  /// The smallest box around points.
  init(around points: [SIMD3<Float>]) {
    self = points.reduce(.nothing) { $0.union(Bounds(low: $1, high: $1)) }
  }
}

/// One worker's scratch arrays, taken and given back in the order of a stack.
final class LaneStack {
  /// The most groups that one array holds.
  static let groups = 64
  private static let depth = 96
  private let memory: LanePointer
  private var taken = 0

  init() {
    memory = .allocate(capacity: Self.groups * Self.depth)
    memory.initialize(repeating: Lanes(repeating: 0), count: Self.groups * Self.depth)
  }

  deinit { memory.deallocate() }

  /// Room for one number a place.
  func take() -> LanePointer {
    precondition(taken < Self.depth, "solids are nested less deeply")
    taken += 1
    return memory + (taken - 1) * Self.groups
  }

  /// Gives the last `count` arrays back.
  func drop(_ count: Int = 1) { taken -= count }

  /// Room for a block's coordinates.
  func takePlaces(groups: Int) -> Places { Places(x: take(), y: take(), z: take(), groups: groups) }
}

@inline(__always)
func lanes(_ value: Float) -> Lanes { Lanes(repeating: value) }
