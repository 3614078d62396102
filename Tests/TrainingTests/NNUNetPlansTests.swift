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

/// What nnU-Net's planners made, see `Golden/make_plans.py`.
private struct GoldenDataset: Decodable, CustomTestStringConvertible {
  struct Configuration: Decodable {
    var spacing: [Double]
    var medianShape: [Double]
    var patch: [Int]
    var batch: Int
    var features: [Int]
    var strides: [[Int]]
    var kernels: [[Int]]
    var encoder: [Int]
    var decoder: [Int]
    var batchDice: Bool
  }
  struct Plan: Decodable {
    var preset: String
    var memory: Double
    var transpose: [Int]
    var fullres: Configuration
    var lowres: Configuration?
  }
  var name: String
  var spacings: [[Double]]
  var shapes: [[Int]]
  var channels: Int
  var classes: Int
  var plans: [Plan]

  var testDescription: String { name }

  static func all() -> [GoldenDataset] {
    guard let url = Bundle.module.url(forResource: "Golden/plans", withExtension: "json"),
      let data = try? Data(contentsOf: url),
      let sets = try? JSONDecoder().decode([GoldenDataset].self, from: data)
    else { return [] }
    return sets
  }

  var dataset: TrainingDataset {
    TrainingDataset(
      name: name,
      folder: URL(filePath: "/"),
      layout: .listed,
      channelNames: (0..<channels).map { _ in "CT" },
      labels: LabelScheme(
        entries: (1..<classes).map { .init(label: UInt16($0), name: "Structure \($0)") }
      ),
      cases: []
    )
  }

  var fingerprint: DatasetFingerprint {
    DatasetFingerprint(
      cases: zip(spacings, shapes).enumerated().map { index, one in
        .init(name: "\(index)", spacing: one.0, shape: one.1)
      },
      channels: (0..<channels).map { _ in
        .init(
          mean: 30,
          standardDeviation: 200,
          minimum: -1000,
          percentile005: -900,
          median: 40,
          percentile995: 1500,
          maximum: 3000
        )
      }
    )
  }
}

@Suite("Plans beside nnU-Net's")
struct NNUNetPlansTests {
  @Test("Plans are nnU-Net's", arguments: GoldenDataset.all())
  private func golden(_ set: GoldenDataset) throws {
    for expected in set.plans {
      var options = PlanningOptions()
      options.preset = try #require(PlanningPreset(rawValue: expected.preset))
      options.memory = expected.memory
      let full = try makePlan(for: set.dataset, fingerprint: set.fingerprint, options: options)
      expect(full, expected.fullres, expected)
      options.resolution = .low
      if let low = expected.lowres {
        let plan = try makePlan(for: set.dataset, fingerprint: set.fingerprint, options: options)
        expect(plan, low, expected)
      } else {
        #expect(throws: PlanningError.self) {
          try makePlan(for: set.dataset, fingerprint: set.fingerprint, options: options)
        }
      }
    }
  }

  private func expect(
    _ plan: TrainingPlan,
    _ expected: GoldenDataset.Configuration,
    _ whole: GoldenDataset.Plan
  ) {
    let note = Comment("\(whole.preset), \(whole.memory) GB, \(plan.model.configuration)")
    guard let network = plan.model.architecture.unet else {
      Issue.record("a U-Net was planned for")
      return
    }
    #expect(plan.model.preparation.transposeForward == whole.transpose, note)
    #expect(plan.model.preparation.spacing == expected.spacing, note)
    #expect(plan.model.patchSize == expected.patch, note)
    #expect(plan.batchSize == expected.batch, note)
    #expect(network.features == expected.features, note)
    #expect(network.strides == expected.strides, note)
    #expect(network.kernels == expected.kernels, note)
    #expect(network.encoderDepths == expected.encoder, note)
    #expect(network.decoderDepths == expected.decoder, note)
    #expect(network.encoder == (whole.preset == "plain" ? .plain : .residual), note)
    #expect(plan.loss.isBatchDice == expected.batchDice, note)
  }

  @Test("The golden plans are there")
  func goldenCount() { #expect(GoldenDataset.all().count == 13) }
}
