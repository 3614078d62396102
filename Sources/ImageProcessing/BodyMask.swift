public import Volumes

/// How a patient's body differs from what surrounds it.
public enum BodyContrast: Hashable, Sendable {
  /// In Hounsfield units: tissue is denser than air, the couch is thin.
  case ct
  /// In arbitrary units: tissue is brighter than air.
  case mr
}

/// The patient's body with a margin: everything of the patient, little of air, couch and padding.
///
/// Found on a copy of about 4 mm: a threshold (-500 HU, or Otsu's on the square roots of MR
/// intensities), an opening that takes thin things away (couch, mask, cables), the largest parts, what
/// the opening took from them (ears, nose), the holes of each slice, and the margin. The volume is
/// all true where no body is found, so that nothing is ever lost for want of contrast.
///
/// - Parameters:
///   - volume: A CT in Hounsfield units or an MR scan.
///   - contrast: Which of them.
///   - margin: How far the mask reaches beyond the body, in mm; 8 or more covers the coarse copy's
///     own error.
///   - threads: How many threads work.
/// - Returns: A mask on the volume's grid.
public func bodyMask(
  of volume: Volume<Float>,
  contrast: BodyContrast = .ct,
  margin: Double = 12,
  threads: Int = 1
) -> Mask {
  let factors = coarseFactors(of: volume.grid)
  guard let coarse = blockMeans(of: volume, factors: factors, threads: threads),
    let body = coarseBody(in: coarse, contrast: contrast, margin: margin, threads: threads)
  else { return Mask(repeating: true, grid: volume.grid) }
  return refined(body, to: volume.grid, factors: factors, threads: threads)
}

/// How thick a part must be, in mm, to be body by itself: twice this.
private let openingRadius: [BodyContrast: Double] = [.ct: 6, .mr: 4]
/// How far thin parts of the body reach from thick ones, in mm: ears, nose, skin folds.
private let thinReach = 25.0

func coarseBody(
  in coarse: Volume<Float>,
  contrast: BodyContrast,
  margin: Double,
  threads: Int
) -> Mask? {
  let threshold: Float =
    switch contrast {
    case .ct: -500
    case .mr: otsuThreshold(coarse)
    }
  let tissue = coarse.map { $0 > threshold }
  let radius = openingRadius[contrast] ?? 0
  var core = tissue.eroded(by: radius, threads: threads).largeComponents()
  if !core.voxels.contains(true) { core = tissue.largeComponents() }
  guard core.voxels.contains(true) else { return nil }
  // A voxel beyond the opening's own radius belongs to the body only where it is tissue.
  var body = core.dilated(by: radius, threads: threads)
  let near = core.dilated(by: radius + thinReach, threads: threads)
  body.withUnsafeMutableVoxels { body in
    near.withUnsafeVoxels { near in
      tissue.withUnsafeVoxels { tissue in
        for index in body.indices where near[index] && tissue[index] { body[index] = true }
      }
    }
  }
  // Airways and lungs first; then, with the margin around, openings such as mouth and nostrils.
  return body.fillingHoles(sliceBySlice: true).dilated(by: margin, threads: threads)
    .fillingHoles(sliceBySlice: true)
}

extension Volume where Scalar == Bool {
  /// The parts with at least a tenth of the largest one's voxels: legs and arms apart are kept.
  fileprivate func largeComponents() -> Mask {
    let parts = Components(of: true, in: self)
    let counts = parts.voxelCounts
    let largest = counts.values.max() ?? 0
    var result = Mask(repeating: false, grid: grid)
    result.withUnsafeMutableVoxels { voxels in
      parts.paint(true, into: voxels) { (counts[$0] ?? 0) * 10 >= largest }
    }
    return result
  }
}

/// How many voxels along i, j and k make one of about 4 mm.
func coarseFactors(of grid: VoxelGrid) -> SIMD3<Int> {
  var factors = SIMD3<Int>(1, 1, 1)
  for axis in 0..<3 {
    let wanted = (4.4 / grid.spacing[axis]).rounded(.down)
    factors[axis] = Int(max(1, min(wanted, Double(grid.size[axis]))))
  }
  return factors
}

/// The means of blocks of voxels, on the grid of the blocks' centers; blocks at the far ends may be
/// smaller.
/// - Returns: `nil` where the blocks do not make a grid, which no grid's blocks do.
package func blockMeans(
  of volume: Volume<Float>,
  factors: SIMD3<Int>,
  threads: Int
) -> Volume<Float>? {
  let size = volume.grid.size
  let coarseSize = (size &+ factors &- 1) / factors
  let spacing = volume.grid.spacing * SIMD3<Double>(factors)
  let center = volume.grid.patientFromVoxel(Point(SIMD3<Double>(factors &- 1) / 2)).coordinates
  guard
    let grid = try? VoxelGrid(
      size: coarseSize,
      spacing: spacing,
      origin: center,
      direction: volume.grid.direction
    )
  else { return nil }
  var coarse = Volume<Float>(repeating: 0, grid: grid)
  coarse.withUnsafeMutableVoxels { means in
    volume.withUnsafeVoxels { voxels in
      guard let means = means.baseAddress, let voxels = voxels.baseAddress else { return }
      let target = SharedPointer(means)
      let source = SharedPointer(UnsafeMutablePointer(mutating: voxels))
      concurrently(coarseSize.z, threads: threads) { tickets in
        while let k = tickets.next() {
          let slices = k * factors.z..<min((k + 1) * factors.z, size.z)
          for j in 0..<coarseSize.y {
            let rows = j * factors.y..<min((j + 1) * factors.y, size.y)
            let sums = target.pointer + coarseSize.x * (j + coarseSize.y * k)
            for slice in slices {
              for row in rows {
                let line = source.pointer + size.x * (row + size.y * slice)
                var i = 0
                for block in 0..<coarseSize.x {
                  let end = min(i + factors.x, size.x)
                  while i < end {
                    sums[block] += line[i]
                    i += 1
                  }
                }
              }
            }
            for i in 0..<coarseSize.x {
              let columns = min((i + 1) * factors.x, size.x) - i * factors.x
              sums[i] /= Float(columns * rows.count * slices.count)
            }
          }
        }
      }
    }
  }
  return coarse
}

/// A coarse mask on the fine grid: each voxel as its block.
private func refined(
  _ coarse: Mask,
  to grid: VoxelGrid,
  factors: SIMD3<Int>,
  threads: Int
) -> Mask {
  let size = grid.size
  let coarseSize = coarse.grid.size
  var fine = Mask(repeating: false, grid: grid)
  fine.withUnsafeMutableVoxels { voxels in
    coarse.withUnsafeVoxels { blocks in
      guard let voxels = voxels.baseAddress, let blocks = blocks.baseAddress else { return }
      let target = SharedPointer(voxels)
      let source = SharedPointer(UnsafeMutablePointer(mutating: blocks))
      concurrently(size.z, threads: threads) { tickets in
        while let k = tickets.next() {
          for j in 0..<size.y {
            let row = target.pointer + size.x * (j + size.y * k)
            let line =
              source.pointer + coarseSize.x * (j / factors.y + coarseSize.y * (k / factors.z))
            for block in 0..<coarseSize.x {
              let i = block * factors.x
              (row + i).update(repeating: line[block], count: min(factors.x, size.x - i))
            }
          }
        }
      }
    }
  }
  return fine
}

/// The intensity that splits a volume into dark and bright with the least variance in both.
///
/// Taken on square roots of intensities above the smallest, up to their 99.5 percentile: bright fat
/// and vessels then do not pull the split away from the air.
/// - SeeAlso: Otsu, *IEEE Trans. Syst. Man Cybern.* 9 (1979).
private func otsuThreshold(_ volume: Volume<Float>) -> Float {
  let sorted = volume.voxels.sorted()
  guard let lowest = sorted.first else { return 0 }
  let high = sorted[(sorted.count - 1) * 199 / 200]
  guard high > lowest else { return lowest }
  let binCount = 256
  let scale = Float(binCount - 1) / (high - lowest).squareRoot()
  var histogram = [Double](repeating: 0, count: binCount)
  for value in sorted {
    histogram[Int((min(value, high) - lowest).squareRoot() * scale)] += 1
  }
  let total = Double(sorted.count)
  let wholeSum = histogram.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element }
  var (count, sum, best, split) = (0.0, 0.0, -1.0, 0)
  for bin in 0..<binCount - 1 {
    count += histogram[bin]
    sum += Double(bin) * histogram[bin]
    guard count > 0, count < total else { continue }
    let distance = sum / count - (wholeSum - sum) / (total - count)
    let between = count * (total - count) * distance * distance
    if between > best { (best, split) = (between, bin) }
  }
  let root = Float(split + 1) / scale
  return lowest + root * root
}
