import Foundation
import Segmentation
import TestSupport
import Testing

@Suite("Policies of inference")
struct InferencePolicyTests {
  @Test("CHB-QuantIF's rules are chosen by the scan's size on the model's grid")
  func chbQuantIF() throws {
    let policy = InferencePolicy.chbQuantIF
    let choices: [(Int, [String], Double)] = [
      (99_999_999, ["0", "1", "2", "3", "4"], 0.4), (100_000_000, ["0", "1", "2", "3", "4"], 0.6),
      (169_999_999, ["all"], 0.4), (170_000_000, ["all"], 0.6), (Int.max, ["all"], 0.6),
    ]
    for (voxels, folds, step) in choices {
      let rule = try policy.rule(voxels: voxels)
      #expect(rule.folds == folds && rule.step == step && rule.mirroring)
    }
  }

  @Test("A policy decides the folds, the mirroring and the step of a run")
  func run() async throws {
    let folder = try TemporaryFolder()
    let scan = try writeScan(to: folder)
    let model = try DrawnModel(folds: 2).write(to: folder)
    let service = SegmentationService()
    var request = SegmentationRequest(inputs: [scan], model: model, device: .cpu)
    request.policy = InferencePolicy(rules: [
      .init(below: 10, folds: ["0"]), .init(below: nil, folds: ["1"], mirroring: false, step: 1),
    ])
    let report = try await service.segment(request).report
    #expect(report.model.folds == ["1"])
    #expect(report.settings.step == 1 && report.settings.mirroringAxes.isEmpty)
    var plain = SegmentationRequest(inputs: [scan], model: model, folds: ["1"], device: .cpu)
    plain.mirroring = false
    plain.stepFraction = 1
    let same = try await service.segment(plain)
    #expect(try await service.segment(request).labelMap == same.labelMap)
    request.policy = .chbQuantIF
    await #expect(throws: SegmentationError.self) { try await service.segment(request) }
  }

  @Test("Rules that contradict one another are refused")
  func refused() throws {
    let all = InferencePolicy.Rule(below: nil)
    for rules: [InferencePolicy.Rule] in [
      [], [.init(below: 5)], [all, .init(below: 5)], [.init(below: 5), .init(below: 5), all],
      [.init(below: 0), all], [.init(below: nil, step: 0)], [.init(below: nil, folds: [])],
    ] {
      #expect(throws: SegmentationError.self) { try InferencePolicy(rules: rules).rule(voxels: 3) }
    }
    #expect(throws: SegmentationError.self) { try InferencePolicy("no such file.json") }
  }
}
