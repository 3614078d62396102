public import Adaptation
import Anatomy
import Datasets
public import Foundation
import VolumeFiles
import Volumes

/// HNTS-MRG's release as training data of an adaptive network, in nnU-Net's raw layout.
///
/// Each patient gives a sample `ID` of the later scan, guided by the registered earlier contours, and,
/// where the channels follow boxes alone, a sample `IDpre` of the earlier scan, guided by its own: as in
/// Ren et al., who so double the samples. Mask channels would show an earlier scan's network its own
/// answer; then there are no such samples. Five folds divide the patients; earlier scans only train.
/// - SeeAlso: Ren et al., arXiv 2410.12941.
public struct AdaptiveDataset: Sendable {
  /// HNTS-MRG's folder: `ID/midRT/ID_midRT_T2.nii.gz` and so on.
  public let source: URL
  /// The channels, the later scan first.
  public let channels: [AdaptationChannel]
  /// What margins are drawn from.
  public let seed: UInt64

  /// A data set to make.
  public init(source: URL, channels: [AdaptationChannel], seed: UInt64) {
    self.source = source
    self.channels = channels
    self.seed = seed
  }

  /// Whether earlier scans become samples too.
  public var usesEarlierScans: Bool {
    channels.allSatisfy { channel in
      switch channel {
      case .later, .gradientMap: true
      case .earlier, .priorLabels, .priorMask: false
      }
    }
  }

  /// Writes `imagesTr`, `labelsTr`, `dataset.json` and `splits_final.json`.
  /// - Parameters:
  ///   - folder: Where; made where it is missing.
  ///   - wrote: Called with the name of each sample once it is there.
  /// - Returns: The number of patients and of samples.
  /// - Throws: `TrainingDatasetError` where a patient's files are missing, `VolumeFileError` where one
  ///   cannot be read or written, `AdaptationError` where grids differ, `SplitsError` where there are
  ///   fewer than five patients.
  public func write(
    to folder: URL,
    wrote: (String) -> Void = { _ in }
  ) throws -> (patients: Int, samples: Int) {
    let dataset = try TrainingDataset(
      at: source,
      options: TrainingDatasetOptions(layout: .midRT)
    )
    let patients = dataset.cases.map(\.name)
    let splits = try CrossValidationSplits(crossValidating: patients)
    for part in ["imagesTr", "labelsTr"] {
      try FileManager.default.createDirectory(
        at: folder.appending(path: part),
        withIntermediateDirectories: true
      )
    }
    var samples = 0
    for patient in patients {
      let files = HNTSMRGPatient(patient, in: source)
      try write(
        patient,
        scan: files.scan(.later),
        answer: files.mask(.later),
        prior: files.registeredMask,
        earlier: files.registeredScan,
        to: folder
      )
      wrote(patient)
      samples += 1
      guard usesEarlierScans else { continue }
      try write(
        Self.earlierName(patient),
        scan: files.scan(.before),
        answer: files.mask(.before),
        prior: files.mask(.before),
        earlier: nil,
        to: folder
      )
      wrote(Self.earlierName(patient))
      samples += 1
    }
    try description(samples).write(
      to: folder.appending(path: "dataset.json"),
      options: .atomic
    )
    let withEarlier = CrossValidationSplits(
      folds: splits.folds.map { fold in
        CrossValidationSplits.Fold(
          training: fold.training
            + (usesEarlierScans ? fold.training.map(Self.earlierName) : []),
          validation: fold.validation
        )
      }
    )
    try Data(withEarlier.json().utf8).write(
      to: folder.appending(path: "splits_final.json"),
      options: .atomic
    )
    return (patients.count, samples)
  }

  private static func earlierName(_ patient: String) -> String { "\(patient)pre" }

  private func write(
    _ name: String,
    scan: URL,
    answer: URL,
    prior: URL,
    earlier: URL?,
    to folder: URL
  ) throws {
    let (contours, scheme) = try readTumorContours(at: prior)
    let needsEarlier = channels.contains(.earlier)
    let guidance = try PriorGuidance(
      later: readVolume(at: scan),
      contours: contours,
      scheme: scheme,
      earlier: needsEarlier ? earlier.map { try readVolume(at: $0) } : nil
    )
    for (index, channel) in channels.enumerated() {
      let number = String(index)
      let suffix = String(repeating: "0", count: max(0, 4 - number.count)) + number
      try VolumeFiles.write(
        guidance.volume(of: channel, margin: .drawn(seed: seed, name: name)),
        to: folder.appending(path: "imagesTr/\(name)_\(suffix).nii.gz")
      )
    }
    let (labels, _) = try readTumorContours(at: answer)
    try VolumeFiles.write(
      labels,
      scheme: nil,
      to: folder.appending(path: "labelsTr/\(name).nii.gz")
    )
  }

  private func description(_ samples: Int) throws -> Data {
    struct Description: Encodable {
      let name: String
      let channel_names: [String: String]
      let labels: [String: Int]
      let numTraining: Int
      let file_ending: String
    }
    var names: [String: String] = [:]
    for (index, channel) in channels.enumerated() { names["\(index)"] = channel.name }
    var labels = ["background": 0]
    for entry in LabelScheme(named: "hntsmrg")?.entries ?? [] {
      labels[entry.name] = Int(entry.label)
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return try encoder.encode(
      Description(
        name: "Adaptive",
        channel_names: names,
        labels: labels,
        numTraining: samples,
        file_ending: ".nii.gz"
      )
    )
  }
}
