import Anatomy
public import Foundation
import Randomness
public import VolumeFiles
import Volumes

/// Drawn patients as files in HaN-Seg's layout, with what is true of them beside.
public struct DrawnPatientSet: Sendable {
  /// What decides all patients; a patient depends on this and its number alone.
  public var seed: UInt64
  /// How fine the scans are.
  public var size: DrawnPatient.Size
  /// The share of patients that have no MR.
  public var withoutMRShare: Double
  /// The share of organs that were not contoured.
  public var missingShare: Double
  /// How many threads draw; the bytes do not depend on it.
  public var threads: Int

  /// A set of patients.
  public init(
    seed: UInt64,
    size: DrawnPatient.Size,
    withoutMRShare: Double = 0,
    missingShare: Double = 0,
    threads: Int = 1
  ) {
    self.seed = seed
    self.size = size
    self.withoutMRShare = withoutMRShare
    self.missingShare = missingShare
    self.threads = threads
  }

  /// Draws patients `1…count` into `set_1/case_01`, … of a folder.
  ///
  /// Each case holds CT, MR and one mask an organ as HaN-Seg names them, and beside them the label
  /// maps of organs and tumors, and the transform from CT to MR. `OAR_data.csv` says which organs
  /// each case has.
  /// - Parameters:
  ///   - count: How many patients.
  ///   - folder: Where; it is made where it is missing.
  ///   - drawn: Called with the name of each case once its files are there.
  /// - Throws: `VolumeFileError`.
  public func writeHaNSeg(
    cases count: Int,
    to folder: URL,
    drawn: (String) -> Void = { _ in }
  ) throws(VolumeFileError) {
    // First, so that what cannot be written is named as it was asked for.
    try makeFolder(folder)
    var table = "case," + OrganAtRisk.allCases.map(\.tg263).joined(separator: ",") + ",MR_T1\n"
    for number in 1...max(count, 1) {
      let name = Self.caseName(number)
      let written = try writeHaNSegCase(number, to: folder.appending(path: "set_1/\(name)"))
      let marks = OrganAtRisk.allCases.map { written.organs.contains($0) ? "1" : "0" }
      table += ([name] + marks + [written.hasMR ? "1" : "0"]).joined(separator: ",") + "\n"
      drawn(name)
    }
    try writeText(table, to: folder.appending(path: "set_1/OAR_data.csv"))
  }

  static func caseName(_ number: Int) -> String { "case_" + (number < 10 ? "0" : "") + "\(number)" }

  private func writeHaNSegCase(
    _ number: Int,
    to folder: URL
  ) throws(VolumeFileError) -> (organs: Set<OrganAtRisk>, hasMR: Bool) {
    try makeFolder(folder)
    let name = Self.caseName(number)
    let patient = DrawnPatient(seed: seed, number: number, size: size)
    var chance = SeededGenerator(seed: patient.seed, stream: "contoured")
    let hasMR = chance.nextUnit() >= withoutMRShare
    var contoured = Set(OrganAtRisk.allCases.filter { _ in chance.nextUnit() >= missingShare })
    // A case without any contour is no case of HaN-Seg.
    if contoured.isEmpty { contoured = [.mandible] }
    func place(_ ending: String) -> URL { folder.appending(path: name + ending) }
    do {
      let organs = try patient.organsOnCT(threads: threads)
      try write(try patient.ct(threads: threads), to: place("_IMG_CT.nrrd"))
      for organ in OrganAtRisk.allCases where contoured.contains(organ) {
        let label = UInt16(organ.rawValue)
        let mask = organs.map { $0 == label }
        try write(mask, name: organ.tg263, to: place("_OAR_\(organ.tg263).seg.nrrd"))
      }
      try write(organs, scheme: DrawnPatient.scheme, to: place("_organs_CT.seg.nrrd"))
      let targets = LabelScheme(named: "hntsmrg")
      try write(
        try patient.targetsOnCT(threads: threads),
        scheme: targets,
        to: place("_targets_CT.seg.nrrd")
      )
      if hasMR {
        try write(try patient.mr(threads: threads), to: place("_IMG_MR_T1.nrrd"))
        try write(
          try patient.organsOnMR(threads: threads),
          scheme: DrawnPatient.scheme,
          to: place("_organs_MR.seg.nrrd")
        )
        try writeText(PatientPoses.text(of: patient.mrFromCTRigid), to: place("_CT_to_MR.tfm"))
        let grid = try patient.fieldGrid()
        let field = patient.poses.mrFromCTField(on: grid, threads: threads)
        try writeField(field, grid, to: place("_CT_to_MR.mha"))
      }
    } catch let error as VolumeFileError {
      throw error
    } catch {
      throw .unwritable(file: name, reason: "its grid is not one")
    }
    return (contoured, hasMR)
  }
}

func writeText(_ text: String, to url: URL) throws(VolumeFileError) {
  do {
    try Data(text.utf8).write(to: url, options: .atomic)
  } catch {
    throw .unwritable(file: url.lastPathComponent, reason: "the folder does not take it")
  }
}

func makeFolder(_ folder: URL) throws(VolumeFileError) {
  do {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  } catch {
    throw .unwritable(file: folder.lastPathComponent, reason: "the folder cannot be made")
  }
}
