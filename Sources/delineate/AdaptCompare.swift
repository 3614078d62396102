import Anatomy
import ArgumentParser
import Evaluation
import Foundation
import Reports
import Segmentation

/// `delineate adapt compare`: methods on the same patients, with tests and figures.
struct AdaptCompare: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare methods that contoured the same patients' later scans.",
    discussion: """
      METHOD is a folder with one label map a patient, as adapt --patients and segment write them. \
      References and registered earlier contours come from --patients in HNTS-MRG's layout, or from \
      --reference and --before, folders of label maps of the same names. The earlier contours stand \
      among the methods: what any must beat.

      Writes report.html (aggregated Dice, Dice with the empty cases named, distances, vanished tumors, \
      paired Wilcoxon tests, distributions, change of volume against Dice, Dice by volume), study.json \
      and outcomes.csv.

      EXAMPLES
        delineate adapt compare without=predicted_T2 map=predicted_map \\
          --patients HNTSMRG24_test --output comparison
        delineate adapt compare predicted --reference masks --before registered_masks --output scores
      """
  )

  @Argument(
    help: ArgumentHelp(
      "A folder of label maps; NAME=PATH gives it another name.",
      valueName: "method"
    ),
    completion: .directory
  )
  var methods: [String]

  @Option(help: "Patients in HNTS-MRG's layout.", completion: .directory)
  var patients: String?

  @Option(help: "Instead, a folder of references.", completion: .directory)
  var reference: String?

  @Option(help: "Instead, a folder of registered earlier contours.", completion: .directory)
  var before: String?

  @Option(help: "The folder to write into.", completion: .directory)
  var output: String

  @Option(help: "The number of processor threads; all cores by default.")
  var threads: Int?

  @Flag(help: "Print the study as JSON.")
  var json = false

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads must be at least 1.") }
    guard patients == nil ? reference != nil && before != nil : reference == nil && before == nil
    else { throw ValidationError("Give --patients, or --reference and --before.") }
  }

  func run() throws {
    let named = methods.map(NamedPath.split)
    let own = NamedPath.distinguishing(named.map(\.path))
    let folders = try zip(named, own).map { method, name in
      let folder = URL(filePath: method.path)
      guard folder.isFolder else { throw CommandError.notAFolder(method.path) }
      return (name: method.name ?? name, folder: folder)
    }
    let names = folders.map(\.name) + [TimePointRequest.baseline]
    guard Set(names).count == names.count else {
      throw ValidationError("Two methods have one name; NAME=PATH tells them apart.")
    }
    var request = TimePointRequest(
      patients: try cases(),
      methods: folders,
      scheme: LabelScheme(named: "hntsmrg") ?? LabelScheme(entries: [])
    )
    if let threads { request.threads = threads }
    let line = CaseProgressLine()
    let study = try compareTimePoints(request) { line.show($0, $1) }
    line.finish()
    let document = try jsonText(study)
    let folder = try OutputFolder(at: output)
    try folder.write(document + "\n", to: "study.json")
    try folder.write(study.csv(), to: "outcomes.csv")
    let page = TimePointReport(
      title: "Tumors weeks later: \(folders.map(\.name).joined(separator: ", "))",
      date: Date(),
      study: study,
      provenance: [
        CaseReport.Section(
          "Provenance",
          [CaseReport.Fact("Program", "delineate \(delineateVersion)")]
        )
      ]
    )
    try folder.write(page.html(), to: "report.html")
    let written = folder.written.map { "\nWrote \($0)" }.joined()
    print(json ? document : TimePointText(study).text + written)
  }

  private func cases() throws -> [TimePointRequest.Patient] {
    for path in [patients, reference, before].compactMap({ $0 })
    where !URL(filePath: path).isFolder {
      throw CommandError.notAFolder(path)
    }
    if let patients { return TimePointRequest.patients(inRelease: URL(filePath: patients)) }
    guard let reference, let before else { return [] }
    return TimePointRequest.patients(
      references: URL(filePath: reference),
      before: URL(filePath: before)
    )
  }
}

/// A study as tables on a terminal.
struct TimePointText {
  let study: TimePointStudy

  init(_ study: TimePointStudy) { self.study = study }

  var text: String { [scores.text, tests.text].joined(separator: "\n\n") + "\n" }

  private var scores: TextTable {
    var table = TextTable(header: [
      "Method", "Structure", "Aggregated", "Dice", "HD95, mm", "Surface, mm", "Vanished found",
      "Kept",
    ])
    for summary in study.summaries {
      func number(_ value: Double?, _ digits: Int) -> String {
        value.map { $0.text(digits: digits) } ?? "–"
      }
      table.rows.append([
        summary.method, summary.structure, number(summary.aggregatedDice, 3),
        number(summary.meanDice, 3), number(summary.medianHausdorff95, 1),
        number(summary.meanSurfaceDistance, 2),
        "\(summary.vanished.count) of \(summary.vanished.total)",
        "\(summary.kept.count) of \(summary.kept.total)",
      ])
    }
    return table
  }

  private var tests: TextTable {
    var table = TextTable(header: ["Structure", "Method", "less", "Dice", "p", "p, corrected"])
    for test in study.tests {
      table.rows.append([
        test.structure, test.method, test.other, test.meanDifference.text(digits: 3),
        test.pValue.text(digits: 4), test.correctedPValue.text(digits: 4),
      ])
    }
    return table
  }
}
