import Anatomy
import Datasets
import Evaluation
import Foundation
import SegmentationMetrics
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite("Evaluation of cases")
struct EvaluateTests {
  private let drawn: DrawnCases

  init() throws { drawn = try DrawnCases() }

  @Test("Structures are matched by what their names mean")
  func names() throws {
    try drawn.draw("reference/p1/Cochlea-Lt.nrrd", [1: 2..<6])
    try drawn.draw("prediction/p1/Cochlea_L.nii.gz", [255: 3..<7])
    try drawn.draw("reference/p1/Brain.nrrd", [1: 2..<6])
    try drawn.draw("prediction/p1/brain.mha", [1: 2..<6])
    let result = try drawn.evaluated()
    #expect(result.structures == ["Brain", "Cochlea_L"])
    #expect(result.dice("p1", "Cochlea_L") == .value(0.75))
    #expect(result.dice("p1", "Brain") == .value(1))
    #expect(result.aggregatedDice == [1, 0.75])
    #expect(result.findings.isEmpty)
    #expect(result.comparedCount == 2)
    #expect(try drawn.evaluated { $0.structures = ["LeftCochlea"] }.structures == ["Cochlea_L"])
  }

  @Test("Missing cases and structures have scores without a value, and findings")
  func missing() throws {
    try drawn.draw("reference/p1/Brain.nrrd", [1: 2..<6])
    try drawn.draw("reference/p1/Lips.nrrd", [1: 2..<6])
    try drawn.draw("reference/p2/Brain.nrrd", [1: 2..<6])
    try drawn.draw("prediction/p1/Brain.nrrd", [1: 2..<6])
    try drawn.draw("prediction/p1/Larynx.nrrd", [1: 2..<6])
    try drawn.draw("prediction/p3/Brain.nrrd", [1: 2..<6])
    let result = try drawn.evaluated()
    #expect(result.cases == ["p1", "p2", "p3"])
    #expect(result.dice("p1", "Lips") == .undefined(.predictionMissing))
    #expect(result.dice("p1", "Larynx") == .undefined(.referenceMissing))
    #expect(result.dice("p2", "Brain") == .undefined(.predictionMissing))
    #expect(result.dice("p3", "Brain") == .undefined(.referenceMissing))
    #expect(
      result.kinds
        == [.referenceMissing, .predictionMissing, .predictionCaseMissing, .referenceCaseMissing]
    )
    #expect(result.table.scores.count == 5)
    #expect(result.summary(of: .dice, structure: "Brain")?.missing == 2)
  }

  @Test("Empty masks, single voxels and borders are compared and listed")
  func unusual() throws {
    try drawn.draw("reference/p1/Brain.nrrd", [:])
    try drawn.draw("prediction/p1/Brain.nrrd", [1: 2..<6])
    try drawn.draw("reference/p1/Lips.nrrd", [1: 2..<6])
    try drawn.draw("prediction/p1/Lips.nrrd", [:])
    try drawn.draw("reference/p1/Larynx.nrrd", [:])
    try drawn.draw("prediction/p1/Larynx.nrrd", [:])
    try drawn.draw("reference/p1/Tongue.nrrd", [1: 0..<4])
    try drawn.draw("prediction/p1/Tongue.nrrd", [1: 2..<4])
    var point = LabelMap(repeating: 0, grid: try #require(DrawnCases.grid))
    point[4, 4, 4] = 1
    try write(point, scheme: nil, to: drawn.url("reference/p1/Trachea.nrrd"))
    try write(point, scheme: nil, to: drawn.url("prediction/p1/Trachea.nrrd"))
    let result = try drawn.evaluated { $0.metrics = [.dice, .hausdorff(percentile: 95)] }
    #expect(
      result.kinds == [.referenceEmpty, .bothEmpty, .predictionEmpty, .touchesBorder, .singleVoxel]
    )
    #expect(result.dice("p1", "Brain") == .value(0))
    #expect(result.dice("p1", "Larynx") == .undefined(.bothEmpty))
    #expect(result.dice("p1", "Trachea") == .value(1))
    #expect(
      result.table.scores(of: .hausdorff(percentile: 95), structure: "Lips").map(\.value)
        == [.undefined(.predictionEmpty)]
    )
    #expect(result.findings[3].text.contains("in the reference,"))
    #expect(result.aggregatedDice[result.structures.firstIndex(of: "Larynx") ?? 0] == nil)
  }

  @Test("Other grids are not scored, unless the prediction is resampled as asked")
  func grids() throws {
    let fine = try VoxelGrid(
      size: [24, 20, 8],
      spacing: [0.5, 0.5, 2.5],
      origin: [-0.25, -0.25, 0]
    )
    try drawn.draw("reference/p1/Brain.nrrd", [1: 2..<6])
    try drawn.draw("prediction/p1/Brain.nrrd", [:], grid: fine)
    var map = LabelMap(repeating: 0, grid: fine)
    for k in 2..<5 { for j in 4..<10 { for i in 4..<12 { map[i, j, k] = 1 } } }
    try write(map, scheme: nil, to: drawn.url("prediction/p1/Brain.nrrd"))
    try drawn.draw("reference/p1/Lips.nrrd", [1: 2..<6])
    try drawn.draw("prediction/p1/Lips.nrrd", [1: 2..<6])
    let strict = try drawn.evaluated()
    #expect(strict.dice("p1", "Brain") == .undefined(.predictionMissing))
    #expect(strict.kinds == [.gridMismatch])
    let resampled = try drawn.evaluated { $0.resamplesPredictions = true }
    #expect(resampled.dice("p1", "Brain") == .value(1))
    #expect(resampled.kinds == [.resampled])
  }

  @Test("Two names of one structure, and files that cannot be read, cost that structure alone")
  func unusable() throws {
    try drawn.draw("reference/p1/Cochlea-Lt.nrrd", [1: 2..<6])
    try drawn.draw("reference/p1/Cochlea_Lt.nrrd", [1: 2..<6])
    try drawn.draw("prediction/p1/Cochlea_L.nrrd", [1: 2..<6])
    try drawn.draw("reference/p1/Brain.nrrd", [1: 2..<6])
    try Data("no".utf8).write(to: drawn.url("prediction/p1/Brain.nrrd"))
    try drawn.draw("reference/p1/Lips.nrrd", [1: 2..<6])
    try drawn.draw("prediction/p1/Lips.nrrd", [1: 2..<6])
    try drawn.draw("reference/p1/Tongue.nrrd", [1: 2..<6, 2: 6..<8])
    try drawn.draw("prediction/p1/Tongue.nrrd", [1: 2..<6])
    let result = try drawn.evaluated()
    #expect(result.kinds == [.unreadable, .duplicateName, .unreadable])
    #expect(result.findings.map(\.structure) == ["Brain", "Cochlea_L", "Tongue"])
    #expect(result.dice("p1", "Brain") == .undefined(.predictionMissing))
    #expect(result.dice("p1", "Cochlea_L") == .undefined(.referenceMissing))
    #expect(result.dice("p1", "Lips") == .value(1))
  }

  @Test("The results do not depend on the number of threads")
  func threads() throws {
    for name in ["p1", "p2", "p3"] {
      for (index, organ) in ["Brain", "Lips", "Tongue", "Larynx"].enumerated() {
        try drawn.draw("reference/\(name)/\(organ).nrrd", [1: 1..<(3 + index)])
        try drawn.draw("prediction/\(name)/\(organ).nrrd", [1: 2..<(5 + index)])
      }
    }
    let one = try drawn.evaluated { $0.threads = 1 }
    let five = try drawn.evaluated { $0.threads = 5 }
    #expect(one.table == five.table)
    #expect(one.findings == five.findings)
    #expect(one.aggregatedDice == five.aggregatedDice)
  }

  @Test("Where nothing can be compared, an error says so")
  func nothing() throws {
    try drawn.draw("reference/p1/Brain.nrrd", [1: 2..<6])
    try drawn.draw("prediction/p2/Brain.nrrd", [1: 2..<6])
    #expect(throws: EvaluationError.self) { try drawn.evaluated() }
  }
}
