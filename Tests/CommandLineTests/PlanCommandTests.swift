import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite(
  "Planning from the command line",
  .enabled(if: CommandLineProgram.isBuilt, "delineate is not built (./do build)")
)
struct PlanCommandTests {
  private let folder: TemporaryFolder
  private let work: URL

  init() throws {
    folder = try TemporaryFolder()
    work = folder.url.appending(path: "work")
    for place in ["set/imagesTr", "set/labelsTr"] {
      try FileManager.default.createDirectory(
        at: work.appending(path: place),
        withIntermediateDirectories: true
      )
    }
    try Data(
      #"{"channel_names": {"0": "CT"}, "labels": {"background": 0, "Stem": 1, "Cord": 2}}"#.utf8
    ).write(to: work.appending(path: "set/dataset.json"))
    for number in 0..<6 { try draw("case_\(number)", side: 20 + number, label: number < 4 ? 2 : 1) }
  }

  private func draw(_ name: String, side: Int, label: UInt16) throws {
    let grid = try VoxelGrid(size: [side, side, 16], spacing: [1, 1, 2])
    var scan = Volume<Float>(repeating: 100, grid: grid)
    var map = LabelMap(repeating: 0, grid: grid)
    for k in 4..<8 {
      for j in 4..<8 {
        for i in 4..<8 {
          map[i, j, k] = i < 6 ? label : 1
          scan[i, j, k] = Float(i * j)
        }
      }
    }
    try write(scan, to: work.appending(path: "set/imagesTr/\(name)_0000.nii.gz"))
    try write(map, scheme: nil, to: work.appending(path: "set/labelsTr/\(name).nii.gz"))
  }

  private func run(_ arguments: String...) throws -> CommandLineProgram.Outcome {
    try CommandLineProgram.run(arguments, in: work)
  }

  private func json(_ path: String) throws -> [String: Any] {
    let data = try Data(contentsOf: work.appending(path: path))
    return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  @Test("A data set becomes a plan with its reasons, folds, cases and fingerprint")
  func plan() throws {
    let outcome = try run("plan", "set", "--output", "out", "--features", "8", "--explain")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.isEmpty)
    #expect(outcome.output.contains("set: 6 cases (nnunet), 5 folds of 4 + 2"))
    #expect(outcome.output.contains("Brainstem"))
    #expect(outcome.output.contains("contoured in 4 (SpinalCord) of 6 cases"))
    #expect(outcome.output.contains("· 8 asked for, doubled to at most 80"))
    let plan = try json("out/plan.json")
    #expect(plan["batchSize"] as? Int == 2)
    #expect((plan["datasetChecksum"] as? String)?.count == 64)
    #expect(try json("out/fingerprint.json")["cases"] is [Any])
    #expect((try json("out/dataset.json")["cases"] as? [Any])?.count == 6)
    let again = try run("plan", "set", "--output", "again", "--features", "8", "--threads", "1")
    #expect(again.status == 0)
    for file in ["plan.json", "fingerprint.json", "splits.json"] {
      #expect(
        try Data(contentsOf: work.appending(path: "out/\(file)"))
          == Data(contentsOf: work.appending(path: "again/\(file)")),
        "\(file)"
      )
    }
  }

  @Test("Programs get JSON, and folds may come from a file")
  func programs() throws {
    try Data(#"[{"train": ["case_0", "case_1"], "val": ["case_5"]}]"#.utf8)
      .write(to: work.appending(path: "folds.json"))
    let outcome = try run(
      "plan",
      "set",
      "--output",
      "out",
      "--split",
      "folds.json",
      "--memory",
      "512MB",
      "--json"
    )
    #expect(outcome.status == 0, "\(outcome.errors)")
    let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    let document = try #require(object as? [String: Any])
    #expect(document["cases"] as? Int == 6)
    #expect((document["folds"] as? [[String: Int]]) == [["training": 2, "validation": 1]])
    #expect((document["values"] as? [[String: String]])?.first?["name"] == "structures")
  }

  @Test("What cannot be planned is told in one sentence, and nothing is written")
  func refusals() throws {
    func refused(_ arguments: [String], _ words: String) throws {
      let outcome = try CommandLineProgram.run(
        ["plan"] + arguments + ["--output", "out"],
        in: work
      )
      #expect(outcome.status == 1, "\(arguments)")
      #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
      #expect(outcome.errors.contains(words), "\(outcome.errors)")
      #expect(!FileManager.default.fileExists(atPath: work.appending(path: "out").path))
    }
    try refused(["none"], "no such file or folder")
    try refused(["."], "not a data set in a known layout")
    try refused(["set", "--split", "official"], "no division into training and validation")
    try refused(["set", "--structures", "Lips"], "no such structure")
    try refused(["set", "--memory", "1MB"], "with more memory or fewer features")
    try refused(["set", "--resolution", "3d_lowres"], "no lower resolution is needed")
    try Data(#"[{"train": ["case_0"], "val": []}]"#.utf8)
      .write(to: work.appending(path: "folds.json"))
    try refused(["set", "--split", "folds.json"], "fold 0 has no case under \"val\"")
    try draw("case_3", side: 20, label: 7)
    try refused(["set"], "Case case_3: case_3.nii.gz holds the number 7")
    try Data("no scan".utf8).write(to: work.appending(path: "set/imagesTr/case_2_0000.nii.gz"))
    try refused(["set", "--threads", "1"], "Case case_2:")
  }

  @Test("Wrong numbers of numbers show the usage")
  func usage() throws {
    let outcome = try run("plan", "set", "--output", "out", "--patch", "32", "32")
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("--patch takes three numbers, 2 are given."))
  }
}
