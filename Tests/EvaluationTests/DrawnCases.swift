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
