import Foundation
import Torch

/// The weight of each voxel of a window, in half precision: nnU-Net's importance map.
///
/// A Gaussian of σ = size / 8 around `size / 2` (SciPy's `gaussian_filter` of one voxel, cut at
/// 4 σ), scaled to a maximum of 10; zeros become the smallest weight above zero, so that no covered
/// voxel is divided by nothing.
/// - Parameter size: the window `[D, H, W]`.
/// - Returns: halves in C order.
package func gaussianWeights(size: [Int]) -> [UInt16] {
  let profiles = size.map(gaussianProfile)
  let largest = profiles.reduce(1) { $0 * ($1.max() ?? 1) }
  var values: [Float] = []
  values.reserveCapacity(size.reduce(1, *))
  for d in profiles[0] {
    for h in profiles[1] {
      for w in profiles[2] {
        values.append(Float(d * h * w / (largest / 10)))
      }
    }
  }
  var halves = LogitKernels.halves(values)
  // Positive halves are ordered like their bits.
  let smallest = halves.lazy.filter { $0 != 0 }.min() ?? 1
  for index in halves.indices where halves[index] == 0 { halves[index] = smallest }
  return halves
}

/// SciPy's response to one voxel at `size / 2` along one axis.
private func gaussianProfile(size: Int) -> [Double] {
  let sigma = Double(size) / 8
  let radius = Int(4 * sigma + 0.5)
  let kernel = (-radius...radius).map { exp(-0.5 / (sigma * sigma) * Double($0 * $0)) }
  let total = kernel.reduce(0, +)
  return (0..<size).map { index in
    let offset = index - size / 2
    return abs(offset) <= radius ? kernel[offset + radius] / total : 0
  }
}
