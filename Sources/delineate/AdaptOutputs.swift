import Adaptation
import Anatomy
import Foundation
import Registration
import Reports
import Segmentation
import VolumeFiles
import Volumes

/// Where `adapt` writes: as `segment` does, with a report that compares before and after.
struct AdaptOutputs {
  let segment: SegmentOutputs

  /// Writes the contours and, where asked for, the report.
  /// - Returns: The files.
  func write(_ result: AdaptResult, of name: String) throws -> [URL] {
    let contours = SegmentOutputs(
      output: segment.output,
      separate: false,
      overlay: nil,
      report: nil,
      isBatch: segment.isBatch,
      fileEnding: segment.fileEnding,
      structureSet: segment.structureSet
    )
    let run = try contours.write(result.segmentation, of: name)
    guard let report = segment.report else { return run.written }
    let page = segment.isBatch ? report.appending(path: "\(name).html") : report
    let html = try comparison(result, run.report).html()
    do {
      try FileManager.default.createDirectory(
        at: page.deletingLastPathComponent(),
        withIntermediateDirectories: true
      )
      try Data(html.utf8).write(to: page, options: .atomic)
    } catch {
      throw CommandError.unwritable(page.relativePath)
    }
    return run.written + [page]
  }

  private func comparison(_ result: AdaptResult, _ run: RunReport) throws -> CaseReport {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "delineate-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let scan = result.segmentation.scan
    let window = IntensityWindow(suiting: scan, isCT: false)
    var pictures: [CaseReport.Picture] = []
    var looks: [(String, LabelMap, LabelScheme)] = [
      (
        "Before: earlier contours on the later scan", result.guidance.prior.contours,
        result.guidance.prior.scheme
      ),
      ("Now", result.segmentation.labelMap, result.segmentation.scheme),
    ]
    if let uncertainty = result.uncertainty {
      looks.append(
        (
          "Unsure: entropy of the \(result.runs) runs above half of a toss-up's",
          uncertainty.map { $0 > 0.5 ? 1 : 0 },
          LabelScheme(entries: [.init(label: 1, name: "Unsure")])
        )
      )
    }
    for (index, look) in looks.enumerated() {
      let drawn = try OverlayPictures(scan: scan, labels: look.1, scheme: look.2, window: window)
        .write(to: folder.appending(path: "\(index)"))
      pictures += try drawn.map {
        CaseReport.Picture(
          caption: "\(look.0): \($0.title)",
          png: try Data(contentsOf: $0.file)
        )
      }
    }
    var page = try CaseReport(
      run,
      scheme: result.segmentation.scheme,
      title: "Tumors, before and now",
      pictures: []
    )
    if let registration = result.guidance.registration, let earlier = result.guidance.earlier {
      let picture = folder.appending(path: "registration.png")
      let sheet = RegistrationPictures(fixed: scan, moving: earlier).sheet(
        registration.transform,
        title: "Registration \(registration.verdict.judgment.rawValue.uppercased())"
      )
      try writePNG(sheet, to: picture)
      pictures.append(
        CaseReport.Picture(
          caption: "The earlier scan laid on the later one",
          png: try Data(contentsOf: picture)
        )
      )
      page.sections.append(
        CaseReport.Section(
          "Registration: \(registration.verdict.judgment.rawValue)",
          registration.verdict.facts
        )
      )
    }
    page.pictures = pictures
    page.sections.insert(
      contentsOf: result.changes.map { change in
        CaseReport.Section(change.structure, change.facts(interval: result.intervals))
      },
      at: 0
    )
    return page
  }
}

extension StructureChange {
  /// The change in words, one line a tumor.
  func facts(interval: [String: ClosedRange<Double>]) -> [CaseReport.Fact] {
    var facts = [CaseReport.Fact("Volume", volumeText)]
    if let interval = interval[structure] {
      facts.append(
        CaseReport.Fact(
          "May as well be",
          "\(interval.lowerBound.text(digits: 1)) to \(interval.upperBound.text(digits: 1)) ml"
        )
      )
    }
    facts += tumors.map { CaseReport.Fact("Tumor \($0.number)", $0.text) }
    return facts
  }

  /// Before, after and the change in percent.
  var volumeText: String {
    let volumes =
      "\(millilitersBefore.text(digits: 2)) ml before, \(millilitersAfter.text(digits: 2)) ml now"
    guard let relativeChange else { return volumes }
    let percent = (100 * relativeChange).text(digits: 0)
    return volumes + " (\(relativeChange > 0 ? "+" : "")\(percent) %)"
  }
}

extension StructureChange.Tumor {
  /// What became of it.
  var text: String {
    switch fate {
    case .persists:
      "\(millilitersBefore.text(digits: 2)) ml before, \(millilitersAfter.text(digits: 2)) ml now"
        + contrastText
    case .vanished: "vanished; \(millilitersBefore.text(digits: 2)) ml before" + contrastText
    case .new: "new; \(millilitersAfter.text(digits: 2)) ml"
    }
  }

  private var contrastText: String {
    remainingContrast.map { "; \($0.text(digits: 2)) of its contrast is left" } ?? ""
  }
}

/// A patient whose new contours are written.
struct AdaptedCase: Encodable {
  let name: String
  let result: AdaptResult
  let written: [URL]

  private enum CodingKeys: String, CodingKey {
    case name = "case"
    case structures, intervals, runs, registration, warnings, seconds, written
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(result.changes, forKey: .structures)
    let intervals = result.intervals.mapValues { [$0.lowerBound, $0.upperBound] }
    try container.encode(intervals, forKey: .intervals)
    try container.encode(result.runs, forKey: .runs)
    try container.encodeIfPresent(result.guidance.registration?.verdict, forKey: .registration)
    try container.encode(result.segmentation.report.warnings, forKey: .warnings)
    try container.encode(result.segmentation.report.seconds, forKey: .seconds)
    try container.encode(written.map(\.relativePath), forKey: .written)
  }

  /// The changes as a table, warnings, and what was written.
  func text(named: Bool) -> String {
    var table = TextTable(header: ["Structure", "Before, ml", "Now, ml", "Tumors"])
    for change in result.changes {
      let fates = StructureChange.Fate.allCases.compactMap { fate -> String? in
        let count = change.tumors.count { $0.fate == fate }
        return count > 0 ? "\(count) \(fate.rawValue)" : nil
      }
      table.rows.append([
        change.structure, change.millilitersBefore.text(digits: 2),
        change.millilitersAfter.text(digits: 2),
        fates.isEmpty ? "none" : fates.joined(separator: ", "),
      ])
    }
    let lines =
      (named ? [name] : []) + [table.text]
      + result.segmentation.report.warnings.map { "Warning: \($0)" }
      + written.map { "Wrote \($0.relativePath)" }
    return lines.joined(separator: "\n") + "\n"
  }
}
