import Anatomy
import Foundation
import Segmentation

/// What a person reads after a run.
struct RunSummary {
  /// The case's name, where there are several.
  let `case`: String?
  let result: SegmentationResult
  let written: [URL]

  /// The structures with their volumes, warnings, and what was written.
  var text: String {
    var table = TextTable(header: ["Structure", "Volume, ml"])
    for structure in result.report.structures {
      table.rows.append([
        structure.name,
        structure.voxels > 0 ? structure.volumeInMilliliters.text(digits: 1) : "not found",
      ])
    }
    let lines =
      (`case`.map { [$0] } ?? []) + [table.text]
      + result.report.warnings.map { "Warning: \($0)" }
      + written.map { "Wrote \($0.relativePath)" }
    return lines.joined(separator: "\n") + "\n"
  }
}

/// The record of one run, for programs: the run report, the case's name and what was written.
struct RunRecord: Encodable {
  private let name: String
  private let written: [String]
  private let report: RunReport

  init(_ name: String, _ written: [URL], _ report: RunReport) {
    self.name = name
    self.written = written.map(\.relativePath)
    self.report = report
  }

  private enum CodingKeys: String, CodingKey {
    case name = "case"
    case written
  }

  func encode(to encoder: any Encoder) throws {
    try report.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(written, forKey: .written)
  }

  /// The record as JSON with sorted keys.
  func json(onOneLine: Bool) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if !onOneLine { encoder.outputFormatting.insert(.prettyPrinted) }
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}
