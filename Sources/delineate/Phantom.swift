import ArgumentParser
import Datasets
import Foundation

/// `delineate phantom`: drawn patients to try things with.
struct Phantom: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draw phantom patients: a CT-like scan and its label map.",
    discussion: """
      Ellipsoids and tubes, no person's data. Same seed, same patient. One patient becomes \
      ct.nii.gz and reference.nii.gz; several become a data set in nnU-Net's layout (imagesTr, \
      labelsTr, dataset.json).

      EXAMPLES
        delineate phantom --output phantom
        delineate phantom --output training --cases 60 --seed 100
      """
  )

  @Option(help: "The folder to write into.", completion: .directory)
  var output: String

  @Option(help: "The patient, or the first of several.")
  var seed: UInt64 = 1

  @Option(help: "How many patients to draw, as a data set.")
  var cases: Int?

  func validate() throws {
    if let cases, !(1...9999).contains(cases) {
      throw ValidationError("--cases must be from 1 to 9999.")
    }
    guard seed <= UInt64.max - 9999 else { throw ValidationError("--seed is too large.") }
  }

  func run() throws {
    let folder = URL(filePath: output)
    if let cases {
      try DrawnPhantom.writeDataset(seeds: seed..<(seed + UInt64(cases)), to: folder) {
        print("Drew \($0)")
      }
    } else {
      try DrawnPhantom(seed: seed).write(to: folder)
    }
    print("Wrote \(output)")
  }
}
