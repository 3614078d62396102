import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite(
  "Work",
  .serialized,
  .enabled(if: CommandLineProgram.isBuilt, "delineate is not built (./do build)")
)
struct WorkTests {
  private let folder: TemporaryFolder
  private let work: URL
  private let model: String

  init() throws {
    folder = try TemporaryFolder()
    work = folder.url.appending(path: "work")
    try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
    model =
      URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Networks/phantom").path
  }

  private func run(_ arguments: String...) throws -> CommandLineProgram.Outcome {
    try CommandLineProgram.run(arguments, in: work)
  }

  private func files(_ path: String = "") throws -> Set<String> {
    Set(try FileManager.default.contentsOfDirectory(atPath: work.appending(path: path).path))
  }

  @Test("A drawn patient is segmented with pictures, a report and a record, and compared")
  func phantom() throws {
    #expect(
      try run("phantom", "--kind", "simple", "--output", "phantom", "--seed", "5").status == 0
    )
    let segmented = try run(
      "segment",
      "phantom/ct.nii.gz",
      "--model",
      model,
      "--output",
      "labels.seg.nrrd",
      "--overlay",
      "pictures",
      "--report",
      "case.html",
      "--json"
    )
    #expect(segmented.status == 0, "\(segmented.errors)")
    #expect(try files() == ["phantom", "labels.seg.nrrd", "pictures", "case.html"])
    #expect(try files("pictures").isSuperset(of: ["overview.png", "Parotid_L.png"]))

    // The record is all of standard output; what people read is on standard error.
    let record = try #require(
      try JSONSerialization.jsonObject(with: Data(segmented.output.utf8)) as? [String: Any]
    )
    #expect((record["structures"] as? [[String: Any]])?.count == 9)
    #expect((record["seconds"] as? [String: Double])?["write"] != nil)
    #expect(segmented.errors.contains("Parotid_L"))

    let html = try String(contentsOf: work.appending(path: "case.html"), encoding: .utf8)
    #expect(html.contains("data:image/png;base64,"))

    let compared = try run("compare", "phantom/reference.nii.gz", "labels.seg.nrrd", "--json")
    let comparison = try #require(
      try JSONSerialization.jsonObject(with: Data(compared.output.utf8)) as? [String: Any]
    )
    #expect(try #require(comparison["meanDice"] as? Double) > 0.85)
    #expect(try run("inspect", "labels.seg.nrrd").output.contains("Bone_Mandible"))
  }

  @Test("A folder of cases becomes a folder of label maps, one mask a structure where asked for")
  func batch() throws {
    #expect(
      try run("phantom", "--kind", "simple", "--output", "set", "--cases", "2", "--seed", "20")
        .status == 0
    )
    // Windows side by side: enough to see which case went where, and quick.
    let quick = ["--model", model, "--step", "1", "--quiet"]
    let segmented = try CommandLineProgram.run(
      ["segment", "set/imagesTr", "--output", "labels", "--json"] + quick,
      in: work
    )
    #expect(segmented.status == 0, "\(segmented.errors)")
    #expect(segmented.errors.isEmpty)
    #expect(segmented.output.split(separator: "\n").count == 2)
    #expect(try files("labels") == ["phantom_0020.nii.gz", "phantom_0021.nii.gz"])
    let separate = try CommandLineProgram.run(
      ["segment", "set/imagesTr/phantom_0020_0000.nii.gz", "--output", "masks", "--separate"]
        + quick,
      in: work
    )
    #expect(separate.status == 0, "\(separate.errors)")
    #expect(separate.output.isEmpty)
    #expect(try files("masks").count == 9)
    let whole = try readLabelMap(at: work.appending(path: "labels/phantom_0020.nii.gz")).labelMap
    let mask = try readLabelMap(at: work.appending(path: "masks/Parotid_R.nii.gz")).labelMap
    #expect(mask.voxels == whole.voxels.map { $0 == 3 ? 1 : 0 })
  }

  @Test("A run that is told to stop leaves nothing behind", arguments: [SIGINT, SIGTERM])
  func interruption(signal: Int32) throws {
    #expect(try run("phantom", "--kind", "simple", "--output", "phantom").status == 0)
    let before = try files()
    let running = try CommandLineProgram.start(
      [
        "segment", "phantom/ct.nii.gz", "--model", model, "--output", "labels.nii.gz",
        "--step", "0.1",
      ],
      in: work
    )
    Thread.sleep(forTimeInterval: 1)
    kill(running.process.processIdentifier, signal)
    let outcome = try running.wait()
    #expect(outcome.status == 128 + signal)
    #expect(try files() == before)
  }
}
