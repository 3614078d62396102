import Anatomy
import Datasets
import Evaluation
import Foundation
import SegmentationMetrics
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// Two folders, `reference` and `prediction`, to fill with boxes.
final class DrawnCases {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  static let grid = try? VoxelGrid(size: [12, 10, 8], spacing: [1, 1, 2.5])

  func url(_ path: String) -> URL { folder.url.appending(path: path) }

  /// Writes a map of boxes: of each label the voxels with i in a range, j and k from 2 to 5.
  func draw(
    _ path: String,
    _ ranges: [UInt16: Range<Int>],
    grid: VoxelGrid? = nil,
    scheme: LabelScheme? = nil
  ) throws {
    var map = LabelMap(repeating: 0, grid: try #require(grid ?? Self.grid))
    for (label, range) in ranges {
      for k in 2..<5 { for j in 2..<5 { for i in range { map[i, j, k] = label } } }
    }
    let file = url(path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(),
      withIntermediateDirectories: true
    )
    try write(map, scheme: scheme, to: file)
  }

  func evaluated(
    _ change: (inout EvaluationRequest) throws -> Void = { _ in }
  ) throws -> EvaluationResult {
    var request = EvaluationRequest(
      reference: try StructureLibrary(at: url("reference")),
      prediction: try StructureLibrary(at: url("prediction"))
    )
    request.metrics = [.dice]
    request.threads = 2
    try change(&request)
    return try evaluate(request)
  }
}

extension EvaluationResult {
  /// The Dice of one structure of one case; nil where there is no such row.
  func dice(_ caseName: String, _ structure: String) -> MetricValue? {
    table.scores.first { $0.caseName == caseName && $0.structure == structure }?.value
  }

  /// The kinds of the findings, in order.
  var kinds: [Finding.Kind] { findings.map(\.kind) }
}

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
