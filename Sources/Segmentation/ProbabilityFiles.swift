import Anatomy
import Foundation
import Inference
import Models
import VolumeFiles
import Volumes

/// The probabilities of a case on their way to one file per structure.
struct ProbabilityFiles {
  let volumes: ProbabilityVolumes
  private let folder: URL
  private let grid: VoxelGrid
  private let outputs: ModelPlan.Outputs

  /// Room for the probabilities a request asks for.
  /// - Returns: `nil` where it asks for none.
  init?(_ request: SegmentationRequest, plan: ModelPlan, grid: VoxelGrid) throws {
    guard let folder = request.probabilitiesFolder else { return nil }
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let hasBackground = if case .classes = plan.outputs { true } else { false }
    guard
      let volumes = ProbabilityVolumes(
        voxelCount: grid.count,
        channelCount: plan.outputs.count,
        hasBackgroundChannel: hasBackground,
        in: folder
      )
    else { throw SegmentationError.unwritableProbabilities(folder: folder.path) }
    self.volumes = volumes
    self.folder = folder
    self.grid = grid
    outputs = plan.outputs
  }

  /// Writes one volume per structure: `NAME.nii.gz`, values from 0 to 1.
  func write(scheme: LabelScheme) throws {
    let labels: [UInt16] =
      switch outputs {
      case .classes(let labels), .regions(let labels): labels
      }
    for (channel, label) in labels.enumerated() {
      guard let entry = scheme.entry(label: label) else { continue }
      let volume = Volume(grid: grid, voxels: volumes.channel(channel))
      try VolumeFiles.write(volume, to: folder.appending(path: "\(entry.name).nii.gz"))
    }
  }
}
