internal import Foundation
internal import Randomness
internal import Volumes

/// How much one scan tells of the other under a linear map, from places drawn once in the fixed body.
///
/// Normalized mutual information, `(H(f) + H(m)) / H(f, m)`: 1 for scans that tell nothing of each
/// other, 2 for equal ones; unlike plain mutual information it does not grow with the overlap alone.
/// - SeeAlso: Studholme, Hill and Hawkes, *Pattern Recognition* 32 (1999).
struct MutualInformation: Sendable {
  /// The measure and how many of the drawn places the moving scan shows.
  struct Value: Sendable {
    /// Normalized mutual information, 1 to 2.
    var normalized: Double
    /// Mutual information in nats.
    var plain: Double
    /// The share of the drawn places that the moving scan shows, 0 to 1.
    var overlap: Double
  }

  static let bins = 24
  private let points: [SIMD3<Double>]
  private let fixedBins: [Int]
  private let moving: Volume<Float>
  private let scale: Float
  private let lowest: Float

  /// Draws places in the fixed scan's coarse body.
  init(fixed: PreparedScan, moving: PreparedScan, samples: Int, seed: Int) {
    let grid = fixed.coarse.grid
    let patient = grid.patientFromVoxel
    var generator = SeededGenerator(seed: UInt64(bitPattern: Int64(seed)), stream: "samples")
    let body = fixed.coarseBody.voxels
    let inside = body.indices.filter { body[$0] }
    let scale = Float(Self.bins - 1) / (fixed.range.upperBound - fixed.range.lowerBound)
    var points: [SIMD3<Double>] = []
    var fixedBins: [Int] = []
    fixed.coarse.withUnsafeVoxels { voxels in
      let sampler = VolumeSampler(voxels, grid: grid)
      guard !inside.isEmpty else { return }
      for _ in 0..<samples {
        let index = inside[generator.index(below: inside.count)]
        let voxel = SIMD3(
          Double(index % grid.size.x),
          Double(index / grid.size.x % grid.size.y),
          Double(index / (grid.size.x * grid.size.y))
        )
        // Between the centers: places on the lattice would favor maps that keep it.
        let jitter = SIMD3(
          generator.uniform(-0.5...0.5),
          generator.uniform(-0.5...0.5),
          generator.uniform(-0.5...0.5)
        )
        let place = (voxel + jitter).clamped(
          lowerBound: [0, 0, 0],
          upperBound: SIMD3<Double>(grid.size &- 1)
        )
        points.append(patient(Point(place)).coordinates)
        fixedBins.append(Int((sampler.linear(place) - fixed.range.lowerBound) * scale + 0.5))
      }
    }
    self.points = points
    self.fixedBins = fixedBins
    self.moving = moving.coarse
    self.scale = Float(Self.bins - 1) / (moving.range.upperBound - moving.range.lowerBound)
    lowest = moving.range.lowerBound
  }

  /// The middle of the drawn places, in mm.
  var center: SIMD3<Double> {
    points.isEmpty ? [0, 0, 0] : points.reduce([0, 0, 0], +) / Double(points.count)
  }

  /// The measure under a map from the fixed to the moving scan.
  func callAsFunction(_ transform: LinearTransform) -> Value {
    let bins = Self.bins
    let fromPatient = moving.grid.voxelFromPatient
    let matrix = fromPatient.linear * transform.matrix
    let offset = fromPatient.linear * transform.offset + fromPatient.offset
    let last = SIMD3<Double>(moving.grid.size &- 1)
    return withUnsafeTemporaryAllocation(of: Float.self, capacity: bins * (bins + 1)) { joint in
      joint.initialize(repeating: 0)
      var count = 0
      moving.withUnsafeVoxels { voxels in
        let sampler = VolumeSampler(voxels, grid: moving.grid)
        points.withUnsafeBufferPointer { points in
          fixedBins.withUnsafeBufferPointer { fixedBins in
            for sample in points.indices {
              let index = matrix * points[sample] + offset
              guard index.x >= 0, index.y >= 0, index.z >= 0, index.x <= last.x,
                index.y <= last.y, index.z <= last.z
              else { continue }
              // Shared between two neighboring bins, so that the measure is smooth in the map.
              let value = (sampler.linear(index) - lowest) * scale
              let bin = min(max(Int(value), 0), bins - 1)
              let share = value - Float(bin)
              joint[fixedBins[sample] * (bins + 1) + bin] += 1 - share
              joint[fixedBins[sample] * (bins + 1) + bin + 1] += share
              count += 1
            }
          }
        }
      }
      return value(UnsafeBufferPointer(joint), count: count)
    }
  }

  private func value(_ joint: UnsafeBufferPointer<Float>, count: Int) -> Value {
    let width = Self.bins + 1
    guard count > 0 else { return Value(normalized: 1, plain: 0, overlap: 0) }
    let total = Double(count)
    var fixedSums = [Double](repeating: 0, count: Self.bins)
    var movingSums = [Double](repeating: 0, count: width)
    var both = 0.0
    for f in 0..<Self.bins {
      for m in 0..<width {
        let share = Double(joint[f * width + m]) / total
        guard share > 0 else { continue }
        fixedSums[f] += share
        movingSums[m] += share
        both -= share * log(share)
      }
    }
    func entropy(_ shares: [Double]) -> Double {
      shares.reduce(0) { $0 - ($1 > 0 ? $1 * log($1) : 0) }
    }
    let apart = entropy(fixedSums) + entropy(movingSums)
    return Value(
      normalized: both > 1e-9 ? apart / both : 1,
      plain: max(0, apart - both),
      overlap: total / Double(max(points.count, 1))
    )
  }
}
