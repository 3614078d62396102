import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite(
  "Ranking and consensus",
  .enabled(if: CommandLineProgram.isBuilt, "delineate is not built (./do build)")
)
struct RankTests {
  private let folder: TemporaryFolder
  private var work: URL { folder.url.appending(path: "work") }

  init() throws {
    folder = try TemporaryFolder()
    for name in ["ours", "theirs", "empty"] {
      try FileManager.default.createDirectory(
        at: work.appending(path: name),
        withIntermediateDirectories: true
      )
    }
    for (name, gain) in [("ours", 0.05), ("theirs", 0.0)] {
      let text = table { place in (0.7 + gain + Double(place) / 1000, 3 - 10 * gain) }
      try Data(text.utf8).write(to: work.appending(path: "\(name)/scores.csv"))
    }
    try Data("case,structure\n".utf8).write(to: work.appending(path: "bad.csv"))
    try Data(table(cases: "other") { _ in (0.5, 1) }.utf8)
      .write(to: work.appending(path: "other.csv"))
    try Data("# Dice of a paper\norgan,paper_mean\nLips,80\n".utf8)
      .write(to: work.appending(path: "paper.csv"))
    let grid = try VoxelGrid(size: [4, 1, 1], spacing: [1, 1, 1])
    for (name, voxels) in [
      ("a", [1, 1, 0, 0]), ("b", [0, 1, 1, 0]), ("c", [0, 1, 1, 2]),
    ] as [(String, [UInt16])] {
      try write(
        LabelMap(grid: grid, voxels: voxels),
        scheme: nil,
        to: work.appending(path: "\(name).nii.gz")
      )
    }
  }

  private func table(
    cases: String = "case",
    _ values: (Int) -> (dice: Double, far: Double)
  ) -> String {
    var text = "case,structure,metric,value\n"
    for place in 0..<10 {
      let (dice, far) = values(place)
      text += "\(cases)_\(place),Lips,dice,\(dice)\n\(cases)_\(place),Lips,hd95,\(far)\n"
    }
    return text
  }

  @Test("Two methods are ranked, and the ranking is written")
  func rank() throws {
    let outcome = try CommandLineProgram.run(
      ["rank", "ours", "B=theirs", "--published", "paper.csv", "--output", "ranking"],
      in: work
    )
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n").prefix(3).map { line in
      line.split(separator: " ").prefix(2).joined(separator: " ")
    }
    #expect(lines == ["Method Rank", "ours 1", "B 2"])
    #expect(outcome.output.contains("paper"))
    for name in ["ranking.json", "ranking.csv", "comparisons.csv", "report.html"] {
      let file = work.appending(path: "ranking/\(name)")
      #expect(try !Data(contentsOf: file).isEmpty)
    }
    let csv = try String(
      contentsOf: work.appending(path: "ranking/ranking.csv"),
      encoding: .utf8
    )
    #expect(csv.contains("\nfinal,ours,1,,1.0,,,,\n"))
  }

  @Test("JSON alone is printed where asked for")
  func json() throws {
    let outcome = try CommandLineProgram.run(
      ["rank", "ours", "theirs", "--output", "ranking", "--resamples", "10", "--json"],
      in: work
    )
    #expect(outcome.status == 0)
    let printed = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    let ranking = try #require(printed as? [String: Any])
    #expect(ranking["methods"] as? [String] == ["ours", "theirs"])
  }

  @Test(
    "What cannot be ranked is refused in one sentence, and nothing is written",
    arguments: [
      (["ours"], "at least two"), (["ours", "absent"], "absent"),
      (["ours", "empty"], "scores.csv"),
      (["ours", "bad.csv"], "bad.csv: Line 1"), (["ours", "other.csv"], "no case in common"),
      (["ours", "ours"], "NAME=PATH"), (["ours", "theirs", "--metrics", "dize"], "dize"),
      (["ours", "theirs", "--metrics", "jaccard"], "jaccard"),
      (["ours", "theirs", "--metrics", "volume_difference"], "volume_difference"),
      (["ours", "theirs", "--alpha", "2"], "significance"),
      (["ours", "theirs", "--resamples", "2000000"], "resamples"),
      (["ours", "theirs", "--published", "bad.csv"], "bad.csv"),
    ]
  )
  func refusals(arguments: [String], words: String) throws {
    let outcome = try CommandLineProgram.run(
      ["rank"] + arguments + ["--output", "ranking"],
      in: work
    )
    #expect(outcome.status == 1)
    #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
    #expect(outcome.output.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: work.appending(path: "ranking").path))
  }

  @Test("Three label maps come to one", arguments: ["majority", "staple"])
  func consensus(method: String) throws {
    let outcome = try CommandLineProgram.run(
      [
        "consensus", "a.nii.gz", "b.nii.gz", "c.nii.gz", "--method", method, "--output",
        "consensus.nii.gz",
      ],
      in: work
    )
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("Sensitivity"))
    let map = try readLabelMap(at: work.appending(path: "consensus.nii.gz")).labelMap
    #expect(map.voxels[1] == 1 && map.voxels[2] == 1)
    let folderOutcome = try CommandLineProgram.run(
      ["consensus", "a.nii.gz", "b.nii.gz", "--output", "masks", "--json"],
      in: work
    )
    #expect(folderOutcome.status == 0)
    let cases = try JSONSerialization.jsonObject(with: Data(folderOutcome.output.utf8))
    #expect((cases as? [Any])?.count == 1)
    let mask = try readLabelMap(at: work.appending(path: "masks/Label_1.nii.gz")).labelMap
    #expect(mask.voxels == [0, 1, 0, 0])
  }

  @Test(
    "What has no consensus is refused in one sentence",
    arguments: [
      (["a.nii.gz"], "two observers"), (["a.nii.gz", "absent"], "absent"),
      (["a.nii.gz", "a.nii.gz"], "NAME=PATH"), (["a.nii.gz", "bad.csv"], "bad.csv"),
      (["a.nii.gz", "b.nii.gz", "--method", "staple", "--threshold", "0"], "threshold"),
      (["a.nii.gz", "empty"], "empty"),
    ]
  )
  func refusedConsensus(arguments: [String], words: String) throws {
    let outcome = try CommandLineProgram.run(
      ["consensus"] + arguments + ["--output", "consensus.nrrd"],
      in: work
    )
    #expect(outcome.status == 1)
    #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: work.appending(path: "consensus.nrrd").path))
  }
}
