import Anatomy
import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite(
  "delineate adapt",
  .enabled(if: CommandLineProgram.isBuilt, "delineate is not built (./do build)")
)
struct AdaptCommandTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let grid = try VoxelGrid(size: [32, 28, 10], spacing: [1, 1, 2])
    var scan = Volume<Float>(repeating: 0, grid: grid)
    var mask = LabelMap(repeating: 0, grid: grid)
    for k in 0..<10 {
      for j in 0..<28 {
        for i in 0..<32 {
          let isTumor = (12..<18).contains(i) && (10..<15).contains(j) && (4..<7).contains(k)
          scan[i, j, k] = isTumor ? 300 : Float((i + 2 * j + 3 * k) % 7)
          mask[i, j, k] = isTumor ? 1 : 0
        }
      }
    }
    try VolumeFiles.write(scan, to: folder.url.appending(path: "later.nii.gz"))
    try VolumeFiles.write(mask, scheme: nil, to: folder.url.appending(path: "contours.nii.gz"))
  }

  private func run(_ arguments: [String]) throws -> CommandLineProgram.Outcome {
    try CommandLineProgram.run(["adapt"] + arguments, in: folder.url)
  }

  @Test(
    "A map is written with its boxes told",
    arguments: ["paper", "published-code", "delineate"]
  )
  func map(definition: String) throws {
    let outcome = try run([
      "map", "--later", "later.nii.gz", "--contours", "contours.nii.gz", "--definition", definition,
      "--output", "map.nii.gz", "--json",
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("\"GTVp\""))
    let map = try readVolume(at: folder.url.appending(path: "map.nii.gz"))
    #expect(map.voxels.contains { $0 > 0.5 } && map[0, 0, 0] == 0)
  }

  @Test("Bad input gets one sentence and status 1")
  func badInput() throws {
    let later = ["--later", "later.nii.gz"]
    let output = ["--output", "out.nii.gz"]
    let cases: [([String], String)] = [
      (["map"] + later + ["--contours", "no.nii.gz"] + output, "no.nii.gz"),
      (["map"] + later + ["--contours", "later.nii.gz"] + output, "stand for nothing"),
      (
        ["run"] + later + ["--contours", "contours.nii.gz", "--model", "nothing"] + output,
        "nothing"
      ),
      (["dataset", "nowhere", "--output", "raw"], "nowhere"),
      (["dataset", ".", "--output", "raw", "--channels", "T2", "colour"], "colour"),
      (["calibrate", ".", ".", "--model", "nowhere"], "nowhere"),
      (["compare", "nowhere", "--patients", ".", "--output", "out"], "nowhere"),
      (["compare", ".", "--patients", ".", "--output", "out"], "no patient"),
    ]
    for (arguments, word) in cases {
      let outcome = try run(arguments)
      #expect(outcome.status == 1, "\(arguments)")
      #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
      #expect(outcome.errors.contains(word), "\(outcome.errors)")
    }
    let missing = folder.url.appending(path: "out.nii.gz").path
    #expect(!FileManager.default.fileExists(atPath: missing))
  }

  @Test("Arguments that contradict each other are refused")
  func contradictions() throws {
    for arguments in [
      ["--later", "later.nii.gz", "--model", "m", "--output", "o.nii.gz"],
      ["--patients", ".", "--later", "later.nii.gz", "--model", "m", "--output", "o"],
      [
        "--later", "later.nii.gz", "--contours", "contours.nii.gz", "--model", "m", "--output",
        "o.nii.gz", "--margins", "2",
      ],
      [
        "--later", "later.nii.gz", "--contours", "contours.nii.gz", "--model", "m", "--output",
        "o.nii.gz", "--uncertainty", "u.nii.gz",
      ],
    ] {
      #expect(try run(arguments).status == 64)
    }
  }
}
