internal import Anatomy
internal import Foundation

/// HNTS-MRG 2024's release as a data set of one time point; ``HNTSMRGPatient`` names its files.
///
/// 1 is the primary tumor, 2 are the lymph nodes; both may well be absent.
struct HNTSMRGRelease {
  private let folder: URL
  private let layout: TrainingDataset.Layout
  private let usesPrior: Bool

  /// Whether some subfolder has the scans of a time point.
  static func isOne(_ folder: URL) -> Bool {
    ((try? names(in: folder)) ?? []).contains { name in
      let patient = HNTSMRGPatient(name, in: folder)
      return HNTSMRGPatient.TimePoint.allCases.contains {
        fileKind(patient.folder(of: $0)) == .folder
      }
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
    let time: HNTSMRGPatient.TimePoint = layout == .midRT ? .later : .before
    let channelNames = ["T2"] + (usesPrior ? ["T2_prior", "mask_prior"] : [])
    var cases: [TrainingCase] = []
    for name in try names(in: folder) {
      let patient = HNTSMRGPatient(name, in: folder)
      guard fileKind(patient.folder(of: time)) == .folder else { continue }
      let prior = usesPrior ? [patient.registeredScan, patient.registeredMask] : []
      let channels = [patient.scan(time)] + prior
      for file in channels + [patient.mask(time)] where fileKind(file) != .file {
        throw .missingFile(case: name, file: file.lastPathComponent)
      }
      cases.append(
        TrainingCase(
          name: name,
          channels: channels,
          labels: .map(patient.mask(time), classes: [1: 1, 2: 2]),
          contoured: [1, 2]
        )
      )
    }
    guard !cases.isEmpty, let labels = LabelScheme(named: "hntsmrg") else {
      throw .noCases(
        folder: folder.lastPathComponent,
        expected: "folders like 2/\(time.rawValue)/2_\(time.rawValue)_T2.nii.gz are"
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
