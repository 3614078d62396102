import Foundation
import Models
import NeuralNetworks
import Synchronization
import TestSupport
import Testing
import Torch
import Training

@Suite("Trainer", .serialized)
struct TrainerTests {
  let service = TrainingService(threads: 2)

  func bytes(_ folder: URL, _ name: String = "checkpoint.safetensors") throws -> Data {
    try Data(contentsOf: folder.appending(path: name))
  }

  @Test("A tiny network learns two balls")
  func learns() async throws {
    let folder = try TemporaryFolder()
    let events = Mutex<[EpochRecord]>([])
    let outcome = try await service.train(
      .tiny(epochs: 4, stepsPerEpoch: 25, rate: 3e-2),
      in: folder.url,
      on: DrawnBalls(),
      shouldStop: { false }
    ) { event in
      if case .epoch(let record) = event { events.withLock { $0.append(record) } }
    }
    let records = events.withLock { $0 }
    #expect(outcome == .finished && records.count == 4)
    #expect(try #require(records.last?.meanPseudoDice) > 0.9)
    #expect(records[3].trainingLoss < records[0].trainingLoss - 0.5)
    #expect(records.map(\.steps) == [25, 50, 75, 100])
    let lines = try String(contentsOf: folder.url.appending(path: "log.jsonl"), encoding: .utf8)
      .split(separator: "\n")
    #expect(lines.count == 4)
    let last = try JSONDecoder().decode(EpochRecord.self, from: Data(lines[3].utf8))
    #expect(last.trainingLoss == records[3].trainingLoss)
  }

  @Test("A structure that is contoured in half of the patches is learnt from that half")
  func learnsPartial() async throws {
    let folder = try TemporaryFolder()
    let last = Mutex<EpochRecord?>(nil)
    _ = try await service.train(
      .tiny(epochs: 4, stepsPerEpoch: 25, rate: 3e-2),
      in: folder.url,
      on: DrawnBalls(isPartial: true),
      shouldStop: { false }
    ) { event in
      if case .epoch(let record) = event { last.withLock { $0 = record } }
    }
    let dice = try #require(last.withLock { $0 }).pseudoDice
    #expect(dice.count == 2)
    #expect(try #require(dice[1]) > 0.85)
  }

  @Test("Stopped anywhere and resumed, a training leaves the bytes of one that ran through")
  func resumes() async throws {
    let plan = TrainingPlan.tiny()
    let whole = try TemporaryFolder()
    _ = try await service.train(plan, in: whole.url, on: DrawnBalls())
    let expected = try bytes(whole.url)
    for stop in [1, 4, 5, 7] {
      let folder = try TemporaryFolder()
      let count = Atomic<Int>(0)
      let first = try await service.train(
        plan,
        in: folder.url,
        on: DrawnBalls(),
        shouldStop: { count.load(ordering: .relaxed) >= stop }
      ) { event in
        if case .step = event { count.add(1, ordering: .relaxed) }
      }
      #expect(first == .stopped(step: stop))
      #expect(try bytes(folder.url) != expected)
      let second = try await service.train(plan, in: folder.url, on: DrawnBalls())
      #expect(second == .finished)
      // The log's seconds differ; weights, optimizer and losses may not.
      let found = try TrainingFile(folder.url)
      #expect(found == (try TrainingFile(whole.url)), "stopped after \(stop) steps")
    }
  }

  @Test("A gathered batch takes the step of a whole one")
  func accumulates() async throws {
    var plan = TrainingPlan.tiny(epochs: 1, stepsPerEpoch: 3)
    plan.batchSize = 4
    let folders = [try TemporaryFolder(), try TemporaryFolder()]
    for (folder, parts) in zip(folders, [1, 4]) {
      plan.accumulation = parts
      _ = try await service.train(plan, in: folder.url, on: DrawnBalls(batchSize: 4))
    }
    let (a, b) = try withExtendedLifetime(folders) {
      (try TrainingFile(folders[0].url), try TrainingFile(folders[1].url))
    }
    for (name, values) in a.weights {
      let other = try #require(b.weights[name])
      #expect(zip(values, other).allSatisfy { abs($0 - $1) < 1e-4 }, "\(name)")
    }
  }

  @Test(
    "In half precision the loss is scaled: a tiny network learns, and resumes to the same bytes"
  )
  func halfPrecision() async throws {
    let plan = TrainingPlan.tiny(epochs: 2, stepsPerEpoch: 8, rate: 3e-2)
    let half = Placement(type: .float16)
    let folders = [try TemporaryFolder(), try TemporaryFolder()]
    let records = Mutex<[EpochRecord]>([])
    _ = try await service.train(
      plan,
      in: folders[0].url,
      on: DrawnBalls(),
      placement: half,
      shouldStop: { false }
    ) { event in
      if case .epoch(let record) = event { records.withLock { $0.append(record) } }
    }
    let losses = records.withLock { $0.map(\.trainingLoss) }
    #expect(losses.count == 2 && losses[1] < losses[0] - 0.1, "\(losses)")
    let count = Atomic<Int>(0)
    _ = try await service.train(
      plan,
      in: folders[1].url,
      on: DrawnBalls(),
      placement: half,
      shouldStop: { count.load(ordering: .relaxed) >= 7 }
    ) { event in
      if case .step = event { count.add(1, ordering: .relaxed) }
    }
    _ = try await service.train(plan, in: folders[1].url, on: DrawnBalls(), placement: half)
    try withExtendedLifetime(folders) {
      #expect(try TrainingFile(folders[0].url) == TrainingFile(folders[1].url))
      let file = try TensorFile(
        contentsOf: folders[0].url.appending(path: "checkpoint.safetensors")
      )
      #expect(file.metadata["state"]?.contains("lossScale") == true)
    }
  }

  @Test("A checkpoint of another plan is refused, and so is a damaged one")
  func otherPlan() async throws {
    let folder = try TemporaryFolder()
    var plan = TrainingPlan.tiny(epochs: 1, stepsPerEpoch: 1)
    _ = try await service.train(plan, in: folder.url, on: DrawnBalls())
    plan.optimizer.learningRate *= 2
    await #expect(throws: TrainingError.otherPlan(folder: folder.url.lastPathComponent)) {
      try await service.train(plan, in: folder.url, on: DrawnBalls())
    }
    plan.optimizer.learningRate /= 2
    plan.reasons = ["batchSize": "other words do not make another plan"]
    let again = try await service.train(plan, in: folder.url, on: DrawnBalls())
    #expect(again == .finished)
    let file = folder.url.appending(path: "checkpoint.safetensors")
    try Data(try bytes(folder.url).dropLast(10)).write(to: file)
    await #expect(throws: TrainingError.self) {
      try await service.train(plan, in: folder.url, on: DrawnBalls())
    }
  }

  @Test("A loss that is no number ends the training with the step's number")
  func diverges() async throws {
    let folder = try TemporaryFolder()
    struct Broken: BatchSource {
      func trainingBatch(_ step: Int) -> TrainingBatch {
        var batch = DrawnBalls().trainingBatch(step)
        if step == 2 { batch.patches[0].image[0] = .nan }
        return batch
      }
      func validationBatch(_ index: Int) -> TrainingBatch { DrawnBalls().validationBatch(index) }
    }
    await #expect(throws: TrainingError.diverged(step: 2)) {
      try await service.train(.tiny(), in: folder.url, on: Broken())
    }
  }

  @Test("Plans with impossible numbers are refused")
  func refusesPlans() async throws {
    let folder = try TemporaryFolder()
    let changes: [@Sendable (inout TrainingPlan) -> Void] = [
      { $0.batchSize = 0 }, { $0.accumulation = 3 }, { $0.epochs = 0 },
      { $0.foregroundShare = .nan }, { $0.optimizer.learningRate = -1 },
      { $0.loss = LossPlan(overlap: .none, voxels: .none) }, { $0.model.patchSize = [7, 16, 16] },
    ]
    for change in changes {
      var plan = TrainingPlan.tiny()
      change(&plan)
      await #expect(throws: TrainingError.self) {
        try await service.train(plan, in: folder.url, on: DrawnBalls())
      }
    }
  }
}

/// A checkpoint without the seconds that its log holds.
struct TrainingFile: Equatable {
  var weights: [String: [Float]]
  var losses: [Double]

  init(_ folder: URL) throws {
    let file = try TensorFile(contentsOf: folder.appending(path: "checkpoint.safetensors"))
    weights = file.tensors.mapValues(\.values)
    let log = try String(contentsOf: folder.appending(path: "log.jsonl"), encoding: .utf8)
    losses = try log.split(separator: "\n").map {
      try JSONDecoder().decode(EpochRecord.self, from: Data($0.utf8)).trainingLoss
    }
  }
}
