import Anatomy
import Foundation
import SegmentationMetrics

/// A comparison of two label maps, as a table or as JSON.
struct ComparisonText {
  private struct Row: Encodable {
    let label: UInt16
    let name: String
    let dice: Double?
    let referenceInMilliliters: Double
    let predictionInMilliliters: Double
  }
  private struct Document: Encodable {
    let agreement: Double
    let meanDice: Double?
    let structures: [Row]
  }

  private let document: Document

  /// The structures of a scheme, then labels it does not know.
  init(_ comparison: LabelComparison, scheme: LabelScheme?) {
    let named = scheme?.entries ?? []
    let others = comparison.labels.filter { label in !named.contains { $0.label == label } }
    let structures =
      named.map { ($0.label, $0.name) } + others.map { ($0, "Label \($0)") }
    let rows = structures.map { label, name in
      Row(
        label: label,
        name: name,
        dice: comparison.dice(of: label),
        referenceInMilliliters: comparison.referenceVolume(of: label) / 1000,
        predictionInMilliliters: comparison.predictionVolume(of: label) / 1000
      )
    }
    let scores = rows.compactMap(\.dice)
    document = Document(
      agreement: comparison.agreement,
      meanDice: scores.isEmpty ? nil : scores.reduce(0, +) / Double(scores.count),
      structures: rows
    )
  }

  /// A table with a line for all structures below it.
  var text: String {
    var table = TextTable(header: ["Structure", "Dice", "Reference, ml", "Prediction, ml"])
    for row in document.structures {
      table.rows.append([
        row.name, row.dice?.text(digits: 4) ?? "\u{2013}",
        row.referenceInMilliliters.text(digits: 1), row.predictionInMilliliters.text(digits: 1),
      ])
    }
    let mean = document.meanDice?.text(digits: 4) ?? "\u{2013}"
    // Rounded down: only maps without a differing voxel agree on 100 %.
    let percent = (document.agreement * 1_000_000).rounded(.down) / 10_000
    return table.text + "\nMean Dice \(mean); \(percent.text(digits: 4)) % of voxels agree."
  }

  /// The same as JSON; an absent Dice is left out.
  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return String(decoding: try encoder.encode(document), as: UTF8.self)
  }
}
