import Foundation
import Models
import NeuralNetworks
import TestSupport
import Testing
import Training

@Suite("Models from trained folds")
struct FinishedModelTests {
  /// A plan with three stages, so that deep supervision has a head to leave behind.
  private func plan(averageDecay: Double? = nil) -> TrainingPlan {
    var plan = TrainingPlan.tiny(epochs: 2, stepsPerEpoch: 2)
    plan.model.architecture.features = [4, 8, 8]
    plan.model.architecture.kernels = Array(repeating: [3, 3, 3], count: 3)
    plan.model.architecture.strides = [[1, 1, 1], [2, 2, 2], [2, 2, 2]]
    plan.model.architecture.encoderDepths = [1, 1, 1]
    plan.model.architecture.decoderDepths = [1, 1]
    plan.loss.hasDeepSupervision = true
    plan.optimizer.averageDecay = averageDecay
    return plan
  }

  private func trained(_ plan: TrainingPlan, in folder: URL) async throws {
    _ = try await TrainingService(threads: 1).train(plan, in: folder, on: DrawnBalls())
  }

  @Test("Two folds become one model that is written, read and exported like any other")
  func twoFolds() async throws {
    let folder = try TemporaryFolder()
    var folds: [TrainedFold] = []
    for (name, seed) in [("0", 3), ("1", 4)] {
      var plan = plan()
      plan.seed = UInt64(seed)
      folds.append(TrainedFold(name: name, folder: folder.url.appending(path: "fold_\(name)")))
      try await trained(plan, in: folds[folds.count - 1].folder)
    }
    let model = try finishedModel(of: folds, day: "2026-11-22")
    #expect(model.folds.map(\.name) == ["0", "1"])
    #expect(model.folds[0] != model.folds[1])
    let expected = Set(model.plan.architecture.expectedWeights.map(\.name))
    #expect(Set(model.folds[0].weights.keys) == expected)
    #expect(model.provenance.kind == "Delineate")
    let sources = model.provenance.sources.map(\.file)
    #expect(sources == ["best.safetensors", "plan.json", "best.safetensors", "plan.json"])
    #expect(model.provenance.sources.allSatisfy { $0.sha256.count == 64 })

    let own = folder.url.appending(path: "own")
    try writeModel(model, to: own)
    #expect(try readModel(at: own) == model)
    let half = folder.url.appending(path: "half")
    try writeModel(model, to: half, storage: .float16)
    #expect(try readModel(at: half).plan == model.plan)
    let nnunet = folder.url.appending(path: "nnunet")
    try exportNNUNet(model, to: nnunet)
    #expect(try readModel(at: nnunet).folds == model.folds)
  }

  @Test("The last weights and their average are taken as they were asked for")
  func last() async throws {
    for decay in [nil, 0.9] {
      let folder = try TemporaryFolder()
      let plan = plan(averageDecay: decay)
      try await trained(plan, in: folder.url)
      let fold = TrainedFold(name: "all", folder: folder.url)
      let weights = try fold.availableWeights()
      #expect(weights == (decay == nil ? [.best, .last] : [.best, .last, .average]))
      let asked = try #require(weights.last)
      let model = try finishedModel(of: [fold], weights: asked)
      let file = folder.url.appending(path: "checkpoint.safetensors")
      let stored = try TensorFile(contentsOf: file).tensors
      for (name, weight) in model.folds[0].weights {
        let prefix = decay == nil ? "weights." : "optimizer.average."
        #expect(stored[prefix + name] == weight)
      }
    }
  }

  @Test("The log and the plan are read back")
  func files() async throws {
    let folder = try TemporaryFolder()
    #expect(try trainingEpochs(in: folder.url).isEmpty)
    try await trained(plan(), in: folder.url)
    #expect(try trainingPlan(in: folder.url) == plan())
    #expect(try trainingEpochs(in: folder.url).map(\.steps) == [2, 4])
  }

  @Test("What does not fit together is refused")
  func refusals() async throws {
    let folder = try TemporaryFolder()
    let (first, second) = (folder.url.appending(path: "a"), folder.url.appending(path: "b"))
    try await trained(plan(), in: first)
    var other = plan()
    other.model.architecture.features = [2, 4, 4]
    try await trained(other, in: second)
    let folds = [TrainedFold(name: "0", folder: first), TrainedFold(name: "1", folder: second)]
    #expect(throws: TrainingError.differentFolds(name: "1")) { try finishedModel(of: folds) }
    #expect(throws: TrainingError.self) { try finishedModel(of: []) }
    let missing = TrainedFold(name: "0", folder: folder.url)
    #expect(throws: TrainingError.self) { try finishedModel(of: [missing]) }

    // Weights of one training under the plan of another.
    try FileManager.default.removeItem(at: first.appending(path: "plan.json"))
    try FileManager.default.copyItem(
      at: second.appending(path: "plan.json"),
      to: first.appending(path: "plan.json")
    )
    #expect(throws: TrainingError.otherPlan(folder: "a")) { try finishedModel(of: [folds[0]]) }
    try FileManager.default.removeItem(at: first.appending(path: "best.safetensors"))
    #expect(throws: TrainingError.self) { try finishedModel(of: [folds[0]]) }
    try Data("{}".utf8).write(to: first.appending(path: "plan.json"))
    #expect(throws: TrainingError.self) { try finishedModel(of: [folds[0]]) }
    try Data("{".utf8).write(to: first.appending(path: "log.jsonl"))
    #expect(throws: TrainingError.self) { try trainingEpochs(in: first) }
  }
}
