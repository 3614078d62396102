import Foundation
import Segmentation

extension PrioritizationReport {
  /// The regions as a table, and the windows in a line.
  func text(of windows: RunReport.Windows) -> String {
    var table = TextTable(header: ["Region", "State", "Windows", "Seconds"])
    for region in regions {
      table.rows.append([
        region.name,
        region.reason.isEmpty ? region.state.text : "\(region.state.text): \(region.reason)",
        "\(region.windows)",
        region.seconds.text(digits: 1),
      ])
    }
    return table.text + "\n" + summary(of: windows)
  }

  /// Windows run of windows possible, and what the scout took.
  func summary(of windows: RunReport.Windows) -> String {
    let share = 100 * Double(windows.possible - windows.run) / Double(max(1, windows.possible))
    return "\(windows.run) of \(windows.possible) windows, \(share.text(digits: 0)) % fewer; "
      + "scout \(scoutSeconds.text(digits: 1)) s"
  }
}

extension StructureState {
  /// The state in a word.
  var text: String {
    switch self {
    case .fine: "done"
    case .coarse: "coarse"
    case .partial: "partial"
    case .absent: "absent"
    case .skipped: "skipped"
    case .unwanted: "left out"
    }
  }
}
