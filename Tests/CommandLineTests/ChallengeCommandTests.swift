import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite(
  "Challenges from the command line",
  .enabled(if: CommandLineProgram.isBuilt, "delineate is not built (./do build)")
)
struct ChallengeCommandTests {
  private let folder: TemporaryFolder
  private var work: URL { folder.url.appending(path: "work") }

  init() throws {
    folder = try TemporaryFolder()
    try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
  }

  private func run(_ arguments: String...) throws -> CommandLineProgram.Outcome {
    try CommandLineProgram.run(arguments, in: work)
  }

  private func put(_ volume: Volume<Float>, _ path: String) throws {
    let file = work.appending(path: "input/images/\(path)")
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(),
      withIntermediateDirectories: true
    )
    try write(volume, to: file)
  }

  @Test("HaN-Seg: the program answers on the container's folders with HaN-Seg's numbers")
  func hanSeg() throws {
    #expect(
      try run("phantom", "--kind", "simple", "--cases", "1", "--seed", "3", "--output", "set")
        .status == 0
    )
    let scan = try readVolume(
      at: work.appending(path: "set/imagesTr/phantom_0003_0000.nii.gz")
    )
    try put(scan, "ct/3f2a_CT.mha")
    try put(scan, "t1-mri/77b0.mha")
    let outcome = try run(
      "challenge",
      "hanseg",
      "--model",
      "phantom",
      "--input",
      "input",
      "--output",
      "output",
      "--no-mirroring",
      "--device",
      "cpu"
    )
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output == "Wrote 3f2a_seg.mha\n")
    #expect(outcome.errors.contains("Not asked for, left out: Eye_R, Eye_L."))
    #expect(outcome.errors.contains("Not in the model, empty: A_Carotid_L"))
    let file = work.appending(path: "output/images/head_neck_oar/3f2a_seg.mha")
    #expect(try inspectFile(at: file).scalarType == .uint8)
    let map = try readLabelMap(at: file).labelMap
    #expect(map.grid.matches(scan.grid))
    #expect(Set(map.voxels) == [0, 4, 5, 18, 19, 27, 28, 30])
    // The patient's left is +x: the left parotid, 27, lies there.
    let (left, right) = (middle(of: 27, in: map), middle(of: 28, in: map))
    #expect(left > right + 60)
    #expect(
      FileManager.default.fileExists(atPath: work.appending(path: "output/results.json").path)
    )
  }

  /// The mean x of a label's voxels, in mm.
  private func middle(of label: UInt16, in map: LabelMap) -> Double {
    let toPatient = map.grid.patientFromVoxel
    var (sum, count) = (0.0, 0.0)
    for k in 0..<map.grid.size.z {
      for j in 0..<map.grid.size.y {
        for i in 0..<map.grid.size.x where map[i, j, k] == label {
          sum += toPatient(Point(Double(i), Double(j), Double(k))).coordinates.x
          count += 1
        }
      }
    }
    return sum / max(count, 1)
  }

  @Test("An empty input, a model without tumors, and a third task end in a sentence")
  func refused() throws {
    let empty = try run(
      "challenge",
      "hanseg",
      "--model",
      "phantom",
      "--input",
      "nowhere",
      "--output",
      "output"
    )
    #expect(empty.status != 0)
    #expect(empty.errorLines.last == "Error: Challenge: no scan is in images/ct.")
    let organs = try run("challenge", "hntsmrg", "--task", "2", "--model", "phantom")
    #expect(organs.errors.contains("the model has none of HNTS-MRG's structures"))
    #expect(try run("challenge", "hntsmrg", "--task", "3", "--model", "phantom").status == 64)
  }
}
