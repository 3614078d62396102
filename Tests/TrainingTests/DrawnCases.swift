import Anatomy
import Datasets
import Foundation
import ImageProcessing
import Models
import NeuralNetworks
import TestSupport
import Training
import VolumeFiles
import Volumes

/// A data set of three small drawn cases.
///
/// Each has a left box, a smaller right one, and all but the last a small middle one. Intensities tell the label: 100 + 10 · label, and the place a little.
struct DrawnCases {
  /// The patient's left is at the high end of the first axis, or at the low end.
  static func grid(isFlipped: Bool = false) throws -> VoxelGrid {
    try VoxelGrid(
      size: [48, 36, 24],
      spacing: [1, 1, 2],
      direction: isFlipped ? .diagonal([-1, -1, 1]) : .identity
    )
  }

  let folder: TemporaryFolder
  let dataset: TrainingDataset

  init(isFlipped: Bool = false) throws {
    let folder = try TemporaryFolder()
    self.folder = folder
    let grid = try Self.grid(isFlipped: isFlipped)
    var cases: [TrainingCase] = []
    for number in 0..<3 {
      let name = "case_\(number)"
      let (scan, labels) = Self.drawn(number, on: grid, isFlipped: isFlipped)
      let files = ["ct", "labels"].map { folder.url.appending(path: "\(name)_\($0).nii.gz") }
      try write(scan, to: files[0])
      try write(labels, scheme: Self.labels, to: files[1])
      cases.append(
        TrainingCase(
          name: name,
          channels: [files[0]],
          labels: .map(files[1], classes: [1: 1, 2: 2, 3: 3])
        )
      )
    }
    dataset = TrainingDataset(
      name: "Boxes",
      folder: folder.url,
      layout: .listed,
      channelNames: ["CT"],
      labels: Self.labels,
      cases: cases,
      absence: .notContoured
    )
  }

  /// Where the prepared cases go.
  var prepared: PreparedDataset { PreparedDataset(in: folder.url) }

  static let labels = LabelScheme(
    entries: [
      .init(label: 1, name: "Parotid_L"), .init(label: 2, name: "Parotid_R"),
      .init(label: 3, name: "Brainstem"),
    ]
  )

  static func drawn(
    _ number: Int,
    on grid: VoxelGrid,
    isFlipped: Bool
  ) -> (scan: Volume<Float>, labels: LabelMap) {
    var labels = LabelMap(repeating: 0, grid: grid)
    var scan = Volume<Float>(repeating: 0, grid: grid)
    for k in 0..<grid.size.z {
      for j in 0..<grid.size.y {
        for i in 0..<grid.size.x {
          let x = isFlipped ? grid.size.x - 1 - i : i
          if x >= 26 - number && x < 46 && j < 34 { labels[i, j, k] = 1 }
          if x >= 2 && x < 14 && j >= 6 && j < 20 && k > 3 && k < 16 { labels[i, j, k] = 2 }
          if number < 2 && x >= 17 && x < 21 && j >= 10 && j < 20 { labels[i, j, k] = 3 }
          let place = Float((i * 7 + j * 5 + k * 3) % 16) / 16
          scan[i, j, k] = 100 + 10 * Float(labels[i, j, k]) + place
        }
      }
    }
    return (scan, labels)
  }

  /// The class that an intensity tells.
  static func label(of intensity: Float) -> UInt8 { UInt8((intensity - 100) / 10) }

  /// A plan whose network nobody builds.
  static func plan(
    patchSize: [Int] = [16, 24, 24],
    spacing: [Double] = [2, 1, 1],
    transposeForward: [Int] = [0, 1, 2]
  ) -> TrainingPlan {
    let model = ModelPlan(
      name: "Boxes",
      configuration: "tiny",
      trainer: "Delineate",
      channelNames: ["CT"],
      labels: labels,
      outputs: .classes([0, 1, 2, 3]),
      preparation: PreparationPlan(
        transposeForward: transposeForward,
        spacing: spacing,
        channels: [ChannelNormalization(scheme: .none)]
      ),
      architecture: .unet(.tiny(outputs: 4)),
      patchSize: patchSize,
      mirroringAxes: []
    )
    return TrainingPlan(
      model: model,
      batchSize: 4,
      validationSteps: 2,
      augmentation: .none,
      seed: 5
    )
  }
}
