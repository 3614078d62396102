internal import ImageProcessing
public import Volumes

/// How a scan is read between its voxels.
public enum ScanInterpolation: String, Hashable, Sendable, Codable, CaseIterable {
  /// Trilinear: never leaves the range of the voxels.
  case linear
  /// Keys's cubic convolution: sharper; clipped to the range of the scan's voxels.
  case cubic
}

/// How a label map is read between its voxels.
public enum LabelInterpolation: String, Hashable, Sendable, Codable, CaseIterable {
  /// The label of the nearest voxel.
  case nearest
  /// Each label's indicator is interpolated linearly and the largest wins; a tie goes to the nearest
  /// voxel's label where it takes part, else to the smallest. Smoother borders, no new labels.
  case probability
}

extension SpatialTransform {
  /// The moving scan on the fixed grid, in one interpolation through the whole transform.
  ///
  /// - Parameters:
  ///   - moving: The moving scan.
  ///   - grid: The fixed scan's grid, or any other in its space.
  ///   - interpolation: How the scan is read between its voxels.
  ///   - outside: The value of voxels that the moving scan does not show: more than half a voxel
  ///     beyond its outermost centers.
  ///   - threads: How many threads work; the result does not depend on it.
  /// - Returns: A volume on `grid`.
  public func resampled(
    _ moving: Volume<Float>,
    onto grid: VoxelGrid,
    interpolation: ScanInterpolation = .linear,
    outside: Float,
    threads: Int = 1
  ) -> Volume<Float> {
    var result = Volume<Float>(repeating: outside, grid: grid)
    result.withUnsafeMutableVoxels { target in
      moving.withUnsafeVoxels { voxels in
        guard let base = target.baseAddress, let values = voxels.baseAddress else { return }
        let output = SharedPointer(base)
        let source = SharedPointer(UnsafeMutablePointer(mutating: values))
        let count = voxels.count
        var (low, high) = (Float.infinity, -Float.infinity)
        if interpolation == .cubic {
          for voxel in voxels { (low, high) = (min(low, voxel), max(high, voxel)) }
        }
        let (lowest, highest) = (low, high)
        forEachRow(of: grid, threads: threads) { first, points in
          let sampler = VolumeSampler(
            UnsafeBufferPointer(start: source.pointer, count: count),
            grid: moving.grid
          )
          let row = output.pointer + first
          switch interpolation {
          case .linear:
            for i in points.indices {
              if let index = sampler.index(of: points[i]) { row[i] = sampler.linear(index) }
            }
          case .cubic:
            for i in points.indices {
              if let index = sampler.index(of: points[i]) {
                row[i] = min(max(sampler.cubic(index), lowest), highest)
              }
            }
          }
        }
      }
    }
    return result
  }

  /// The moving scan's label map on the fixed grid: what it does not show is background.
  /// - Parameters:
  ///   - moving: The moving scan's label map.
  ///   - grid: The fixed scan's grid.
  ///   - interpolation: How labels are read between voxels.
  ///   - threads: How many threads work; the result does not depend on it.
  /// - Returns: A label map on `grid`.
  public func resampled(
    _ moving: LabelMap,
    onto grid: VoxelGrid,
    interpolation: LabelInterpolation = .probability,
    threads: Int = 1
  ) -> LabelMap {
    var result = LabelMap(repeating: 0, grid: grid)
    result.withUnsafeMutableVoxels { target in
      moving.withUnsafeVoxels { voxels in
        guard let base = target.baseAddress, let labels = voxels.baseAddress else { return }
        let output = SharedPointer(base)
        let source = SharedPointer(UnsafeMutablePointer(mutating: labels))
        forEachRow(of: grid, threads: threads) { first, points in
          let sampler = VolumeSampler(UnsafeBufferPointer(start: nil, count: 0), grid: moving.grid)
          let row = output.pointer + first
          for i in points.indices {
            guard let index = sampler.index(of: points[i]) else { continue }
            let nearest = source.pointer[sampler.nearest(index)]
            row[i] =
              interpolation == .nearest
              ? nearest : likeliest(source.pointer, index, size: sampler.size, nearest: nearest)
          }
        }
      }
    }
    return result
  }

  /// Calls `body` for each row of a grid with its first voxel's place in memory and the places of its
  /// voxels in the moving scan.
  func forEachRow(
    of grid: VoxelGrid,
    threads: Int,
    _ body: @Sendable (Int, UnsafeMutableBufferPointer<SIMD3<Double>>) -> Void
  ) {
    let size = grid.size
    let patient = grid.patientFromVoxel
    let step = patient.linear.x
    concurrently(size.y * size.z, threads: threads) { tickets in
      let row = ScratchMemory<SIMD3<Double>>(repeating: [0, 0, 0], count: size.x)
      let points = UnsafeMutableBufferPointer(start: row.pointer, count: size.x)
      while let ticket = tickets.next() {
        let index = Point<VoxelSpace>(0, Double(ticket % size.y), Double(ticket / size.y))
        let start = patient(index).coordinates
        for i in 0..<size.x { points[i] = start + step * Double(i) }
        map(points)
        body(ticket * size.x, points)
      }
    }
  }
}

/// The label with the largest trilinear weight around an index.
@inline(__always)
private func likeliest(
  _ labels: UnsafeMutablePointer<UInt16>,
  _ index: SIMD3<Double>,
  size: SIMD3<Int>,
  nearest: UInt16
) -> UInt16 {
  let low = SIMD3<Int>(index)
  let f = index - SIMD3<Double>(low)
  let x = low.x + 1 < size.x ? 1 : 0
  let y = low.y + 1 < size.y ? size.x : 0
  let z = low.z + 1 < size.z ? size.x * size.y : 0
  let base = low.x + size.x * (low.y + size.y * low.z)
  var found = SIMD8<UInt16>(repeating: nearest)
  for corner in 0..<8 {
    let place = base + (corner & 1) * x + (corner >> 1 & 1) * y + (corner >> 2) * z
    found[corner] = labels[place]
  }
  // Inside a structure all eight agree: most voxels end here.
  if found == SIMD8(repeating: nearest) { return nearest }
  var weights = SIMD8<Double>()
  for corner in 0..<8 {
    let wx = corner & 1 == 1 ? f.x : 1 - f.x
    let wy = corner >> 1 & 1 == 1 ? f.y : 1 - f.y
    let wz = corner >> 2 == 1 ? f.z : 1 - f.z
    weights[corner] = wx * wy * wz
  }
  func weight(of label: UInt16) -> Double {
    var sum = 0.0
    for corner in 0..<8 where found[corner] == label { sum += weights[corner] }
    return sum
  }
  var best = nearest
  var bestWeight = weight(of: nearest)
  for corner in 0..<8 where found[corner] != best {
    let own = weight(of: found[corner])
    if own > bestWeight + 1e-12
      || own > bestWeight - 1e-12 && best != nearest && found[corner] < best
    {
      (best, bestWeight) = (found[corner], own)
    }
  }
  return best
}
