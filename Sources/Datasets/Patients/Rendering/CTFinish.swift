import func Foundation.atan2
import func Foundation.exp
import ImageProcessing
import Randomness
import Volumes

/// What a CT adds to the tissues' HU: dark bands between dense bones, streaks from metal, noise.
struct CTFinish: Sendable {
  let seed: UInt64
  /// From patient coordinates to the anatomy's frame.
  let warp: Warp
  /// The fillings in patient coordinates, mm.
  let metal: [SIMD3<Double>]
  /// The noise's deviation in the neck, HU.
  let noise: Float

  /// Adds all of it and rounds to whole HU from −1024 to 3071.
  func apply(to volume: inout Volume<Float>, threads: Int) {
    let grid = volume.grid
    let plane = grid.size.x * grid.size.y
    let profiles = metal.indices.map { Self.profile(seed: seed, number: $0) }
    volume.withUnsafeMutableVoxels { voxels in
      guard let start = voxels.baseAddress else { return }
      let target = SharedPointer(start)
      concurrently(grid.size.z, threads: threads) { tickets in
        let grain = ScratchMemory<Float>(repeating: 0, count: plane)
        let scratch = ScratchMemory<Float>(repeating: 0, count: plane)
        while let k = tickets.next() {
          let slice = target.pointer + k * plane
          hardenBeam(slice, k, grid)
          addStreaks(slice, k, grid, profiles)
          addNoise(slice, k, grid, grain.pointer, scratch.pointer)
          for index in 0..<plane {
            slice[index] = min(max(slice[index], -1024), 3071).rounded()
          }
        }
      }
    }
  }

  /// Darkens the brain between the petrous bones by up to 14 HU (Hounsfield's bar).
  private func hardenBeam(_ slice: UnsafeMutablePointer<Float>, _ k: Int, _ grid: VoxelGrid) {
    let middle = warp.inverse([0, 2, 0])
    let patientFromVoxel = grid.patientFromVoxel
    let center = patientFromVoxel(
      Point(Double(grid.size.x) / 2, Double(grid.size.y) / 2, Double(k))
    )
    guard abs(center.coordinates.z - middle.z) < 30 else { return }
    for j in 0..<grid.size.y {
      for i in 0..<grid.size.x {
        let offset = patientFromVoxel(Point(Double(i), Double(j), Double(k))).coordinates - middle
        if abs(offset.x) > 45 || abs(offset.y) > 40 { continue }
        let (across, along) = (offset.x / 26, offset.y / 8)
        let height = (offset.z + 0.35 * offset.y) / 10
        let depth = exp(-across * across * across * across - along * along - height * height)
        slice[i + grid.size.x * j] -= Float(14 * depth)
      }
    }
  }

  /// The strength of a filling's streaks by direction, 720 to the turn.
  private static func profile(seed: UInt64, number: Int) -> [Float] {
    var chance = SeededGenerator(seed: seed, stream: "streaks \(number)")
    var fine = (0..<720).map { _ in Float(chance.nextNormal()) }
    for _ in 0..<14 {
      let old = fine
      for index in 0..<720 {
        fine[index] = (old[(index + 719) % 720] + 2 * old[index] + old[(index + 1) % 720]) / 4
      }
    }
    return fine
  }

  private func addStreaks(
    _ slice: UnsafeMutablePointer<Float>,
    _ k: Int,
    _ grid: VoxelGrid,
    _ profiles: [[Float]]
  ) {
    let patientFromVoxel = grid.patientFromVoxel
    let middle = patientFromVoxel(
      Point(Double(grid.size.x) / 2, Double(grid.size.y) / 2, Double(k))
    ).coordinates
    for (number, place) in metal.enumerated() {
      let height = (middle.z - place.z) / 3.2
      let strength = Float(exp(-height * height) * 900)
      guard strength > 4 else { continue }
      let profile = profiles[number]
      for j in 0..<grid.size.y {
        for i in 0..<grid.size.x {
          let index = i + grid.size.x * j
          // Streaks run through the patient; the air around shows them faintly.
          let share: Float = slice[index] > -700 ? 1 : 0.25
          let offset = patientFromVoxel(Point(Double(i), Double(j), Double(k))).coordinates - place
          let radius = (offset.x * offset.x + offset.y * offset.y).squareRoot()
          guard radius > 3.5, radius < 130 else { continue }
          let turn = atan2(offset.y, offset.x) / (2 * Double.pi) + 1
          let bin = Int(turn * 720) % 720
          let fade = Float(1 / (1 + radius / 9) - 0.06)
          slice[index] += share * strength * fade * profile[bin]
        }
      }
    }
  }

  /// Grain with neighboring voxels correlated; stronger and drawn out sideways at the shoulders.
  private func addNoise(
    _ slice: UnsafeMutablePointer<Float>,
    _ k: Int,
    _ grid: VoxelGrid,
    _ grain: UnsafeMutablePointer<Float>,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    let (width, height) = (grid.size.x, grid.size.y)
    SliceNoise(seed: seed, slice: k, name: "CT noise").fill(grain, count: width * height)
    blurPlane(grain, scratch, width: width, height: height)
    let patientFromVoxel = grid.patientFromVoxel
    let middle = patientFromVoxel(Point(Double(width) / 2, Double(height) / 2, Double(k)))
    let depth = warp(middle.coordinates).z
    let shoulders = Float(min(max((-145 - depth) / 40, 0), 1))
    // The blur's deviation is 0.375 of the white noise's; thin slices and small voxels are noisier.
    let strength = noise * (1 + 0.7 * shoulders) / 0.375
    for j in 0..<height {
      var drawn: Float = 0
      for i in 0..<width {
        let index = i + j * width
        drawn = 0.86 * drawn + 0.14 * grain[index]
        let mixed = grain[index] + shoulders * 4.5 * drawn
        let inAir: Float = slice[index] < -900 ? 0.5 : 1
        slice[index] += inAir * strength * mixed
      }
    }
  }
}
