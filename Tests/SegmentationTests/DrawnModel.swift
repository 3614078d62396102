import Anatomy
import Datasets
import Foundation
import ImageProcessing
import Models
import NeuralNetworks
import TestSupport
import VolumeFiles
import Volumes

/// A small CT model with drawn weights: its contours mean nothing, but they are contours.
struct DrawnModel {
  var configuration = "3d_fullres"
  var structures = ["Brain", "Mandible"]
  var isRegions = false
  var folds = 1
  var channels = ["CT"]
  var previousStage: String?

  var model: Model {
    let labels = (1...structures.count).map(UInt16.init)
    let previous = previousStage == nil ? [] : labels
    let outputs = isRegions ? labels : [0] + labels
    let architecture = UNetPlan(
      encoder: .plain,
      inputChannels: channels.count + previous.count,
      outputChannels: outputs.count,
      features: [8, 8],
      kernels: [[1, 3, 3], [3, 3, 3]],
      strides: [[1, 1, 1], [1, 2, 2]],
      encoderDepths: [1, 1],
      decoderDepths: [1]
    )
    let normalization = ChannelNormalization(
      scheme: .ct,
      foreground: ForegroundIntensities(
        mean: 40,
        standardDeviation: 200,
        percentile005: -900,
        percentile995: 1500
      )
    )
    let plan = ModelPlan(
      name: "Dataset001_Drawn",
      configuration: configuration,
      trainer: "nnUNetTrainer",
      channelNames: channels,
      labels: LabelScheme(
        entries: zip(labels, structures).map { LabelScheme.Entry(label: $0, name: $1) }
      ),
      outputs: isRegions ? .regions(outputs) : .classes(outputs),
      preparation: PreparationPlan(
        transposeForward: [0, 1, 2],
        spacing: [10, 12, 12],
        channels: channels.map { _ in normalization }
      ),
      architecture: .unet(architecture),
      patchSize: [8, 16, 16],
      mirroringAxes: [0, 1],
      previousStage: previousStage,
      previousStageLabels: previous
    )
    return Model(
      plan: plan,
      folds: (0..<folds).map { fold(String($0), of: .unet(architecture)) },
      provenance: ModelProvenance(
        kind: "nnU-Net v2",
        trainer: "nnUNetTrainer",
        sources: (0..<folds).map {
          .init(fold: String($0), file: "checkpoint_final.pth", sha256: "sum \($0)")
        }
      )
    )
  }

  /// A fold with drawn weights.
  func fold(_ name: String, of plan: NetworkPlan) -> ModelFold {
    var weights: [String: WeightTensor] = [:]
    for (tensor, shape) in plan.expectedWeights {
      let values = drawn("\(tensor) of fold \(name)", count: shape.reduce(1, *))
      weights[tensor] = WeightTensor(
        shape: shape,
        values: tensor.hasSuffix("norm.weight") ? values.map { 1 + $0 / 2 } : values
      )
    }
    return ModelFold(name: name, weights: weights)
  }

  /// Writes the model, and tells where.
  func write(to folder: TemporaryFolder, as name: String = "model") throws -> URL {
    let url = folder.url.appending(path: name)
    try writeModel(model, to: url)
    return url
  }
}

/// A coarse scan of a drawn patient, written as NIfTI.
func writeScan(to folder: TemporaryFolder, seed: UInt64 = 1) throws -> URL {
  let grid = try VoxelGrid(
    size: [40, 40, 20],
    spacing: [10, 10, 14],
    origin: [-195, -195, -80]
  )
  let url = folder.url.appending(path: "scan-\(seed).nii.gz")
  try VolumeFiles.write(DrawnPhantom(seed: seed).drawn(on: grid).scan, to: url)
  return url
}
