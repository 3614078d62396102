import Anatomy
import Datasets
import Foundation
import Models
import NeuralNetworks
import Preprocessing
import Testing
import Training

@Suite("Plans of M3-Net")
struct M3PlanningTests {
  private func dataset(_ channels: [String]) -> TrainingDataset {
    TrainingDataset(
      name: "Clinic",
      folder: URL(filePath: "/"),
      layout: .listed,
      channelNames: channels,
      labels: LabelScheme(entries: [
        .init(label: 1, name: "Brainstem"), .init(label: 2, name: "Parotid_R"),
        .init(label: 3, name: "Parotid_L"), .init(label: 4, name: "GTVp"),
        .init(label: 5, name: "OpticChiasm"),
      ]),
      cases: []
    )
  }

  private func plan(_ channels: [String], _ m3: M3Options = M3Options()) throws -> TrainingPlan {
    let fingerprint = DatasetFingerprint(
      cases: (0..<3).map { index in
        .init(
          name: "\(index)",
          spacing: [3, 1, 1],
          shape: [60, 160, 160],
          relativeSize: 1,
          sideAxis: 2,
          contoured: [1, 2, 3, 4, 5]
        )
      },
      channels: channels.map { _ in
        .init(
          mean: 0,
          standardDeviation: 2,
          minimum: -3,
          percentile005: -2,
          median: 0,
          percentile995: 4,
          maximum: 5
        )
      }
    )
    return try makePlan(
      for: dataset(channels),
      fingerprint: fingerprint,
      options: PlanningOptions(preset: .m3, memory: 1, features: 8, m3: m3)
    )
  }

  @Test("CT and MR make the whole network, with the regions that the data set has structures of")
  func full() throws {
    let plan = try plan(["CT", "MR_T1"])
    let m3 = try #require(plan.model.architecture.m3)
    #expect(m3.modalities == [.init(name: "ct"), .init(name: "mr")])
    #expect(m3.fusion == .alignedGates && m3.registration != nil)
    let regions = try #require(m3.masks?.regions)
    #expect(regions.map(\.name) == ["neuraxis", "orbits-optics", "salivary"])
    #expect(regions.map(\.classes) == [[1], [5], [2, 3]])
    #expect(regions.map(\.priority) == [1, 2, 4])
    #expect(plan.jointLoss == JointLossPlan())
    #expect(plan.model.optionalChannels == ["CT", "MR_T1"])
    #expect(plan.augmentation.channelDropout == 0.2)
    #expect(plan.explanation.contains { $0.value.contains("M3-Net of CT + MR, aligned-gates") })
    let data = try JSONEncoder().encode(plan)
    #expect(try JSONDecoder().decode(TrainingPlan.self, from: data) == plan)
  }

  @Test("Each ablation leaves out its part")
  func ablations() throws {
    func network(_ channels: [String], _ options: M3Options) throws -> M3NetPlan {
      try #require(try plan(channels, options).model.architecture.m3)
    }
    let both = ["CT", "MR_T1"]
    let alone = try network(["CT"], M3Options(hasMasks: false))
    #expect(alone.fusion == .input && alone.registration == nil && alone.masks == nil)
    let stacked = try network(both, M3Options(fusion: .input, hasMasks: false))
    #expect(stacked.inputChannels == 2 && stacked.registration == nil)
    let unfused = try network(both, M3Options(fusion: .concatenation))
    #expect(unfused.fusion == .concatenation && unfused.registration != nil)
    #expect(try network(both, M3Options(hasMasks: false)).masks == nil)
    let single = try network(both, M3Options(hasRegistration: false))
    #expect(single.fusion == .gates && single.registration == nil && single.masks != nil)
    let windows = try network(["CT_soft", "CT_bone", "MR"], M3Options())
    #expect(windows.modalities.map(\.channels) == [2, 1])
  }

  @Test("Channels in no order, and parts that one scan does not allow, are refused")
  func refusals() throws {
    #expect(throws: PlanningError.self) { try plan(["CT", "MR", "CT_bone"]) }
    #expect(throws: PlanningError.self) { try plan(["CT"], M3Options(fusion: .gates)) }
    #expect(throws: PlanningError.self) {
      try plan(["CT", "MR"], M3Options(fusion: .alignedGates, hasRegistration: false))
    }
  }
}
