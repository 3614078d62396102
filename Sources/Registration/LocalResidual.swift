internal import Foundation
internal import ImageProcessing
internal import Volumes

/// How far blocks of the body would rather lie from where a registration puts them.
///
/// Which intensities go together is learned from the whole overlap; then each block of 4 cm tries
/// offsets of up to 12 mm and takes the one under which its own intensities fit that best. After a
/// good registration few blocks want to move; after a wrong one the blocks' wishes are scattered.
struct LocalResidual {
  /// The median of the blocks' distances, in mm.
  let median: Double
  /// The share of blocks with more than 6 mm.
  let stray: Double

  private static let bins = 24
  private static let unseen: UInt8 = 255
  /// The offsets' reach and the blocks' side, in coarse voxels of about 4 mm.
  private static let reach = 3
  private static let side = 10
  /// What an offset must win over none, in nats a voxel: less is noise.
  private static let leastGain = 0.02

  /// Measures a registration.
  /// - Returns: `nil` where fewer than eight blocks show structure.
  init?(
    fixed: PreparedScan,
    moving: PreparedScan,
    transform: SpatialTransform,
    threads: Int
  ) {
    let grid = fixed.coarse.grid
    let unseen = Self.unseen
    let resampled = transform.resampled(
      moving.coarse,
      onto: grid,
      outside: -.infinity,
      threads: threads
    )
    func bin(_ value: Float, _ range: ClosedRange<Float>) -> UInt8 {
      let share = (value - range.lowerBound) / (range.upperBound - range.lowerBound)
      return UInt8(min(max(share, 0), 1) * Float(Self.bins - 1) + 0.5)
    }
    let movingBins = resampled.voxels.map { $0.isFinite ? bin($0, moving.range) : unseen }
    let body = fixed.coarseBody.voxels
    let fixedBins = fixed.coarse.voxels.indices.map { index in
      body[index] ? bin(fixed.coarse.voxels[index], fixed.range) : unseen
    }
    let table = Self.table(fixedBins, movingBins)
    let blocks = Self.blocks(of: grid.size)
    var distances = [Double](repeating: -1, count: blocks.count)
    distances.withUnsafeMutableBufferPointer { distances in
      guard let base = distances.baseAddress else { return }
      let target = SharedPointer(base)
      concurrently(blocks.count, threads: threads) { tickets in
        while let ticket = tickets.next() {
          target.pointer[ticket] =
            Self.distance(blocks[ticket], fixedBins, movingBins, table, grid) ?? -1
        }
      }
    }
    let known = distances.filter { $0 >= 0 }.sorted()
    guard known.count >= 8 else { return nil }
    median = known[known.count / 2]
    stray = Double(known.count { $0 > 6 }) / Double(known.count)
  }

  /// How much likelier two intensities meet than by chance, as a logarithm.
  private static func table(_ fixed: [UInt8], _ moving: [UInt8]) -> [Float] {
    var joint = [Double](repeating: 0.1, count: bins * bins)
    for index in fixed.indices where fixed[index] != unseen && moving[index] != unseen {
      joint[Int(fixed[index]) * bins + Int(moving[index])] += 1
    }
    let total = joint.reduce(0, +)
    let rows = (0..<bins).map { f in (0..<bins).reduce(0) { $0 + joint[f * bins + $1] } }
    let columns = (0..<bins).map { m in (0..<bins).reduce(0) { $0 + joint[$1 * bins + m] } }
    return joint.indices.map { index in
      Float(log(joint[index] * total / (rows[index / bins] * columns[index % bins])))
    }
  }

  /// The corners of blocks that overlap by half.
  private static func blocks(of size: SIMD3<Int>) -> [SIMD3<Int>] {
    func starts(_ count: Int) -> [Int] {
      count <= side ? [0] : Array(stride(from: 0, through: count - side, by: side / 2))
    }
    return starts(size.z).flatMap { k in
      starts(size.y).flatMap { j in starts(size.x).map { SIMD3($0, j, k) } }
    }
  }

  /// The length of the offset that a block prefers, in mm; `nil` where it shows too little.
  private static func distance(
    _ corner: SIMD3<Int>,
    _ fixed: [UInt8],
    _ moving: [UInt8],
    _ table: [Float],
    _ grid: VoxelGrid
  ) -> Double? {
    let size = grid.size
    let end = SIMD3(
      min(corner.x + side, size.x),
      min(corner.y + side, size.y),
      min(corner.z + side, size.z)
    )
    var counts = [Int](repeating: 0, count: bins)
    var places: [SIMD3<Int>] = []
    for k in corner.z..<end.z {
      for j in corner.y..<end.y {
        for i in corner.x..<end.x {
          let index = i + size.x * (j + size.y * k)
          guard fixed[index] != unseen, moving[index] != unseen else { continue }
          places.append(SIMD3(i, j, k))
          counts[Int(fixed[index])] += 1
        }
      }
    }
    // Half a block must be seen by both, and no tissue may fill more than nine tenths of it.
    guard places.count * 2 >= side * side * side,
      let most = counts.max(), most * 10 < places.count * 9
    else { return nil }
    func fit(_ offset: SIMD3<Int>) -> Double? {
      var (sum, count): (Float, Int) = (0, 0)
      for place in places {
        let other = place &+ offset
        guard other.x >= 0, other.y >= 0, other.z >= 0, other.x < size.x, other.y < size.y,
          other.z < size.z
        else { continue }
        let m = moving[other.x + size.x * (other.y + size.y * other.z)]
        guard m != unseen else { continue }
        let f = fixed[place.x + size.x * (place.y + size.y * place.z)]
        sum += table[Int(f) * bins + Int(m)]
        count += 1
      }
      return count * 10 >= places.count * 8 ? Double(sum) / Double(count) : nil
    }
    guard let here = fit([0, 0, 0]) else { return nil }
    var best = (fit: here + leastGain, distance: 0.0)
    for z in -reach...reach {
      for y in -reach...reach {
        for x in -reach...reach {
          let offset = SIMD3(x, y, z)
          if let fit = fit(offset), fit > best.fit {
            best = (fit, length(SIMD3<Double>(offset) * grid.spacing))
          }
        }
      }
    }
    return best.distance
  }
}
