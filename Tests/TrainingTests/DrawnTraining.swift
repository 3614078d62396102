import Anatomy
import Foundation
import ImageProcessing
import Models
import NeuralNetworks
import Randomness
import Training

/// Patches of two bright balls on noise: something a tiny network learns within seconds.
struct DrawnBalls: BatchSource {
  var batchSize = 2
  var size = [8, 16, 16]
  /// Whether the second ball is contoured in every other patch only.
  var isPartial = false

  func trainingBatch(_ step: Int) -> TrainingBatch { batch(stream: 0, step) }
  func validationBatch(_ index: Int) -> TrainingBatch { batch(stream: 1, index) }

  private func batch(stream: UInt64, _ number: Int) -> TrainingBatch {
    var patches: [Patch] = []
    var isContoured: [Bool] = []
    for sample in 0..<batchSize {
      let knowsSecond = !isPartial || sample.isMultiple(of: 2)
      patches.append(
        patch(SeededGenerator(seed: 1, stream: stream, UInt64(number), UInt64(sample)), knowsSecond)
      )
      isContoured += [true, true, knowsSecond]
    }
    return TrainingBatch(patches: patches, isContoured: isContoured)
  }

  private func patch(_ generator: SeededGenerator, _ knowsSecond: Bool) -> Patch {
    var generator = generator
    var image: [Float] = []
    var labels: [UInt8] = []
    let centers = (0..<2).map { _ in size.map { generator.uniform(2...Double($0 - 3)) } }
    for d in 0..<size[0] {
      for h in 0..<size[1] {
        for w in 0..<size[2] {
          let distances = centers.map { center in
            zip(center, [d, h, w]).reduce(0) { $0 + ($1.0 - Double($1.1)) * ($1.0 - Double($1.1)) }
          }
          let label: UInt8 = distances[1] < 9 ? 2 : distances[0] < 9 ? 1 : 0
          image.append(Float([0, 1, -1][Int(label)] + 0.3 * generator.nextNormal()))
          labels.append(label == 2 && !knowsSecond ? 0 : label)
        }
      }
    }
    return Patch(channelCount: 1, size: size, image: image, labels: labels)
  }
}

extension UNetPlan {
  /// Two stages of a few features.
  static func tiny(outputs: Int) -> UNetPlan {
    UNetPlan(
      encoder: .plain,
      inputChannels: 1,
      outputChannels: outputs,
      features: [8, 16],
      kernels: [[3, 3, 3], [3, 3, 3]],
      strides: [[1, 1, 1], [2, 2, 2]],
      encoderDepths: [1, 1],
      decoderDepths: [1]
    )
  }
}

extension TrainingPlan {
  /// A tiny U-Net on ``DrawnBalls``.
  static func tiny(epochs: Int = 2, stepsPerEpoch: Int = 5, rate: Double = 1e-2) -> TrainingPlan {
    let model = ModelPlan(
      name: "Balls",
      configuration: "tiny",
      trainer: "Delineate",
      channelNames: ["CT"],
      labels: LabelScheme(entries: [.init(label: 1, name: "Bright"), .init(label: 2, name: "Dark")]
      ),
      outputs: .classes([0, 1, 2]),
      preparation: PreparationPlan(
        transposeForward: [0, 1, 2],
        spacing: [1, 1, 1],
        channels: [ChannelNormalization(scheme: .zScore)]
      ),
      architecture: .unet(.tiny(outputs: 3)),
      patchSize: [8, 16, 16],
      mirroringAxes: []
    )
    return TrainingPlan(
      model: model,
      stepsPerEpoch: stepsPerEpoch,
      epochs: epochs,
      validationSteps: 2,
      loss: LossPlan(hasDeepSupervision: false),
      optimizer: OptimizerPlan(learningRate: rate, momentum: 0.9),
      augmentation: .none
    )
  }
}
