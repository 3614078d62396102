internal import Anatomy
internal import Foundation

/// HNTS-MRG 2024's release: `ID/preRT/ID_preRT_T2.nii.gz` with `ID_preRT_mask.nii.gz`, and in
/// `ID/midRT` the same of mid-radiotherapy with the registered scan and mask from before it.
///
/// 1 is the primary tumor, 2 are the lymph nodes; both may well be absent.
struct HNTSMRGRelease {
  private let folder: URL
  private let layout: TrainingDataset.Layout
  private let usesPrior: Bool

  /// Whether some subfolder has the scans of a time point.
  static func isOne(_ folder: URL) -> Bool {
    ((try? names(in: folder)) ?? []).contains { name in
      ["preRT", "midRT"].contains { fileKind(folder.appending(path: "\(name)/\($0)")) == .folder }
    }
  }

  init(
    at folder: URL,
    layout: TrainingDataset.Layout,
    usesPrior: Bool
  ) throws(TrainingDatasetError) {
    self.folder = folder
    self.layout = layout
    self.usesPrior = usesPrior
    guard !usesPrior || layout == .midRT else {
      throw .unknownChannel("the prior", known: ["T2"])
    }
  }

  func dataset() throws(TrainingDatasetError) -> TrainingDataset {
    let time = layout == .midRT ? "midRT" : "preRT"
    var files = ["\(time)_T2"]
    var channelNames = ["T2"]
    if usesPrior {
      files += ["preRT_T2_registered", "preRT_mask_registered"]
      channelNames += ["T2_prior", "mask_prior"]
    }
    var cases: [TrainingCase] = []
    for name in try names(in: folder) {
      let place = folder.appending(path: "\(name)/\(time)")
      guard fileKind(place) == .folder else { continue }
      var found: [URL] = []
      for file in files + ["\(time)_mask"] {
        let url = place.appending(path: "\(name)_\(file).nii.gz")
        guard fileKind(url) == .file else {
          throw .missingFile(case: name, file: url.lastPathComponent)
        }
        found.append(url)
      }
      cases.append(
        TrainingCase(
          name: name,
          channels: Array(found.dropLast()),
          labels: .map(found[files.count], classes: [1: 1, 2: 2]),
          contoured: [1, 2]
        )
      )
    }
    guard !cases.isEmpty, let labels = LabelScheme(named: "hntsmrg") else {
      throw .noCases(
        folder: folder.lastPathComponent,
        expected: "folders like 2/\(time)/2_\(time)_T2.nii.gz are"
      )
    }
    return TrainingDataset(
      name: layout == .midRT ? "HNTS-MRG_midRT" : "HNTS-MRG_preRT",
      folder: folder,
      layout: layout,
      channelNames: channelNames,
      labels: labels,
      cases: cases
    )
  }
}
