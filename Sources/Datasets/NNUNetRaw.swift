internal import Anatomy
internal import Foundation

/// nnU-Net v2's raw data: `dataset.json`, `imagesTr/CASE_0000.nii.gz`, `labelsTr/CASE.nii.gz`.
///
/// The cases may also be listed in `dataset.json` under `dataset`, with paths from its folder. A
/// `splits_final.json` beside it is the data set's own division.
struct NNUNetRaw {
  private struct Document: Decodable {
    struct Files: Decodable {
      var images: [String]
      var label: String
    }
    var channelNames: [String: String]?
    var modality: [String: String]?
    var fileEnding: String?
    var name: String?
    var dataset: [String: Files]?

    enum CodingKeys: String, CodingKey {
      case channelNames = "channel_names"
      case modality
      case fileEnding = "file_ending"
      case name, dataset
    }
  }

  private let folder: URL
  private let document: Document
  private let scheme: LabelScheme
  private let file = "dataset.json"

  init(at folder: URL) throws(TrainingDatasetError) {
    self.folder = folder
    let data = try smallFile(folder.appending(path: file))
    do { document = try JSONDecoder().decode(Document.self, from: data) } catch {
      throw .badDescription(file: file, reason: "it is not nnU-Net v2's (channel_names, labels)")
    }
    do throws(LabelSchemeError) { scheme = try LabelScheme(json: data) } catch {
      throw .badLabels(file: file, error)
    }
    if scheme.entries.contains(where: { $0.name == "ignore" }) {
      throw .badDescription(file: file, reason: "its label \"ignore\" is not supported")
    }
  }

  func dataset() throws(TrainingDatasetError) -> TrainingDataset {
    let channelNames = try channelNames()
    let (labels, classes) = renumbered(scheme)
    var cases: [TrainingCase] = []
    if let listed = document.dataset {
      for (name, files) in listed {
        guard files.images.count == channelNames.count else {
          throw .badDescription(
            file: file,
            reason: "case \(name) has \(files.images.count) scans of \(channelNames.count)"
          )
        }
        cases.append(
          try trainingCase(name, files.images.map(place), place(files.label), classes)
        )
      }
    } else {
      let images: CaseFolder
      do throws(CaseFolderError) {
        images = try CaseFolder(
          at: folder.appending(path: "imagesTr"),
          fileEnding: document.fileEnding,
          channelCount: channelNames.count
        )
      } catch { throw .badChannels(error) }
      for one in images.cases {
        cases.append(try trainingCase(one.name, one.channels, try label(of: one.name), classes))
      }
    }
    guard !cases.isEmpty else {
      throw .noCases(folder: folder.lastPathComponent, expected: "one or more are")
    }
    return TrainingDataset(
      name: folder.lastPathComponent,
      folder: folder,
      layout: .nnUNet,
      channelNames: channelNames,
      labels: labels,
      cases: cases,
      ownSplits: try ownSplits()
    )
  }

  private func channelNames() throws(TrainingDatasetError) -> [String] {
    let names = document.channelNames ?? document.modality ?? [:]
    let numbered = names.compactMap { key, name in Int(key).map { ($0, name) } }
      .sorted { $0.0 < $1.0 }
    guard !numbered.isEmpty, numbered.map(\.0) == Array(0..<names.count) else {
      throw .badDescription(
        file: file,
        reason: "channel_names must be numbered from 0, as in {\"0\": \"CT\"}"
      )
    }
    return numbered.map(\.1)
  }

  private func place(_ path: String) -> URL {
    path.hasPrefix("/") ? URL(filePath: path) : folder.appending(path: path)
  }

  private func label(of name: String) throws(TrainingDatasetError) -> URL {
    let endings = document.fileEnding.map { [$0] } ?? CaseFolder.fileEndings
    let places = endings.map { folder.appending(path: "labelsTr/\(name)\($0)") }
    guard let place = places.first(where: { fileKind($0) == .file }) else {
      throw .missingFile(case: name, file: "labelsTr/\(name)\(endings[0])")
    }
    return place
  }

  private func trainingCase(
    _ name: String,
    _ channels: [URL],
    _ label: URL,
    _ classes: [UInt16: UInt16]
  ) throws(TrainingDatasetError) -> TrainingCase {
    for file in channels + [label] where fileKind(file) == nil {
      throw .missingFile(case: name, file: file.lastPathComponent)
    }
    return TrainingCase(name: name, channels: channels, labels: .map(label, classes: classes))
  }

  private func ownSplits() throws(TrainingDatasetError) -> CrossValidationSplits? {
    let place = folder.appending(path: "splits_final.json")
    guard fileKind(place) == .file else { return nil }
    do throws(SplitsError) { return try CrossValidationSplits(contentsOf: place) } catch {
      throw .badDescription(file: "splits_final.json", reason: "it is not a list of folds")
    }
  }
}
