import Foundation

/// Rows of text in aligned columns, the first to the left, the others to the right.
struct TextTable {
  let header: [String]
  var rows: [[String]] = []

  /// The table, one line a row, without trailing spaces.
  var text: String {
    let all = [header] + rows
    let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.map { row in
      let cells = zip(row, widths).enumerated().map { column, cell in
        let padding = String(repeating: " ", count: cell.1 - cell.0.count)
        return column == 0 ? cell.0 + padding : padding + cell.0
      }
      return cells.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}

extension Double {
  /// The number with a fixed count of digits, the same in every locale.
  func text(digits: Int) -> String {
    formatted(
      .number.precision(.fractionLength(digits)).grouping(.never).locale(Locale(identifier: "C"))
    )
  }
}
