import Anatomy
import Datasets
import Foundation
import ImageProcessing
import Models
import NeuralNetworks
import Preprocessing
import TestSupport
import Testing
import Training

@Suite("Plans")
struct PlanningTests {
  private let dataset = TrainingDataset(
    name: "Clinic",
    folder: URL(filePath: "/"),
    layout: .listed,
    channelNames: ["CT", "T2", "mask_prior"],
    labels: LabelScheme(entries: [
      .init(label: 1, name: "Brainstem"), .init(label: 2, name: "Parotid_R"),
      .init(label: 3, name: "Parotid_L"), .init(label: 4, name: "Eye_AL"),
      .init(label: 5, name: "Eye_AR"),
    ]),
    cases: []
  )

  private func fingerprint(
    relativeSize: Double = 1,
    sideAxes: [Int] = [2]
  ) -> DatasetFingerprint {
    DatasetFingerprint(
      cases: (0..<8).map { index in
        .init(
          name: "\(index)",
          spacing: [3, 1, 1],
          shape: [100, 256, 256],
          relativeSize: relativeSize,
          sideAxis: sideAxes[index % sideAxes.count],
          contoured: index < 5 ? [1, 2, 3, 4, 5] : [1]
        )
      },
      channels: (0..<3).map {
        .init(
          mean: Double($0),
          standardDeviation: 2,
          minimum: -3,
          percentile005: -2,
          median: 0,
          percentile995: 4,
          maximum: 5
        )
      }
    )
  }

  @Test("Attention is paid to the channels that are masks, where it is asked for")
  func maskAttention() throws {
    let fingerprint = fingerprint()
    let plain = try makePlan(for: dataset, fingerprint: fingerprint)
    #expect(plain.model.architecture.unet?.maskAttention == nil)
    for preset in [PlanningPreset.plain, .residualM] {
      let options = PlanningOptions(preset: preset, hasMaskAttention: true)
      let plan = try makePlan(for: dataset, fingerprint: fingerprint, options: options)
      #expect(plan.model.architecture.unet?.maskAttention == MaskAttentionPlan(channels: [2]))
      #expect(try #require(plan.reasons["network"]).hasSuffix("attention to mask_prior"))
      let channels = plan.model.architecture.inputChannels
      #expect(channels == 3)
    }
    let windows = try makePlan(
      for: dataset,
      fingerprint: fingerprint,
      options: PlanningOptions(
        hasMaskAttention: true,
        windows: ["ct", "soft"].compactMap { PlannedWindow($0) }
      )
    )
    #expect(windows.model.architecture.unet?.maskAttention?.channels == [3])
    var without = dataset
    without.channelNames = ["CT", "T2", "gradient"]
    #expect(throws: PlanningError.self) {
      try makePlan(
        for: without,
        fingerprint: fingerprint,
        options: PlanningOptions(hasMaskAttention: true)
      )
    }
    #expect(throws: PlanningError.self) {
      try makePlan(
        for: dataset,
        fingerprint: fingerprint,
        options: PlanningOptions(preset: .m3, hasMaskAttention: true)
      )
    }
  }

  @Test("A channel's name decides how it is normalized")
  func normalization() throws {
    let plan = try makePlan(for: dataset, fingerprint: fingerprint(relativeSize: 0.7))
    let channels = plan.model.preparation.channels
    #expect(channels.map(\.scheme) == [.ct, .zScore, .none])
    #expect(channels.map(\.usesNonzeroMask) == [false, true, false])
    #expect(channels[0].foreground?.percentile995 == 4)
    #expect(plan.model.outputs == .classes([0, 1, 2, 3, 4, 5]))
  }

  @Test("Sides are mirrored where each structure has its other, and never in test time")
  func mirroring() throws {
    let plan = try makePlan(for: dataset, fingerprint: fingerprint())
    #expect(plan.augmentation.mirroringAxes == [2])
    #expect(plan.augmentation.sidePairs == [[2, 3], [4, 5]])
    #expect(plan.model.mirroringAxes.isEmpty)
    let all = try makePlan(
      for: dataset,
      fingerprint: fingerprint(),
      options: PlanningOptions(mirroring: .all)
    )
    #expect(all.augmentation.mirroringAxes == [0, 1, 2])
    #expect(all.model.mirroringAxes == [0, 1])
    let mixed = try makePlan(for: dataset, fingerprint: fingerprint(sideAxes: [2, 1]))
    #expect(mixed.augmentation.mirroringAxes.isEmpty)
    var alone = dataset
    alone.labels = LabelScheme(entries: [.init(label: 1, name: "Parotid_R")])
    let one = try makePlan(for: alone, fingerprint: fingerprint())
    #expect(one.augmentation.mirroringAxes.isEmpty && one.augmentation.sidePairs.isEmpty)
    #expect(one.reasons["mirroringAxes"]?.contains("Parotid_R") == true)
    alone.labels = LabelScheme(entries: [.init(label: 1, name: "GTVp")])
    #expect(try makePlan(for: alone, fingerprint: fingerprint()).model.mirroringAxes == [2])
  }

  @Test("What a person asks for is taken, noted, and made to fit the network")
  func overrides() throws {
    let plan = try makePlan(
      for: dataset,
      fingerprint: fingerprint(),
      options: PlanningOptions(
        spacing: [2, 2, 3],
        patch: [30, 60, 60],
        features: 8,
        batchSize: 3,
        epochs: 7,
        stepsPerEpoch: 20,
        seed: 5
      )
    )
    #expect(plan.model.preparation.transposeForward == [2, 0, 1])
    #expect(plan.model.preparation.spacing == [3, 2, 2])
    #expect(plan.model.patchSize.allSatisfy { $0.isMultiple(of: 8) })
    #expect(zip(plan.model.patchSize, [30, 60, 60]).allSatisfy { $0 >= $1 && $0 < $1 + 16 })
    #expect(plan.model.architecture.features == [8, 16, 32, 64, 80])
    #expect(plan.batchSize == 3 && plan.epochs == 7)
    #expect(plan.stepsPerEpoch == 20 && plan.validationSteps == 4)
    #expect(plan.seed == 5)
    for name in ["spacing", "patchSize", "batchSize", "features", "epochs", "stepsPerEpoch"] {
      #expect(plan.reasons[name]?.contains("asked for") == true, "\(name)")
    }
  }

  @Test("Every value of the explanation has a reason")
  func explanation() throws {
    let plan = try makePlan(for: dataset, fingerprint: fingerprint())
    #expect(plan.explanation.count == plan.reasons.count)
    for line in plan.explanation {
      #expect(!line.reason.isEmpty && !line.value.isEmpty, "\(line.name)")
    }
    #expect(plan.reasons["structures"]?.contains("5 (Parotid_R)") == true)
    #expect(plan.augmentation.isInPlane == (plan.model.patchSize[0] * 3 < plan.model.patchSize[1]))
  }

  @Test("Impossible wishes are refused")
  func refusals() throws {
    func error(_ options: PlanningOptions, _ print: DatasetFingerprint) -> PlanningError? {
      do throws(PlanningError) {
        _ = try makePlan(for: dataset, fingerprint: print, options: options)
        return nil
      } catch { return error }
    }
    let whole = fingerprint()
    for options in [
      PlanningOptions(memory: .infinity), PlanningOptions(spacing: [1, 1, 0]),
      PlanningOptions(patch: [1 << 40, 8, 8]), PlanningOptions(features: 0),
      PlanningOptions(batchSize: 0), PlanningOptions(epochs: -1), PlanningOptions(stepsPerEpoch: 0),
    ] {
      guard case .badOption = error(options, whole) else {
        Issue.record("\(options)")
        continue
      }
    }
    guard case .tooLittleMemory = error(PlanningOptions(memory: 0.001, features: 320), whole) else {
      Issue.record("a thousandth of a GB")
      return
    }
    var tiny = whole
    for index in tiny.cases.indices { tiny.cases[index].shape = [3, 5, 6] }
    guard case .tooSmall = error(PlanningOptions(), tiny) else {
      Issue.record("three voxels")
      return
    }
  }

  @Test("A planned folder reads back, and parts of different data sets are told")
  func folder() throws {
    let place = try TemporaryFolder()
    var dataset = dataset
    dataset.channelNames = ["CT"]
    dataset.cases = ["a", "b"].map { name in
      TrainingCase(
        name: name,
        channels: [URL(filePath: "/\(name).nii.gz")],
        labels: .masks([.init(file: URL(filePath: "/\(name).nrrd"), label: 1)]),
        checksum: name
      )
    }
    var print = fingerprint()
    print.channels = [print.channels[0]]
    print.datasetChecksum = dataset.checksum
    let splits = CrossValidationSplits(folds: [.init(training: ["a"], validation: ["b"])])
    let written = PlannedFolder(
      at: place.url.appending(path: "work"),
      plan: try makePlan(for: dataset, fingerprint: print),
      dataset: dataset,
      splits: splits,
      fingerprint: print
    )
    try written.write()
    let read = try PlannedFolder(contentsOf: written.url)
    #expect(read.plan == written.plan)
    #expect(read.dataset == dataset)
    #expect(read.splits == splits)
    #expect(read.fingerprint == print)
    let text = try String(contentsOf: written.url.appending(path: "plan.json"), encoding: .utf8)
    #expect(
      text.contains(
        "\"patchSize\" : [\(read.plan.model.patchSize.map(String.init).joined(separator: ", "))]"
      )
    )
    // A training of this plan is not cut loose from it.
    try FileManager.default.createDirectory(
      at: written.url.appending(path: "fold_0"),
      withIntermediateDirectories: true
    )
    try written.write()
    var other = written
    other.plan.seed = 9
    #expect(throws: PlanningError.alreadyTrained(folder: "work", fold: "fold_0")) {
      try other.write()
    }
    other.dataset.cases[0].checksum = "changed"
    try other.dataset.json().write(to: written.url.appending(path: TrainingDataset.fileName))
    #expect(throws: PlanningError.otherDataset(folder: "work")) {
      try PlannedFolder(contentsOf: written.url)
    }
    try Data("[]".utf8).write(to: written.url.appending(path: "splits.json"))
    #expect(throws: PlanningError.splits(.noFolds)) { try PlannedFolder(contentsOf: written.url) }
    #expect(throws: PlanningError.self) { try PlannedFolder(contentsOf: place.url) }
  }
}
