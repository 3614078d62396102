import Foundation

/// The length of the gradient of a box of intensities smoothed with a Gaussian.
///
/// For each axis a pass with the Gaussian's derivative along it and with the Gaussian along the two
/// others; the root of the sum of their squares. Beyond the border the box is reflected with its
/// outermost voxel repeated (SciPy's `reflect`), and the taps reach four sigmas. With sigmas in voxels
/// and steps of 1, equal to SciPy's `gaussian_gradient_magnitude(sigma)`.
/// - Parameters:
///   - voxels: The intensities, `i` fastest.
///   - size: The number of voxels along i, j and k.
///   - sigma: The Gaussian's standard deviation along i, j and k, in voxels; positive.
///   - step: The distance between voxel centers along i, j and k in the unit that the gradient is
///     wanted per: the spacing for a gradient per mm, 1 for one per voxel.
/// - Returns: One length a voxel, in the same order.
/// - Precondition: One intensity for each voxel of the box; sigmas and steps are positive.
/// - Complexity: O(voxels · sigma).
public func gaussianGradientMagnitude(
  of voxels: [Double],
  size: SIMD3<Int>,
  sigma: SIMD3<Double>,
  step: SIMD3<Double> = [1, 1, 1]
) -> [Double] {
  precondition(voxels.count == size.x * size.y * size.z, "one intensity for each voxel of the box")
  precondition(
    (0..<3).allSatisfy { sigma[$0] > 0 && step[$0] > 0 },
    "a Gaussian has a width and voxels have a distance"
  )
  var squares = [Double](repeating: 0, count: voxels.count)
  for derived in 0..<3 {
    var slope = voxels
    for axis in 0..<3 {
      let taps = gaussianTaps(sigma: sigma[axis], isDerived: axis == derived)
      slope = correlated(slope, size: size, axis: axis, taps: taps)
    }
    for index in squares.indices {
      let perUnit = slope[index] / step[derived]
      squares[index] += perUnit * perUnit
    }
  }
  return squares.map { $0.squareRoot() }
}

/// A sampled Gaussian with the sum 1, or its derivative, for a correlation.
private func gaussianTaps(sigma: Double, isDerived: Bool) -> [Double] {
  let reach = Int(4 * sigma + 0.5)
  let places = (-reach...reach).map { Double($0) }
  let bell = places.map { exp(-0.5 * ($0 / sigma) * ($0 / sigma)) }
  let sum = bell.reduce(0, +)
  return zip(places, bell).map { place, value in
    isDerived ? value / sum * place / (sigma * sigma) : value / sum
  }
}

/// Each line along an axis, correlated with an odd number of taps.
private func correlated(
  _ voxels: [Double],
  size: SIMD3<Int>,
  axis: Int,
  taps: [Double]
) -> [Double] {
  let count = size[axis]
  guard count > 0 else { return voxels }
  // An axis seen as [outer, count, inner]; inner voxels are neighbors in memory.
  let inner = axis == 0 ? 1 : axis == 1 ? size.x : size.x * size.y
  let outer = voxels.count / (count * inner)
  let reach = taps.count / 2
  let sources = (0..<count).map { place in
    (-reach...reach).map { reflected(place + $0, count) }
  }
  return [Double](unsafeUninitializedCapacity: voxels.count) { result, initialized in
    voxels.withUnsafeBufferPointer { voxels in
      for block in 0..<outer {
        let base = block * count * inner
        for (place, neighbors) in sources.enumerated() {
          let target = base + place * inner
          for w in 0..<inner {
            var sum = 0.0
            for (tap, neighbor) in zip(taps, neighbors) {
              sum += tap * voxels[base + neighbor * inner + w]
            }
            result.initializeElement(at: target + w, to: sum)
          }
        }
      }
    }
    initialized = voxels.count
  }
}

/// The place inside `0..<count` that a place outside is the mirror image of, the border repeated.
private func reflected(_ place: Int, _ count: Int) -> Int {
  let period = 2 * count
  let inside = ((place % period) + period) % period
  return inside < count ? inside : period - 1 - inside
}
