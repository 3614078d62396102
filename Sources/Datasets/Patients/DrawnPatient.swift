public import Anatomy
import ImageProcessing
import Randomness
public import Volumes

/// A head-and-neck patient drawn from tables of anatomy, as CT and MR show one, with all 30 organs.
///
/// Sizes, shapes, pose, teeth, tumors and the scanners' properties vary with seed and number; the
/// CT and the MR are drawn from one anatomy through two maps, so that the transform between them is
/// known. It is a drawing: no person's data is in it, and no real scan looks quite like it.
public struct DrawnPatient: Sendable {
  /// How fine the scans are.
  public enum Size: String, Sendable, CaseIterable {
    /// As in the clinic: CT 512×512×150 voxels of 0.98×0.98×2.5 mm, MR 512×512×100 of 0.55×0.55×2.5.
    case clinical
    /// For training on processors: CT 160×160×96 voxels of 2.8×2.8×3.4 mm, MR 128×128×64 of
    /// 2.2×2.2×4.
    case small
    /// For tests: CT 80×80×48 voxels of 5.6×5.6×6.8 mm, MR 64×64×32 of 4.4×4.4×8.
    case tiny
  }

  /// What decides the patient, together with the set's seed.
  public let number: Int
  let seed: UInt64
  let traits: PatientTraits
  let anatomy: PatientAnatomy
  let poses: PatientPoses
  let size: Size

  /// The patient of a seed with a number, from 1.
  public init(seed: UInt64, number: Int, size: Size) {
    var generator = SeededGenerator(seed: seed, stream: UInt64(truncatingIfNeeded: number))
    let own = generator.next()
    self.number = number
    self.seed = own
    self.size = size
    let traits = PatientTraits(seed: own)
    self.traits = traits
    anatomy = PatientAnatomy(
      traits: traits,
      tumors: Tumor.drawn(seed: own, isLater: false).tumors
    )
    poses = PatientPoses(seed: own, traits: traits)
  }

  /// The CT's grid.
  func ctGrid() throws(GridError) -> VoxelGrid { try size.ctGrid() }

  /// HaN-Seg's 30 organs, the label maps' scheme.
  public static let scheme = LabelScheme(named: "hanseg") ?? LabelScheme(entries: [])

  /// The CT, in whole HU.
  /// - Throws: `GridError` never for the sizes here.
  public func ct(threads: Int) throws(GridError) -> Volume<Float> {
    let grid = try size.ctGrid()
    let painter = AnatomyPainter(
      anatomy: anatomy,
      warp: poses.anatomyFromCT,
      contrast: .ct,
      couch: poses.couch
    )
    var scan = painter.signals(on: grid, threads: threads)
    CTFinish(
      seed: seed,
      warp: poses.anatomyFromCT,
      metal: anatomy.fillings.map { poses.anatomyFromCT.inverse(SIMD3<Double>($0)) },
      noise: poses.ctNoise
    ).apply(to: &scan, threads: threads)
    return scan
  }

  /// The organs on the CT's grid.
  /// - Throws: `GridError` never for the sizes here.
  public func organsOnCT(threads: Int) throws(GridError) -> LabelMap {
    AnatomyPainter(anatomy: anatomy, warp: poses.anatomyFromCT, contrast: .ct)
      .organs(on: try size.ctGrid(), threads: threads)
  }

  /// The tumors on the CT's grid: 1 GTVp, 2 GTVn.
  /// - Throws: `GridError` never for the sizes here.
  public func targetsOnCT(threads: Int) throws(GridError) -> LabelMap {
    AnatomyPainter(anatomy: anatomy, warp: poses.anatomyFromCT, contrast: .ct)
      .targets(on: try size.ctGrid(), threads: threads)
  }

  /// The T1-weighted MR, on its own grid and in its own pose.
  /// - Throws: `GridError` never for the sizes here.
  public func mr(threads: Int) throws(GridError) -> Volume<Float> {
    let painter = AnatomyPainter(anatomy: anatomy, warp: poses.anatomyFromMR, contrast: .t1)
    var scan = painter.signals(on: try poses.mrGrid(size), threads: threads)
    MRFinish(seed: seed, noise: poses.mrNoise, shading: poses.shading)
      .apply(to: &scan, threads: threads)
    return scan
  }

  /// The organs on the MR's grid.
  /// - Throws: `GridError` never for the sizes here.
  public func organsOnMR(threads: Int) throws(GridError) -> LabelMap {
    AnatomyPainter(anatomy: anatomy, warp: poses.anatomyFromMR, contrast: .t1)
      .organs(on: try poses.mrGrid(size), threads: threads)
  }
}

extension DrawnPatient.Size {
  /// The planning CT's grid.
  func ctGrid() throws(GridError) -> VoxelGrid {
    let (size, spacing): (SIMD3<Int>, SIMD3<Double>) =
      switch self {
      case .clinical: ([512, 512, 150], [0.9765625, 0.9765625, 2.5])
      case .small: ([160, 160, 96], [2.8, 2.8, 3.4])
      case .tiny: ([80, 80, 48], [5.6, 5.6, 6.8])
      }
    let half = spacing * SIMD3<Double>(size &- 1) / 2
    // Centered on head and shoulders; the top of the head is in the scan.
    return try VoxelGrid(
      size: size,
      spacing: spacing,
      origin: [-half.x, 22 - half.y, 134 - 2 * half.z]
    )
  }

  /// The size and spacing of the MR at each of two looks at a tumor.
  var neck: (size: SIMD3<Int>, spacing: SIMD3<Double>) {
    switch self {
    case .clinical: ([512, 512, 90], [0.5, 0.5, 2])
    case .small: ([128, 128, 60], [2, 2, 3])
    case .tiny: ([64, 64, 30], [4, 4, 6])
    }
  }

  /// The MR's size and spacing.
  var mr: (size: SIMD3<Int>, spacing: SIMD3<Double>) {
    switch self {
    case .clinical: ([512, 512, 100], [0.55, 0.55, 2.5])
    case .small: ([128, 128, 64], [2.2, 2.2, 4])
    case .tiny: ([64, 64, 32], [4.4, 4.4, 8])
    }
  }
}
