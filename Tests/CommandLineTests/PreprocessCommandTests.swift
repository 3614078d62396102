import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite(
  "preprocess",
  .serialized,
  .enabled(if: CommandLineProgram.isBuilt, "delineate is not built (./do build)")
)
struct PreprocessCommandTests {
  private let folder: TemporaryFolder
  private let work: URL

  init() throws {
    folder = try TemporaryFolder()
    work = folder.url.appending(path: "work")
    for part in ["raw/imagesTr", "raw/labelsTr"] {
      try FileManager.default.createDirectory(
        at: work.appending(path: part),
        withIntermediateDirectories: true
      )
    }
    let grid = try VoxelGrid(size: [24, 20, 16])
    for number in 0..<6 {
      var scan = Volume<Float>(repeating: -900, grid: grid)
      var labels = LabelMap(repeating: 0, grid: grid)
      for k in 4..<12 {
        for j in 5..<14 {
          for i in (4 + number)..<(12 + number) {
            labels[i, j, k] = 1
            scan[i, j, k] = Float(20 + (i * 7 + j * 5 + k * 3) % 40)
          }
        }
      }
      try write(scan, to: work.appending(path: "raw/imagesTr/case_\(number)_0000.nii.gz"))
      try write(
        labels,
        scheme: nil,
        to: work.appending(path: "raw/labelsTr/case_\(number).nii.gz")
      )
    }
    let document = """
      {"channel_names": {"0": "CT"}, "labels": {"background": 0, "Brainstem": 1},
       "numTraining": 6, "file_ending": ".nii.gz"}
      """
    try Data(document.utf8).write(to: work.appending(path: "raw/dataset.json"))
  }

  private func run(_ arguments: String...) throws -> CommandLineProgram.Outcome {
    try CommandLineProgram.run(arguments, in: work)
  }

  private func prepared() throws -> [String: Any] {
    let outcome = try run("preprocess", "plan", "--json", "--threads", "2")
    try #require(outcome.status == 0, "\(outcome.errors)")
    let root = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    return try #require(root as? [String: Any])
  }

  private func contents() throws -> [String: Data] {
    let place = work.appending(path: "plan/prepared")
    let names = try FileManager.default.contentsOfDirectory(atPath: place.path)
    return try Dictionary(
      uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: place.appending(path: $0))) }
    )
  }

  @Test("A planned data set is prepared, and killed at any moment it goes on to the same bytes")
  func killed() throws {
    #expect(try run("plan", "raw", "--output", "plan").status == 0)
    #expect(try run("preprocess", "plan").output.contains("Prepared 6 cases"))
    let whole = try contents()
    #expect(whole.count == 12)
    #expect(try prepared()["kept"] as? Int == 6)
    for milliseconds in [5, 10, 15, 20, 30, 45] {
      try FileManager.default.removeItem(at: work.appending(path: "plan/prepared"))
      let running = try CommandLineProgram.start(["preprocess", "plan"], in: work)
      Thread.sleep(forTimeInterval: Double(milliseconds) / 1000)
      kill(running.process.processIdentifier, SIGKILL)
      _ = try running.wait()
      let summary = try prepared()
      let (made, kept) = (summary["prepared"] as? Int, summary["kept"] as? Int)
      #expect(try #require(made) + #require(kept) == 6)
      #expect(try contents() == whole, "killed after \(milliseconds) ms")
    }
  }

  @Test("Folders without a plan and files that changed are told in one sentence")
  func refusals() throws {
    let missing = try run("preprocess", "nowhere")
    #expect(missing.status == 1 && missing.errorLines.count == 1)
    #expect(missing.errors.contains("nowhere: no such file or folder."))
    let unplanned = try run("preprocess", "raw")
    #expect(unplanned.status == 1 && unplanned.errorLines.count == 1)
    #expect(try run("preprocess", "plan", "--threads", "0").status == 64)
    #expect(try run("plan", "raw", "--output", "plan").status == 0)
    try Data("no scan".utf8).write(to: work.appending(path: "raw/imagesTr/case_3_0000.nii.gz"))
    let changed = try run("preprocess", "plan")
    #expect(changed.status == 1 && changed.errorLines.count == 1)
    #expect(changed.errors.contains("Case case_3: the files are not those"))
  }
}
