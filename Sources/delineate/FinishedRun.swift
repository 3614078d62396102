import Anatomy
import Foundation
import Segmentation

/// A run whose results are written: what a person reads after it, and its record for programs.
struct FinishedRun {
  /// The case's name.
  let name: String
  /// What the service found, with the time that writing took.
  let report: RunReport
  /// The files and folders that were written.
  let written: [URL]

  /// The structures with their volumes, warnings, and what was written; above them the case's
  /// name, where there are several.
  func text(named: Bool) -> String {
    let hasStates = report.prioritization != nil
    var table = TextTable(header: ["Structure", "Volume, ml"] + (hasStates ? ["State"] : []))
    for structure in report.structures {
      table.rows.append(
        [
          structure.name,
          structure.voxels > 0 ? structure.volumeInMilliliters.text(digits: 1) : "not found",
        ] + (hasStates ? [structure.state?.text ?? ""] : [])
      )
    }
    let regions = report.prioritization.map { [$0.text(of: report.windows)] } ?? []
    let lines =
      (named ? [name] : []) + [table.text] + regions + report.warnings.map { "Warning: \($0)" }
      + written.map { "Wrote \($0.relativePath)" }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The run report as JSON, with the case's name and what was written; keys are sorted.
  func json(onOneLine: Bool) throws -> String { try jsonText(self, onOneLine: onOneLine) }
}

extension FinishedRun: Encodable {
  private enum CodingKeys: String, CodingKey {
    case name = "case"
    case written
  }

  /// The run report's own keys, and two more beside them.
  func encode(to encoder: any Encoder) throws {
    try report.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(written.map(\.relativePath), forKey: .written)
  }
}
