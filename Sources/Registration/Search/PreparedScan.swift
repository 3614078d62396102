internal import ImageProcessing
internal import Volumes

/// A scan made ready for registration: its body, its useful intensities, and copies of larger voxels.
struct PreparedScan: Sendable {
  /// What the voxels are.
  let contrast: BodyContrast
  /// Intensities clipped to what tells tissues apart, in blocks of about the working spacing.
  let working: Volume<Float>
  /// The body with a margin, on the working grid; with a mask given, that mask.
  let body: Mask
  /// `working` in blocks of about 4 mm, for the search.
  let coarse: Volume<Float>
  /// The body on the coarse grid.
  let coarseBody: Mask
  /// The clipped intensities' bounds.
  let range: ClosedRange<Float>

  /// Voxels of the search, in mm.
  static let coarseSpacing = 4.0

  /// Prepares a scan.
  init(
    _ scan: Volume<Float>,
    role: RegistrationError.Role,
    contrast: BodyContrast?,
    mask: Mask?,
    workingSpacing: Double,
    threads: Int
  ) throws(RegistrationError) {
    guard scan.grid.size.min() >= 4 else { throw .tooThin(role, size: scan.grid.size) }
    let sample = Self.sortedSample(scan)
    guard let low = sample.first, let high = sample.last, high > low else { throw .constant(role) }
    self.contrast = contrast ?? (low < -500 ? .ct : .mr)
    // Of CT, air to dense bone without metal; of MR, all but the darkest and brightest voxels.
    let (dark, bright) = (sample[sample.count / 200], sample[sample.count - 1 - sample.count / 200])
    let lowest = self.contrast == .ct ? max(-500, low) : dark
    let highest = self.contrast == .ct ? min(1000, high) : bright
    guard highest > lowest else { throw .constant(role) }
    let bounds = lowest...highest
    range = bounds
    // Clipped first: an average over metal's or a vessel's extremes would drown its neighbors.
    let clipped = scan.map { min(max($0, bounds.lowerBound), bounds.upperBound) }
    let factors = Self.factors(of: scan.grid, towards: workingSpacing)
    guard let working = blockMeans(of: clipped, factors: factors, threads: threads) else {
      throw .tooThin(role, size: scan.grid.size)
    }
    self.working = working
    if let mask {
      guard mask.grid.matches(scan.grid) else {
        throw .badMask(role, reason: "lies on another grid than its scan")
      }
      guard mask.voxels.contains(true) else { throw .badMask(role, reason: "has no voxels") }
      let share = blockMeans(of: mask.map { $0 ? 1 : 0 }, factors: factors, threads: threads)
      body = share?.map { $0 > 0 } ?? Mask(repeating: true, grid: working.grid)
    } else {
      body = bodyMask(of: working, contrast: self.contrast, margin: 12, threads: threads)
    }
    let coarseFactors = Self.factors(of: working.grid, towards: Self.coarseSpacing)
    guard
      let coarse = blockMeans(of: working, factors: coarseFactors, threads: threads),
      let share = blockMeans(
        of: body.map { $0 ? 1 : 0 },
        factors: coarseFactors,
        threads: threads
      )
    else { throw .tooThin(role, size: working.grid.size) }
    self.coarse = coarse
    coarseBody = share.map { $0 > 0.5 }
  }

  /// How many voxels along i, j and k make one of about a size in mm; at least 8 blocks are left.
  private static func factors(of grid: VoxelGrid, towards spacing: Double) -> SIMD3<Int> {
    var factors = SIMD3<Int>(1, 1, 1)
    for axis in 0..<3 {
      let wanted = (spacing * 1.25 / grid.spacing[axis]).rounded(.down)
      factors[axis] = Int(max(1, min(wanted, Double(grid.size[axis] / 8))))
    }
    return factors
  }

  /// Up to 200 000 evenly spread voxels, ascending.
  private static func sortedSample(_ scan: Volume<Float>) -> [Float] {
    scan.withUnsafeVoxels { voxels in
      stride(from: 0, to: voxels.count, by: max(1, voxels.count / 200_000)).map { voxels[$0] }
    }.sorted()
  }

  /// The middle of the body, in mm.
  var bodyCenter: SIMD3<Double> {
    let grid = coarseBody.grid
    var sum = SIMD3<Double>(0, 0, 0)
    var count = 0.0
    for k in 0..<grid.size.z {
      for j in 0..<grid.size.y {
        for i in 0..<grid.size.x where coarseBody[i, j, k] {
          sum += SIMD3(Double(i), Double(j), Double(k))
          count += 1
        }
      }
    }
    return grid.patientFromVoxel(Point(count > 0 ? sum / count : .zero)).coordinates
  }

  /// The middle of the grid, in mm.
  var gridCenter: SIMD3<Double> {
    let grid = working.grid
    return grid.patientFromVoxel(Point(SIMD3<Double>(grid.size &- 1) / 2)).coordinates
  }

  /// The volume of the body with its margin, in mm³.
  var bodyVolume: Double {
    Double(coarseBody.voxels.count { $0 }) * coarseBody.grid.voxelVolume
  }
}
