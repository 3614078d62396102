internal import Anatomy
internal import Foundation

/// OpenKBP as folders: `pt_1/ct.nii.gz` and `pt_1/oar.nii.gz`, with `manifest.csv` (`pid`,
/// `official_split`) and the numbers of the organs in `dataset.json`.
///
/// The manifest decides which cases there are and which of them validate.
struct OpenKBPFolder {
  private let folder: URL
  private let scheme: LabelScheme

  /// Whether the manifest has the columns of the layout.
  static func isOne(_ folder: URL) -> Bool {
    guard let data = try? smallFile(folder.appending(path: "manifest.csv")) else { return false }
    let header = String(decoding: data.prefix(1 << 12), as: UTF8.self)
      .prefix { !$0.isNewline }.split(separator: ",").map(String.init)
    return header.contains("pid") && header.contains("official_split")
  }

  init(at folder: URL) throws(TrainingDatasetError) {
    self.folder = folder
    let place = folder.appending(path: "dataset.json")
    if fileKind(place) == .file {
      let data = try smallFile(place)
      do throws(LabelSchemeError) { scheme = try LabelScheme(json: data) } catch {
        throw .badLabels(file: "dataset.json", error)
      }
    } else if let known = LabelScheme(named: "openkbp") {
      scheme = known
    } else {
      throw .missing("dataset.json")
    }
  }

  func dataset() throws(TrainingDatasetError) -> TrainingDataset {
    let (labels, classes) = renumbered(scheme)
    var cases: [TrainingCase] = []
    var fold = CrossValidationSplits.Fold(training: [], validation: [])
    for (name, split) in try manifest() {
      let scan = folder.appending(path: "\(name)/ct.nii.gz")
      let organs = folder.appending(path: "\(name)/oar.nii.gz")
      for file in [scan, organs] where fileKind(file) != .file {
        throw .missingFile(case: name, file: file.lastPathComponent)
      }
      cases.append(
        TrainingCase(name: name, channels: [scan], labels: .map(organs, classes: classes))
      )
      switch split {
      case "train": fold.training.append(name)
      case "validation": fold.validation.append(name)
      default:
        throw .badDescription(
          file: "manifest.csv",
          reason: "the official_split of \(name) is \"\(split)\", expected train or validation"
        )
      }
    }
    guard !cases.isEmpty else {
      throw .noCases(folder: folder.lastPathComponent, expected: "rows in manifest.csv are")
    }
    fold.training.sort(by: isInCodePointOrder)
    fold.validation.sort(by: isInCodePointOrder)
    let hasBoth = !fold.training.isEmpty && !fold.validation.isEmpty
    return TrainingDataset(
      name: "OpenKBP",
      folder: folder,
      layout: .openKBP,
      channelNames: ["CT"],
      labels: labels,
      cases: cases,
      ownSplits: hasBoth ? CrossValidationSplits(folds: [fold]) : nil
    )
  }

  /// Each case and its part.
  private func manifest() throws(TrainingDatasetError) -> [(name: String, split: String)] {
    let text = String(
      decoding: try smallFile(folder.appending(path: "manifest.csv")),
      as: UTF8.self
    )
    let lines = text.split(whereSeparator: \.isNewline)
      .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    guard let header = lines.first, let name = header.firstIndex(of: "pid"),
      let split = header.firstIndex(of: "official_split")
    else {
      throw .badDescription(
        file: "manifest.csv",
        reason: "the columns pid and official_split are expected"
      )
    }
    var rows: [(name: String, split: String)] = []
    for (number, fields) in lines.enumerated().dropFirst() {
      guard fields.count > max(name, split), !fields[name].isEmpty, !fields[name].contains("/")
      else {
        throw .badDescription(file: "manifest.csv", reason: "line \(number + 1) names no case")
      }
      rows.append((String(fields[name]), String(fields[split])))
    }
    return rows
  }
}
