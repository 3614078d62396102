import Adaptation
import Anatomy
import ArgumentParser
import Datasets
import Foundation
import Models
import Segmentation
import SegmentationMetrics
import VolumeFiles

/// `delineate adapt calibrate`: rules on vanished tumors and volumes, from validation patients.
struct AdaptCalibrate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract:
      "Decide on validation patients what counts as a tumor, and how sure volumes are.",
    discussion: """
      PREDICTED and REFERENCE are folders with one label map a patient, of the same names. \
      PREDICTED was made by adapt with --keep-all, so that no rule was followed yet. With --patients \
      a rule may also ask how much of the earlier tumor's contrast is left where contours lie; \
      without, their volume alone counts. Writes adaptation.json into the model's folder; adapt \
      follows it.

      EXAMPLES
        delineate adapt calibrate predicted reference --patients HNTSMRG24_valid --model adaptive
        delineate adapt calibrate predicted reference --model adaptive
        delineate adapt calibrate predicted reference --model adaptive --specificity 0.98 --json
      """
  )

  @Argument(help: "The predictions.", completion: .directory)
  var predicted: String

  @Argument(help: "The references.", completion: .directory)
  var reference: String

  @Option(
    help: "The validation patients in HNTS-MRG's layout, with their earlier scans.",
    completion: .directory
  )
  var patients: String?

  @Option(help: "The model's folder, which takes the rules.", completion: .directory)
  var model: String

  @Option(help: "The share of tumors that must be kept.")
  var specificity = 0.95

  @Option(help: "The probability that an interval holds the true volume.")
  var coverage = 0.9

  @Flag(help: "Print the rules as JSON.")
  var json = false

  func validate() throws {
    guard specificity > 0, specificity <= 1 else {
      throw ValidationError("--specificity must be above 0 and at most 1.")
    }
    guard coverage > 0, coverage < 1 else {
      throw ValidationError("--coverage must be above 0 and below 1.")
    }
  }

  func run() throws {
    let place = URL(filePath: model)
    guard place.isFolder else { throw CommandError.notAFolder(model) }
    let scheme = try inspectModel(at: place).plan.finishedLabels
    if let patients, !URL(filePath: patients).isFolder { throw CommandError.notAFolder(patients) }
    let outcomes = try tumorOutcomes(
      predicted: URL(filePath: predicted),
      reference: URL(filePath: reference),
      patients: patients.map { URL(filePath: $0) },
      settings: SegmentationRequest(inputs: [], model: place),
      scheme: scheme
    )
    var rules = AdaptationRules()
    var notes: [String] = []
    for entry in scheme.entries {
      let cases = outcomes[entry.name] ?? []
      do throws(AdaptationError) {
        rules.existence.append(
          try ExistenceRule(structure: entry.name, outcomes: cases, specificity: specificity)
        )
      } catch {
        notes.append("\(error)")
      }
      do throws(AdaptationError) {
        rules.intervals.append(
          try VolumeIntervalRule(structure: entry.name, outcomes: cases, coverage: coverage)
        )
      } catch {
        notes.append("\(error)")
      }
    }
    let text = try jsonText(rules)
    let file = place.appending(path: AdaptationRules.fileName)
    do { try Data((text + "\n").utf8).write(to: file, options: .atomic) } catch {
      throw CommandError.unwritable(file.relativePath)
    }
    if json { print(text) } else { print(table(rules), terminator: "") }
    for note in notes { StatusLine.write("Warning: \(note)\n") }
    if !json { print("Wrote \(file.relativePath)") }
  }

  private func table(_ rules: AdaptationRules) -> String {
    var table = TextTable(header: [
      "Structure", "Present", "Vanished", "Counts from, ml", "Contrast left", "Recognized", "Kept",
      "± scales",
    ])
    func share(_ value: Double?) -> String {
      value.map { "\(($0 * 100).text(digits: 0)) %" } ?? "–"
    }
    for rule in rules.existence {
      table.rows.append([
        rule.structure, "\(rule.present)", "\(rule.vanished)",
        rule.smallestMilliliters.text(digits: 2),
        rule.smallestRemainingContrast?.text(digits: 2) ?? "–",
        share(rule.sensitivity), share(rule.specificity),
        rules.interval(of: rule.structure).map { $0.factor.text(digits: 2) } ?? "–",
      ])
    }
    return table.text + "\n"
  }
}
