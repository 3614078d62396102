import Anatomy
public import Foundation
public import VolumeFiles
import Volumes

extension DrawnPatientSet {
  /// Draws patients `1…count` at two time points into a folder, in HNTS-MRG 2024's layout.
  ///
  /// Beside `preRT` and `midRT` each patient's folder holds the true transform from mid- to
  /// pre-radiotherapy (`1_midRT_to_preRT.mha`, its rigid part `.tfm`) and `truth.json`: what became
  /// of each tumor, and what the registered files are made of.
  /// - Parameters:
  ///   - count: How many patients.
  ///   - folder: Where; it is made where it is missing.
  ///   - drawn: Called with the name of each case once its files are there.
  /// - Throws: `VolumeFileError`.
  public func writeHNTSMRG(
    cases count: Int,
    to folder: URL,
    drawn: (String) -> Void = { _ in }
  ) throws(VolumeFileError) {
    // First, so that what cannot be written is named as it was asked for.
    try makeFolder(folder)
    for number in 1...max(count, 1) {
      let name = "\(number)"
      do {
        try writeTimePoints(number, HNTSMRGPatient(name, in: folder))
      } catch let error as VolumeFileError {
        throw error
      } catch {
        throw .unwritable(file: name, reason: "its grid is not one")
      }
      drawn(name)
    }
  }

  private func writeTimePoints(_ number: Int, _ patient: HNTSMRGPatient) throws {
    let (name, folder) = (patient.name, patient.folder)
    let looks = DrawnTimePoints(seed: seed, number: number, size: size)
    let scheme = LabelScheme(named: "hntsmrg")
    for time in HNTSMRGPatient.TimePoint.allCases { try makeFolder(patient.folder(of: time)) }
    var volumes: [[Double]] = []
    let files: [(DrawnTimePoints.Look, scan: URL, mask: URL)] = [
      (.before, patient.scan(.before), patient.mask(.before)),
      (.later, patient.scan(.later), patient.mask(.later)),
      (.beforeOnLater, patient.registeredScan, patient.registeredMask),
    ]
    for (look, scan, mask) in files {
      let drawn = try looks.drawn(look, threads: threads)
      try write(drawn.scan, to: scan)
      try write(drawn.targets, scheme: scheme, to: mask)
      volumes.append(
        [1, 2].map { label in
          let count = drawn.targets.voxels.reduce(0) { $0 + ($1 == label ? 1 : 0) }
          return Double(count) * drawn.targets.grid.voxelVolume / 1000
        }
      )
    }
    let grid = try looks.grid(.later).coarsened(to: 5)
    try writeField(
      looks.beforeFromLaterField(on: grid, threads: threads),
      grid,
      to: folder.appending(path: "\(name)_midRT_to_preRT.mha")
    )
    if let back = looks.patient.poses.mrFromCTRigid.inverted() {
      try writeText(
        PatientPoses.text(of: back),
        to: folder.appending(path: "\(name)_midRT_to_preRT.tfm")
      )
    }
    try writeText(
      try TimePointTruth(looks, volumes: volumes).json(),
      to: folder.appending(path: "truth.json")
    )
  }
}

/// What is true of a patient at two time points; its names are the JSON's keys.
private struct TimePointTruth: Encodable {
  struct TumorTruth: Encodable {
    let structure: String
    /// Volume weeks later as a factor of the volume before; 0 where it vanished.
    let volumeFactor: Double
  }

  let note: String
  let tumors: [TumorTruth]
  let skinMovedInwardInMillimeters: Double
  let millilitersBefore: [String: Double]
  let millilitersLater: [String: Double]

  init(_ looks: DrawnTimePoints, volumes: [[Double]]) {
    note =
      "Drawn, not real. The registered files are drawn through the true transform with an error "
      + "of about 1 mm: a shift of 0.4 to 0.5 mm a standard deviation along each axis, and four "
      + "smooth local ones of 0.8 mm."
    tumors = looks.changes.map {
      TumorTruth(structure: $0.isNode ? "GTVn" : "GTVp", volumeFactor: Double($0.factor))
    }
    skinMovedInwardInMillimeters = looks.weightLoss
    func named(_ values: [Double]) -> [String: Double] { ["GTVp": values[0], "GTVn": values[1]] }
    millilitersBefore = named(volumes[0])
    millilitersLater = named(volumes[1])
  }

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }
}
