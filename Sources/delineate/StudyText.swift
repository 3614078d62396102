import DICOMStudies
import Foundation

/// Patients, studies and series of a folder, in words or as JSON: numbers stand for patients.
struct StudyText {
  private let index: StudyIndex

  /// `nil` where the folder holds no DICOM object.
  init?(of folder: URL) {
    guard let index = try? StudyIndex(at: folder),
      !index.series.isEmpty || !index.refused.isEmpty
    else { return nil }
    self.index = index
  }

  /// A table with a line for each series, then the planning series and what could not be read.
  var text: String {
    var table = TextTable(header: ["Patient", "Study", "Modality", "Series", "Objects", "Frame"])
    for row in rows {
      table.rows.append([
        "\(row.patient)", "\(row.study)", row.modality + (row.localizer ? " (localizer)" : ""),
        row.number.map { "\($0)" } ?? "–", "\(row.objects)", row.frame.map { "\($0)" } ?? "–",
      ])
    }
    var lines = [table.text]
    for choice in ["CT", "MR"].compactMap({ index.planningSeries(of: $0) }) {
      lines.append("Planning: \(choice.reason)")
    }
    lines += index.refused.map { "Not read: \($0.reason)" }
    if index.otherFiles > 0 { lines.append("\(index.otherFiles) files are not DICOM.") }
    return lines.joined(separator: "\n")
  }

  /// The same as JSON.
  func json() throws -> String {
    try jsonText(
      Listing(
        series: rows,
        planning: ["CT", "MR"].compactMap { modality in
          index.planningSeries(of: modality).map {
            Listing.Planning(modality: modality, uid: $0.series.uid, reason: $0.reason)
          }
        },
        refused: index.refused.map(\.reason),
        otherFiles: index.otherFiles
      )
    )
  }

  private struct Listing: Encodable {
    struct Row: Encodable {
      var patient: Int
      var study: Int
      var modality: String
      var number: Int?
      var objects: Int
      var frame: Int?
      var localizer: Bool
      var uid: String
    }
    struct Planning: Encodable {
      var modality: String
      var uid: String
      var reason: String
    }
    var series: [Row]
    var planning: [Planning]
    var refused: [String]
    var otherFiles: Int
  }

  private var rows: [Listing.Row] {
    var studies: [String: Int] = [:]
    var frames: [String: Int] = [:]
    return index.series.map { series in
      studies[series.studyUID] = studies[series.studyUID] ?? studies.count + 1
      let frame = series.frameOfReference
      if !frame.isEmpty { frames[frame] = frames[frame] ?? frames.count + 1 }
      return Listing.Row(
        patient: series.patient,
        study: studies[series.studyUID] ?? 0,
        modality: series.modality,
        number: series.number,
        objects: series.count,
        frame: frames[frame],
        localizer: series.isLocalizer,
        uid: series.uid
      )
    }
  }
}
