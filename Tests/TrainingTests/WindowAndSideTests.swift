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
import Volumes

@Suite("Training on windows, on merged sides, and without a scan")
struct WindowAndSideTests {
  /// Drawn cases whose one scan counts as a CT and as an MR, and their plan: two windows, one MR.
  private func twoScans() throws -> (drawn: DrawnCases, dataset: TrainingDataset, TrainingPlan) {
    let drawn = try DrawnCases()
    var dataset = drawn.dataset
    dataset.channelNames = ["CT", "MR_T1"]
    for number in dataset.cases.indices {
      dataset.cases[number].channels += dataset.cases[number].channels
    }
    var plan = DrawnCases.plan()
    plan.model.channelNames = dataset.channelNames
    plan.model.preparation.channels = [
      .init(scheme: .window, window: .init(lower: 0, upper: 200), source: 0),
      .init(scheme: .window, window: .init(lower: 90, upper: 400), source: 0),
      .init(scheme: .none, source: 1),
    ]
    plan.model.architecture.unet?.inputChannels = 3
    return (drawn, dataset, plan)
  }

  @Test("Training sees the windows that inference sees, to the last bit")
  func equality() throws {
    let (drawn, dataset, plan) = try twoScans()
    _ = try drawn.prepared.prepare(dataset, plan: plan.model, threads: 2)
    let file = try drawn.prepared.open(["case_1"], plan: plan.model)[0]
    let loaded = try dataset.load(dataset.cases[1])
    let expected = try prepare(loaded.channels, plan: plan.model.preparation, threads: 1)
    #expect(file.record.channelCount == 3)
    #expect(file.image == expected.voxels)
    let count = expected.voxels.count / 3
    let soft = expected.voxels[..<count]
    #expect(zip(soft, expected.voxels[(2 * count)...]).allSatisfy { abs($0 - $1 / 200) < 1e-6 })
  }

  @Test("All channels of a scan are left out together, and never all scans")
  func dropout() throws {
    var (drawn, dataset, plan) = try twoScans()
    plan.augmentation.channelDropout = 0.5
    plan.model.optionalChannels = ["CT", "MR_T1"]
    _ = try drawn.prepared.prepare(dataset, plan: plan.model, threads: 2)
    let files = try drawn.prepared.open(["case_0"], plan: plan.model)
    func left(_ plan: TrainingPlan) throws -> [Set<Int>: Int] {
      let source = try CaseBatches(plan: plan, training: files, validation: files)
      var seen: [Set<Int>: Int] = [:]
      for step in 0..<40 {
        for patch in try source.trainingBatch(step).patches {
          let count = patch.image.count / 3
          let there = (0..<3).filter { channel in
            patch.image[channel * count..<(channel + 1) * count].contains { $0 != 0 }
          }
          seen[Set(there), default: 0] += 1
        }
      }
      return seen
    }
    let either = try left(plan)
    #expect(Set(either.keys) == [[0, 1, 2], [0, 1], [2]])
    #expect(either.values.allSatisfy { $0 > 20 })
    plan.model.optionalChannels = nil
    #expect(Set(try left(plan).keys) == [[0, 1, 2], [0, 1]])
    plan.augmentation.channelDropout = 0
    #expect(Set(try left(plan).keys) == [[0, 1, 2]])
  }

  private func fingerprint(_ channels: Int) -> DatasetFingerprint {
    DatasetFingerprint(
      cases: (0..<5).map {
        .init(
          name: "\($0)",
          spacing: [2, 1, 1],
          shape: [64, 128, 128],
          relativeSize: 1,
          sideAxis: 2,
          contoured: [1, 2]
        )
      },
      channels: (0..<channels).map { _ in
        .init(
          mean: 1,
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

  private func dataset(_ channels: [String], merged: Bool = false) throws -> TrainingDataset {
    let scheme = LabelScheme(entries: [
      .init(label: 1, name: "Parotid_L"), .init(label: 2, name: "Parotid_R"),
      .init(label: 3, name: "Brainstem"),
    ])
    let sides = try #require(MergedSides.merging(scheme))
    return TrainingDataset(
      name: "Clinic",
      folder: URL(filePath: "/"),
      layout: .listed,
      channelNames: channels,
      labels: merged ? sides.merged : scheme,
      cases: [],
      mergedSides: merged ? sides.sides : nil
    )
  }

  @Test("A plan with windows has a channel for each, and names the scans that may be missing")
  func windows() throws {
    var options = PlanningOptions(modalityDropout: 0.2)
    options.windows = try ["soft", "BONE", "-5:65", "ct", "raw"].map {
      try #require(PlannedWindow($0))
    }
    let plan = try makePlan(
      for: dataset(["CT", "MR_T1"]),
      fingerprint: fingerprint(2),
      options: options
    )
    let preparation = plan.model.preparation
    #expect(plan.model.architecture.inputChannels == 6)
    #expect(preparation.channels.indices.map(preparation.source(of:)) == [0, 0, 0, 0, 0, 1])
    #expect(
      preparation.channels.map(\.scheme) == [.window, .window, .window, .ct, .none, .zScore]
    )
    #expect(preparation.channels[2].window == WindowBounds(lower: -5, upper: 65))
    #expect(plan.model.optionalChannels == ["MR_T1"])
    #expect(plan.augmentation.channelDropout == 0.2)
    #expect(plan.explanation.contains { $0.value.contains("CT: -160 to 350") })
    options.optionalChannels = ["mr_t1", "ct"]
    let both = try makePlan(
      for: dataset(["CT", "MR_T1"]),
      fingerprint: fingerprint(2),
      options: options
    )
    #expect(both.model.optionalChannels == ["CT", "MR_T1"])
  }

  @Test("Windows without a CT, words that are no window, and dropout of the only scan are refused")
  func refused() throws {
    for text in ["lung", "5:5", "9:1", "1:2:3", "nan:4", ""] { #expect(PlannedWindow(text) == nil) }
    func plan(_ channels: [String], _ options: PlanningOptions) throws {
      _ = try makePlan(
        for: dataset(channels),
        fingerprint: fingerprint(channels.count),
        options: options
      )
    }
    #expect(throws: PlanningError.self) {
      try plan(["T2"], PlanningOptions(windows: [.plain]))
    }
    #expect(throws: PlanningError.self) {
      try plan(["CT"], PlanningOptions(modalityDropout: 0.3))
    }
    #expect(throws: PlanningError.self) {
      try plan(["CT", "T1"], PlanningOptions(optionalChannels: ["T1"]))
    }
    #expect(throws: PlanningError.self) {
      try plan(["CT", "T1"], PlanningOptions(modalityDropout: 0.3, optionalChannels: ["T2"]))
    }
    #expect(throws: PlanningError.self) {
      try plan(["CT", "T1"], PlanningOptions(modalityDropout: 1))
    }
  }

  @Test("With merged sides every axis may be mirrored, in training and in testing")
  func mergedPlan() throws {
    let merged = try dataset(["CT"], merged: true)
    let plan = try makePlan(for: merged, fingerprint: fingerprint(1))
    #expect(plan.model.outputs == .classes([0, 1, 2]))
    #expect(plan.augmentation.mirroringAxes == [2] && plan.augmentation.sidePairs.isEmpty)
    #expect(plan.model.mirroringAxes == [2])
    #expect(plan.model.mergedSides == merged.mergedSides)
    let again = try JSONDecoder().decode(TrainingPlan.self, from: JSONEncoder().encode(plan))
    #expect(again == plan)
  }
}
