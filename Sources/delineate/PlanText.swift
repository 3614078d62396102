import Anatomy
import Datasets
import Foundation
import Preprocessing
import Segmentation
import Training

/// A plan in words.
struct PlanText {
  private let folder: PlannedFolder
  private let path: String

  init(_ folder: PlannedFolder, path: String) {
    self.folder = folder
    self.path = path
  }

  /// What was found, what was planned, and what comes next.
  func text(explaining: Bool) -> String {
    [
      "\(folder.dataset.name): \(folder.dataset.cases.count) cases (\(folder.dataset.layout.rawValue))"
        + ", \(folds)",
      structures.text,
      plan(explaining: explaining),
      "Wrote \(path)/plan.json, dataset.json, splits.json, fingerprint.json",
      "Next: delineate preprocess \(path)",
    ].joined(separator: "\n\n")
  }

  private var folds: String {
    let folds = folder.splits.folds
    let counts = folds.map { "\($0.training.count) + \($0.validation.count)" }
    return folds.count == 1
      ? "one fold of \(counts[0]) for training and validation"
      : "\(folds.count) folds of \(counts[0]) for training and validation"
  }

  private var structures: TextTable {
    var table = TextTable(header: ["structure", "contoured", "with voxels", "median ml"])
    for (index, entry) in folder.dataset.labels.entries.enumerated() {
      let cases = folder.fingerprint.cases
      let volumes = cases.compactMap { one in
        index < one.voxelCounts.count && one.voxelCounts[index] > 0
          ? Double(one.voxelCounts[index]) * one.spacing.reduce(1, *) / 1000 : nil
      }.sorted()
      table.rows.append([
        entry.name,
        "\(cases.count { $0.contoured.contains(Int(entry.label)) })",
        "\(volumes.count)",
        volumes.isEmpty ? "–" : volumes[volumes.count / 2].text(digits: 1),
      ])
    }
    return table
  }

  /// Name and value of each line, and below it, where asked, the reason.
  private func plan(explaining: Bool) -> String {
    let lines = folder.plan.explanation
    let width = lines.map(\.name.count).max() ?? 0
    return lines.map { line in
      let padding = String(repeating: " ", count: width - line.name.count)
      let head = "\(line.name)\(padding)  \(line.value)"
      guard explaining, !line.reason.isEmpty else { return head }
      let indent = String(repeating: " ", count: width + 2)
      return head + "\n"
        + Self.wrapped(line.reason, width: 96 - width).map { indent + "· " + $0 }
        .joined(separator: "\n").replacingOccurrences(of: "\n\(indent)· ", with: "\n\(indent)  ")
    }.joined(separator: "\n")
  }

  /// The text in lines of at most `width` characters, broken at blanks.
  private static func wrapped(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, last.count + word.count < width {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }

  private struct Document: Encodable {
    let program: String
    let dataset: String
    let layout: String
    let cases: Int
    let folds: [Fold]
    let values: [PlanLine]
    let plan: TrainingPlan

    struct Fold: Encodable {
      let training: Int
      let validation: Int
    }
  }

  /// The plan, its explanation and what it is for, for programs.
  func json() throws -> String {
    let document = Document(
      program: "delineate \(delineateVersion)",
      dataset: folder.dataset.name,
      layout: folder.dataset.layout.rawValue,
      cases: folder.dataset.cases.count,
      folds: folder.splits.folds.map {
        Document.Fold(training: $0.training.count, validation: $0.validation.count)
      },
      values: folder.plan.explanation,
      plan: folder.plan
    )
    return try jsonText(document)
  }
}
