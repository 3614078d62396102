import Anatomy
public import Foundation
public import VolumeFiles
import Volumes

extension DrawnPhantom {
  /// Draws the patient on the standard grid and writes `ct.nii.gz` and `reference.nii.gz`.
  /// - Parameter folder: Where; it is made where it is missing.
  /// - Throws: `VolumeFileError`.
  public func write(to folder: URL) throws(VolumeFileError) {
    try write(
      scan: folder.appending(path: "ct.nii.gz"),
      reference: folder.appending(path: "reference.nii.gz")
    )
  }

  private func write(scan: URL, reference: URL) throws(VolumeFileError) {
    for folder in Set([scan, reference].map { $0.deletingLastPathComponent() }) {
      try makePhantomFolder(folder)
    }
    let drawn: (scan: Volume<Float>, labels: LabelMap)
    do {
      drawn = self.drawn(on: try Self.standardGrid())
    } catch {
      throw .badGrid(file: scan.lastPathComponent, error)
    }
    try VolumeFiles.write(drawn.scan, to: scan)
    try VolumeFiles.write(drawn.labels, scheme: Self.scheme, to: reference)
  }

  /// Draws patients as a data set in nnU-Net's layout: `imagesTr`, `labelsTr`, `dataset.json`.
  /// - Parameters:
  ///   - seeds: One patient each; the case's name holds its seed.
  ///   - folder: Where; it is made where it is missing.
  ///   - drawn: Called with the name of each case once its files are there.
  /// - Throws: `VolumeFileError`.
  public static func writeDataset(
    seeds: Range<UInt64>,
    to folder: URL,
    drawn: (String) -> Void = { _ in }
  ) throws(VolumeFileError) {
    for seed in seeds {
      let digits = String(seed)
      let name = "phantom_" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
      try DrawnPhantom(seed: seed).write(
        scan: folder.appending(path: "imagesTr/" + CaseFolder.fileName(name, 0, ".nii.gz")),
        reference: folder.appending(path: "labelsTr/\(name).nii.gz")
      )
      drawn(name)
    }
    let labels = [("background", 0)] + scheme.entries.map { ($0.name, Int($0.label)) }
    let document = DatasetDocument(
      channel_names: ["0": "CT"],
      labels: Dictionary(uniqueKeysWithValues: labels),
      numTraining: seeds.count,
      file_ending: ".nii.gz"
    )
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    do {
      try encoder.encode(document).write(
        to: folder.appending(path: "dataset.json"),
        options: .atomic
      )
    } catch {
      throw .unwritable(file: "dataset.json", reason: "the folder does not take it")
    }
  }
}

/// nnU-Net's `dataset.json`, whose keys decide these names.
private struct DatasetDocument: Encodable {
  let channel_names: [String: String]
  let labels: [String: Int]
  let numTraining: Int
  let file_ending: String
}

private func makePhantomFolder(_ folder: URL) throws(VolumeFileError) {
  do {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  } catch {
    throw .unwritable(file: folder.lastPathComponent, reason: "the folder cannot be made")
  }
}
