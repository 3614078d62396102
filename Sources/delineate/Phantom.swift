public import ArgumentParser
import DICOMStudies
public import Datasets
import Foundation
import Segmentation

/// `delineate phantom`: drawn patients to train and try things with.
struct Phantom: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draw patients: CT and MR with 30 organs, or a simple phantom.",
    discussion: """
      Patients are drawn from tables of anatomy, no person's data: a contrast-enhanced CT and a \
      T1-weighted MR in another pose, all 30 organs of HaN-Seg, tumors, and the true transform \
      between the scans, in HaN-Seg's layout. Same seed and number, same patient.

      --adaptive draws each patient twice instead, weeks apart, on fat-suppressed T2-weighted MR in \
      HNTS-MRG's layout: tumors shrunk, gone or grown, weight lost, another pose.

      --kind simple draws nine structures of ellipsoids and tubes on CT alone: one patient becomes \
      ct.nii.gz and reference.nii.gz (with --dicom, the CT also a DICOM series in the folder ct); \
      several (--cases) a data set in nnU-Net's layout.

      EXAMPLES
        delineate phantom --output patients --cases 40 --seed 1 --size small
        delineate phantom --output partial --cases 40 --without-mr-share 0.2 --missing-share 0.3
        delineate phantom --output adaptive --cases 40 --adaptive --size small
        delineate phantom --kind simple --output phantom
        delineate phantom --kind simple --dicom --output patient
        delineate phantom --kind simple --output training --cases 60 --seed 100
      """
  )

  /// What is drawn.
  enum Kind: String, ExpressibleByArgument, CaseIterable {
    case patients, simple
  }

  @Option(help: "The folder to write into.", completion: .directory)
  var output: String

  @Option(help: "What to draw: \(Kind.allCases.map(\.rawValue).joined(separator: ", ")).")
  var kind: Kind = .patients

  @Option(help: "What decides the patients.")
  var seed: UInt64 = 1

  @Option(help: "How many patients to draw.")
  var cases: Int?

  @Option(help: "How fine the scans are: clinical (CT 512×512×150), small (160×160×96), tiny.")
  var size: DrawnPatient.Size = .clinical

  @Option(help: "The share of patients without MR, from 0 to 1.")
  var withoutMrShare = 0.0

  @Option(help: "The share of organs that were not contoured, from 0 to 1.")
  var missingShare = 0.0

  @Flag(help: "Draw each patient before and weeks into radiotherapy, in HNTS-MRG's layout.")
  var adaptive = false

  @Flag(help: "Also draw pictures of each organ on CT and MR, into each case's folder.")
  var pictures = false

  @Flag(help: "Also write the simple phantom's CT as a DICOM series, into the folder ct.")
  var dicom = false

  @Option(help: "How many threads draw (all cores by default).")
  var threads: Int?

  func validate() throws {
    if let cases, !(1...9999).contains(cases) {
      throw ValidationError("--cases must be from 1 to 9999.")
    }
    guard seed <= UInt64.max - 9999 else { throw ValidationError("--seed is too large.") }
    guard kind == .patients || !(adaptive || pictures) else {
      throw ValidationError("--adaptive and --pictures are of patients, not the simple phantom.")
    }
    guard !dicom || (kind == .simple && cases == nil) else {
      throw ValidationError("--dicom is of one simple phantom: --kind simple, without --cases.")
    }
    guard !(adaptive && pictures) else {
      throw ValidationError(
        "--pictures shows CT and T1-weighted MR, which --adaptive does not draw."
      )
    }
    guard (0...1).contains(withoutMrShare), (0...1).contains(missingShare) else {
      throw ValidationError("--without-mr-share and --missing-share must be from 0 to 1.")
    }
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads must be from 1 to 1024.")
    }
  }

  func run() throws {
    let folder = URL(filePath: output)
    switch kind {
    case .simple:
      if let cases {
        try DrawnPhantom.writeDataset(seeds: seed..<(seed + UInt64(cases)), to: folder) {
          print("Drew \($0)")
        }
      } else {
        try DrawnPhantom(seed: seed).write(to: folder)
        if dicom { try writeSeries(to: folder.appending(path: "ct")) }
      }
    case .patients:
      let set = DrawnPatientSet(
        seed: seed,
        size: size,
        withoutMRShare: withoutMrShare,
        missingShare: missingShare,
        threads: threads ?? ProcessInfo.processInfo.activeProcessorCount
      )
      if adaptive {
        try set.writeHNTSMRG(cases: cases ?? 1, to: folder) { print("Drew \($0)") }
      } else {
        var names: [String] = []
        try set.writeHaNSeg(cases: cases ?? 1, to: folder) {
          print("Drew \($0)")
          names.append($0)
        }
        if pictures {
          for name in names { try PhantomPictures(folder: folder).write(case: name) }
        }
      }
    }
    print("Wrote \(output)")
  }

  private func writeSeries(to folder: URL) throws {
    let scan = try DrawnPhantom(seed: seed).drawn(on: DrawnPhantom.standardGrid()).scan
    let origin = ObjectOrigin(
      version: delineateVersion,
      identifiers: UniqueIdentifiers(seed: "phantom \(seed)")
    )
    try DrawnSeries(scan, patient: "PHANTOM\(seed)", origin: origin).write(to: folder)
  }
}

extension DrawnPatient.Size: ExpressibleByArgument {}
