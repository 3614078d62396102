import func Foundation.cos
import ImageProcessing
import Randomness
import Volumes

/// What an MR scan adds to the tissues' signals: coil shading, blur of the slice, Rician noise.
struct MRFinish: Sendable {
  let seed: UInt64
  /// The noise's deviation on the scale of ``Tissue``.
  let noise: Float
  /// How far the shading goes from 1.
  let shading: Double

  /// Adds all of it; signals stay at or above 0 and are whole numbers.
  func apply(to volume: inout Volume<Float>, threads: Int) {
    let grid = volume.grid
    let plane = grid.size.x * grid.size.y
    var chance = SeededGenerator(seed: seed, stream: "coil")
    let waves = (0..<5).map { _ in
      (
        direction: SIMD3(chance.uniform(-1...1), chance.uniform(-1...1), chance.uniform(-1...1))
          * 2.6,
        phase: chance.uniform(0...6.28), weight: chance.uniform(0.4...1)
      )
    }
    let shading = shading
    let falloff = chance.uniform(0.15...0.5)
    volume.withUnsafeMutableVoxels { voxels in
      guard let start = voxels.baseAddress else { return }
      let target = SharedPointer(start)
      concurrently(grid.size.z, threads: threads) { tickets in
        let real = ScratchMemory<Float>(repeating: 0, count: plane)
        let imaginary = ScratchMemory<Float>(repeating: 0, count: plane)
        while let k = tickets.next() {
          let slice = target.pointer + k * plane
          SliceNoise(seed: seed, slice: k, name: "MR real").fill(real.pointer, count: plane)
          SliceNoise(seed: seed, slice: k, name: "MR imaginary").fill(
            imaginary.pointer,
            count: plane
          )
          let height = Double(k) / Double(max(grid.size.z - 1, 1)) - 0.5
          // The neck coil's reach ends at the scan's lower end.
          let end = 1 - falloff * max(0, -height - 0.25) * 3
          for j in 0..<grid.size.y {
            for i in stride(from: 0, to: grid.size.x, by: 8) {
              // Shading varies over centimeters: one value for eight voxels is enough.
              let place = SIMD3(
                Double(i) / Double(grid.size.x) - 0.5,
                Double(j) / Double(grid.size.y) - 0.5,
                height
              )
              let wave = waves.reduce(0.0) {
                $0 + $1.weight * cos(dot($1.direction, place) * 2 + $1.phase)
              }
              let gain = Float((1 + shading * wave / 2) * end)
              for lane in i..<min(i + 8, grid.size.x) {
                let index = lane + grid.size.x * j
                let signal = slice[index] * gain + noise * real.pointer[index]
                let other = noise * imaginary.pointer[index]
                slice[index] = (signal * signal + other * other).squareRoot().rounded()
              }
            }
          }
        }
      }
    }
  }
}
