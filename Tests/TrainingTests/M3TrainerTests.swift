import Foundation
import ImageProcessing
import Models
import NeuralNetworks
import Synchronization
import TestSupport
import Testing
import Training

/// ``DrawnBalls`` as CT and MR: the MR has the contrast inverted, and now and then one is missing.
struct DrawnTwins: BatchSource {
  var batchSize = 2
  var isPartial = false

  func trainingBatch(_ step: Int) -> TrainingBatch {
    twins(DrawnBalls(batchSize: batchSize, isPartial: isPartial).trainingBatch(step)) {
      (step + $0) % 4
    }
  }
  func validationBatch(_ index: Int) -> TrainingBatch {
    twins(DrawnBalls(batchSize: batchSize).validationBatch(index)) { _ in 3 }
  }

  private func twins(_ batch: TrainingBatch, missing: (Int) -> Int) -> TrainingBatch {
    var batch = batch
    batch.patches = batch.patches.enumerated().map { index, patch in
      let missing = missing(index)
      var channels = [patch.image, patch.image.map { 0.5 - $0 }]
      if missing < 2 { channels[missing] = channels[missing].map { _ in 7 } }
      return Patch(
        channelCount: 2,
        size: patch.size,
        image: channels[0] + channels[1],
        labels: patch.labels
      )
    }
    return batch
  }
}

extension TrainingPlan {
  /// A tiny M3-Net on ``DrawnTwins``.
  static func tinyM3(epochs: Int = 2, stepsPerEpoch: Int = 4) -> TrainingPlan {
    var plan = TrainingPlan.tiny(epochs: epochs, stepsPerEpoch: stepsPerEpoch)
    plan.model.channelNames = ["CT", "MR_T1"]
    plan.model.preparation.channels += plan.model.preparation.channels
    plan.model.architecture = .m3(
      M3NetPlan(
        outputChannels: 3,
        features: [8, 8],
        kernels: [[3, 3, 3], [3, 3, 3]],
        strides: [[1, 1, 1], [2, 2, 2]],
        encoderDepths: [1, 1],
        decoderDepths: [1],
        masks: MaskPlan(
          regions: [.init(name: "balls", priority: 1, classes: [1, 2])],
          globalStage: 0,
          regionalStage: 0
        ),
        registration: RegistrationHeadPlan(
          stage: 0,
          features: 8,
          squarings: 2,
          correlationRadius: 1
        )
      )
    )
    plan.jointLoss = JointLossPlan()
    return plan
  }
}

@Suite("Training M3-Net", .serialized)
struct M3TrainerTests {
  let service = TrainingService(threads: 2)

  @Test("Stopped and resumed, a training of M3-Net leaves the bytes of one that ran through")
  func resumes() async throws {
    let plan = TrainingPlan.tinyM3()
    let (whole, stopped) = (try TemporaryFolder(), try TemporaryFolder())
    let source = DrawnTwins(isPartial: true)
    _ = try await service.train(plan, in: whole.url, on: source)
    let count = Atomic<Int>(0)
    let first = try await service.train(
      plan,
      in: stopped.url,
      on: source,
      shouldStop: { count.load(ordering: .relaxed) >= 3 }
    ) { event in
      if case .step = event { count.add(1, ordering: .relaxed) }
    }
    #expect(first == .stopped(step: 3))
    #expect(try await service.train(plan, in: stopped.url, on: source) == .finished)
    let (found, expected) = (try TrainingFile(stopped.url), try TrainingFile(whole.url))
    #expect(found == expected)
    #expect(!expected.weights.isEmpty)
  }

  @Test(
    "A gathered batch takes the step of a whole one, with masks, registration and missing scans"
  )
  func accumulates() async throws {
    var plan = TrainingPlan.tinyM3(epochs: 1, stepsPerEpoch: 3)
    plan.batchSize = 4
    let folders = [try TemporaryFolder(), try TemporaryFolder()]
    for (folder, parts) in zip(folders, [1, 4]) {
      plan.accumulation = parts
      let source = DrawnTwins(batchSize: 4, isPartial: true)
      _ = try await service.train(plan, in: folder.url, on: source)
    }
    let (a, b) = try withExtendedLifetime(folders) {
      (try TrainingFile(folders[0].url), try TrainingFile(folders[1].url))
    }
    for (name, values) in a.weights {
      let other = try #require(b.weights[name])
      #expect(zip(values, other).allSatisfy { abs($0 - $1) < 1e-4 }, "\(name)")
    }
  }

  @Test("A trained M3-Net becomes a model folder that reads back whole")
  func finishes() async throws {
    let folder = try TemporaryFolder()
    let plan = TrainingPlan.tinyM3(epochs: 1, stepsPerEpoch: 2)
    _ = try await service.train(plan, in: folder.url, on: DrawnTwins())
    let model = try finishedModel(
      of: [TrainedFold(name: "0", folder: folder.url)],
      weights: .last
    )
    let place = folder.url.appending(path: "model")
    try writeModel(model, to: place)
    let read = try readModel(at: place)
    #expect(read.plan == plan.model && read.folds == model.folds)
    let names = Set(read.plan.architecture.expectedWeights.map(\.name))
    #expect(Set(read.folds[0].weights.keys) == names)
    #expect(names.contains("registration.velocity.weight"))
  }
}
