import ImageProcessing
import Randomness
import Volumes

/// One patient before radiotherapy and some weeks into it, on fat-suppressed T2-weighted MR.
///
/// Between the looks each tumor shrank, vanished or grew by a factor of its own, weight was lost,
/// and head, jaw and neck lie otherwise. The registered scan is drawn through the true transform
/// with a small error, as a good registration would leave it.
struct DrawnTimePoints: Sendable {
  let patient: DrawnPatient
  let changes: [Tumor.Change]
  /// How far the skin moved inward, mm.
  let weightLoss: Double
  private let later: PatientAnatomy
  /// From the later scan's coordinates to about the earlier one's: the error of a registration.
  private let error: [Warp.Step]

  init(seed: UInt64, number: Int, size: DrawnPatient.Size) {
    let patient = DrawnPatient(seed: seed, number: number, size: size)
    self.patient = patient
    var chance = SeededGenerator(seed: patient.seed, stream: "weeks")
    let weightLoss = chance.uniform(0...4)
    self.weightLoss = weightLoss
    let weeksLater = Tumor.drawn(seed: patient.seed, isLater: true)
    changes = weeksLater.changes
    later = PatientAnatomy(
      traits: patient.traits,
      tumors: weeksLater.tumors,
      weightLoss: Float(weightLoss)
    )
    func normal(_ deviation: Double) -> Double { deviation * PatientTraits.normal(&chance) }
    var error: [Warp.Step] = [
      .linear(.identity, offset: [normal(0.4), normal(0.4), normal(0.5)])
    ]
    for _ in 0..<4 {
      let place = patient.poses.anatomyFromMR.inverse([
        chance.uniform(-45...45), chance.uniform(-50...30), chance.uniform(-140 ... -40),
      ])
      error.append(
        .push(
          center: SIMD3<Float>(place),
          radius: Float(chance.uniform(28...45)),
          shift: SIMD3(Float(normal(0.8)), Float(normal(0.8)), Float(normal(0.8)))
        )
      )
    }
    self.error = error
  }

  /// What is drawn of a patient.
  enum Look: Sendable {
    case before
    case later
    /// The earlier scan on the later one's grid.
    case beforeOnLater
  }

  func grid(_ look: Look) throws(GridError) -> VoxelGrid {
    try patient.poses.neckGrid(patient.size, isLater: look != .before)
  }

  /// The scan and its tumors, 1 GTVp and 2 GTVn.
  func drawn(
    _ look: Look,
    threads: Int
  ) throws(GridError) -> (scan: Volume<Float>, targets: LabelMap) {
    let poses = patient.poses
    let warp =
      switch look {
      case .before: poses.anatomyFromCT
      case .later: poses.anatomyFromMR
      case .beforeOnLater: Warp(steps: error + poses.anatomyFromMR.steps)
      }
    let painter = AnatomyPainter(
      anatomy: look == .later ? later : patient.anatomy,
      warp: warp,
      contrast: .t2
    )
    let grid = try grid(look)
    var scan = painter.signals(on: grid, threads: threads)
    MRFinish(
      seed: look == .later ? ~patient.seed : patient.seed,
      noise: poses.mrNoise,
      shading: poses.shading
    ).apply(to: &scan, threads: threads)
    return (scan, painter.targets(on: grid, threads: threads))
  }

  /// The true displacements from the later scan to the earlier one at the voxels of a grid, mm.
  func beforeFromLaterField(on grid: VoxelGrid, threads: Int) -> [SIMD3<Float>] {
    patient.poses.field(on: grid, threads: threads) { patient.poses.ctFromMR.apply(to: $0) }
  }
}
