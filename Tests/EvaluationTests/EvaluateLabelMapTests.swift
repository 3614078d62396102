import Anatomy
import Datasets
import Evaluation
import Foundation
import SegmentationMetrics
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite("Evaluation of label maps")
struct EvaluateLabelMapTests {
  private let drawn: DrawnCases

  init() throws { drawn = try DrawnCases() }

  @Test("A scheme names the labels; those it does not know are findings, absent ones are empty")
  func scheme() throws {
    try drawn.draw("reference/p1.nii.gz", [1: 2..<6, 9: 8..<9])
    try drawn.draw("prediction/p1.nii.gz", [1: 3..<7])
    let result = try drawn.evaluated { $0.labels = LabelScheme(named: "hntsmrg") }
    #expect(result.structures == ["GTVn", "GTVp"])
    #expect(result.dice("p1", "GTVp") == .value(0.75))
    #expect(result.dice("p1", "GTVn") == .undefined(.bothEmpty))
    #expect(result.kinds == [.unknownLabel, .bothEmpty])
  }

  @Test("Without names labels go by number, and one that a side lacks is empty there")
  func numbers() throws {
    try drawn.draw("reference/p1.nii.gz", [1: 2..<6, 10: 7..<8])
    try drawn.draw("prediction/p1.nii.gz", [1: 2..<6, 2: 8..<9])
    let result = try drawn.evaluated()
    #expect(result.structures == ["Label 1", "Label 2", "Label 10"])
    #expect(result.dice("p1", "Label 1") == .value(1))
    #expect(result.dice("p1", "Label 10") == .value(0))
    #expect(result.kinds == [.referenceEmpty, .predictionEmpty])
  }

  @Test("Sets of segments are compared with masks, and two files as one case")
  func segments() throws {
    let scheme = LabelScheme(entries: [
      .init(label: 1, name: "Left Parotid"), .init(label: 2, name: "Gehirn"),
    ])
    try drawn.draw("reference/set.seg.nrrd", [1: 2..<6, 2: 7..<9], scheme: scheme)
    try drawn.draw("prediction/Parotid_L.nrrd", [1: 2..<6])
    try drawn.draw("prediction/Brain.nrrd", [1: 7..<9])
    let result = try drawn.evaluated {
      $0.reference = try StructureLibrary(at: drawn.url("reference/set.seg.nrrd"))
      $0.vocabulary = try .standard.adding([("gehirn", "Brain")])
    }
    #expect(result.cases == ["prediction"] || result.cases == ["set"])
    #expect(result.table.scores.map(\.value) == [.value(1), .value(1)])
    #expect(result.structures == ["Brain", "Parotid_L"])
  }

  @Test("Two segments of one structure are a finding, and none is used")
  func doubled() throws {
    let scheme = LabelScheme(entries: [
      .init(label: 1, name: "Parotid_L"), .init(label: 2, name: "LeftParotid"),
      .init(label: 3, name: "Brain"),
    ])
    try drawn.draw("reference/p1.seg.nrrd", [1: 2..<4, 2: 4..<6, 3: 7..<9], scheme: scheme)
    try drawn.draw(
      "prediction/p1.seg.nrrd",
      [1: 2..<6, 3: 7..<9],
      scheme: .init(entries: [
        .init(label: 1, name: "Parotid_L"), .init(label: 3, name: "Brain"),
      ])
    )
    let result = try drawn.evaluated()
    #expect(result.kinds == [.duplicateName])
    #expect(result.dice("p1", "Parotid_L") == .undefined(.referenceMissing))
    #expect(result.dice("p1", "Brain") == .value(1))
  }

  @Test("A label map that cannot be read costs its case alone")
  func unreadable() throws {
    for name in ["p1", "p2"] {
      try drawn.draw("reference/\(name).nii.gz", [1: 2..<6])
      try drawn.draw("prediction/\(name).nii.gz", [1: 2..<6])
    }
    let url = drawn.url("prediction/p2.nii.gz")
    try Data(contentsOf: url).prefix(40).write(to: url)
    let result = try drawn.evaluated()
    #expect(result.kinds == [.unreadable])
    #expect(result.dice("p1", "Label 1") == .value(1))
    #expect(result.dice("p2", "Label 1") == .undefined(.predictionMissing))
  }

  @Test(
    "HNTS-MRG's aggregated Dice comes out to the last digit",
    .enabled(if: SharedData.has("hntsmrg_eval"))
  )
  func challenge() throws {
    let data = try #require(SharedData.folder).appending(path: "hntsmrg_eval")
    var request = EvaluationRequest(
      reference: try StructureLibrary(
        at: data.appending(path: "groundtruth_masks"),
        pattern: "{case}_midRT_mask.nii.gz"
      ),
      prediction: try StructureLibrary(
        at: data.appending(path: "prediction_masks"),
        pattern: "{case}_preRT_mask_registered.nii.gz"
      )
    )
    request.labels = LabelScheme(named: "hntsmrg")
    request.metrics = [.dice]
    let result = try evaluate(request)
    #expect(result.cases.first == "8" && result.cases.last == "99")
    #expect(result.structures == ["GTVn", "GTVp"])
    #expect(result.aggregatedDice == [0.7249491946997102, 0.2251672584272026])
  }
}
