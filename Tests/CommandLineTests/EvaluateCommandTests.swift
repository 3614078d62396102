import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite(
  "Scoring from the command line",
  .enabled(if: CommandLineProgram.isBuilt, "delineate is not built (./do build)")
)
struct EvaluateCommandTests {
  private let folder: TemporaryFolder
  private let work: URL

  init() throws {
    folder = try TemporaryFolder()
    work = folder.url.appending(path: "work")
    for observer in ["a", "b", "c"] {
      let place = work.appending(path: "\(observer)/p1")
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    }
    try draw("a/p1/Parotid_L.nrrd", 2..<6)
    try draw("b/p1/LeftParotid.nii.gz", 3..<7)
    try draw("c/p1/Parotid-Lt.mha", 2..<6)
    try draw("a/p1/Brain.nrrd", 2..<6)
    try draw("b/p1/Brain.nrrd", 2..<6)
  }

  private func draw(_ path: String, _ range: Range<Int>) throws {
    var map = LabelMap(repeating: 0, grid: try VoxelGrid(size: [10, 6, 6]))
    for k in 2..<4 { for j in 2..<4 { for i in range { map[i, j, k] = 1 } } }
    try write(map, scheme: nil, to: work.appending(path: path))
  }

  private func run(_ arguments: String...) throws -> CommandLineProgram.Outcome {
    try CommandLineProgram.run(arguments, in: work)
  }

  private func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: work.appending(path: path)), as: UTF8.self)
  }

  @Test("Two folders become a table, a CSV file and a JSON file")
  func evaluate() throws {
    let outcome = try run(
      "evaluate",
      "--reference",
      "a",
      "--prediction",
      "b",
      "--metrics",
      "dice",
      "hd95",
      "--output",
      "out"
    )
    #expect(outcome.status == 0)
    #expect(outcome.errors.isEmpty)
    #expect(outcome.output.contains("Parotid_L  1  0.750"))
    #expect(outcome.output.contains("Wrote out/scores.csv\nWrote out/evaluation.json"))
    let csv = try text("out/scores.csv").split(separator: "\n")
    #expect(csv.count == 5)
    #expect(csv[0] == "case,structure,metric,value,unit,definition,note")
    #expect(csv[3].hasPrefix("p1,Parotid_L,dice,0.75,,"))
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(text("out/evaluation.json").utf8))
        as? [String: Any]
    )
    #expect((json["scores"] as? [Any])?.count == 4)
    #expect(json["structures"] as? [String] == ["Brain", "Parotid_L"])
  }

  @Test("The report shows the worst pair in a picture, over the scan where there is one")
  func report() throws {
    let arguments = ["evaluate", "--reference", "a", "--prediction", "b", "--output"]
    let grid = try VoxelGrid(size: [10, 6, 6])
    try write(
      Volume<Float>(grid: grid, voxels: (0..<grid.count).map { Float($0 % 97) }),
      to: work.appending(path: "p1_ct.nii.gz")
    )
    for (name, options) in [
      ("plain", []), ("over", ["--scans", "{case}_ct.nii.gz"]), ("none", ["--pictures", "0"]),
      ("quiet", ["--no-report"]),
    ] {
      let outcome = try CommandLineProgram.run(arguments + [name] + options, in: work)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    let (plain, over) = (try text("plain/report.html"), try text("over/report.html"))
    for page in [plain, over] {
      #expect(page.components(separatedBy: "data:image/png").count == 3)
      #expect(page.contains("Parotid_L") && page.contains("delineate 0."))
    }
    #expect(plain.count != over.count)
    #expect(!(try text("none/report.html")).contains("data:image/png"))
    let quiet = work.appending(path: "quiet/report.html")
    #expect(!FileManager.default.fileExists(atPath: quiet.path))
    let refused = try CommandLineProgram.run(arguments + ["x", "--pictures", "201"], in: work)
    #expect(refused.status == 64)
  }

  @Test("What is missing is listed, and fails only where that is asked for")
  func strict() throws {
    let arguments = ["--reference", "a", "--prediction", "c", "--output", "out"]
    let lenient = try CommandLineProgram.run(["evaluate"] + arguments, in: work)
    #expect(lenient.status == 0)
    #expect(lenient.output.contains("Findings: predictions missing 1."))
    let strict = try CommandLineProgram.run(["evaluate", "--strict"] + arguments, in: work)
    #expect(strict.status == 1)
    #expect(strict.errors.contains("1 finding ("))
  }

  @Test("Observers are compared in pairs, and a method with each of them")
  func observers() throws {
    let outcome = try run(
      "observers",
      "A=a",
      "B=b",
      "--method",
      "net=c",
      "--metrics",
      "dice",
      "--output",
      "out"
    )
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("Agreement between A, B (one pair;"))
    #expect(outcome.output.contains("net beside the observers: Dice"))
    #expect(outcome.output.contains("too few cases to tell"))
    for name in ["A_vs_B.csv", "A_vs_net.csv", "B_vs_net.csv", "observers.json", "report.html"] {
      #expect(FileManager.default.fileExists(atPath: work.appending(path: "out/\(name)").path))
    }
  }

  @Test("Metrics are listed with their definitions")
  func listing() throws {
    let outcome = try run("evaluate", "--list-metrics")
    #expect(outcome.status == 0)
    for name in ["dice\n", "hd95 (mm)\n", "medpy_hd95 (mm)\n", "surface_dice_2mm\n"] {
      #expect(outcome.output.contains(name), "\(name)")
    }
  }

  @Test("Arguments that cannot be followed are refused in one sentence")
  func refusals() throws {
    let base = ["evaluate", "--reference", "a", "--prediction", "b", "--output", "out"]
    for (more, words) in [
      (["--metrics", "dyce"], "\"dyce\" is not a metric"), (["--labels", "x"], "neither a file"),
      (["--threads", "0"], "--threads"), (["--names", "none.csv"], "no such file"),
      (["--reference-pattern", "x"], "{case} is missing"), (["--structures", "Lips"], "Nothing"),
    ] {
      let outcome = try CommandLineProgram.run(base + more, in: work)
      #expect(outcome.status != 0, "\(more)")
      #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }
    #expect(try run("evaluate", "--reference", "a").errors.contains("--prediction"))
    #expect(try run("observers", "A=a", "--output", "o").errors.contains("Two observers"))
    #expect(try run("observers", "A=a", "A=b", "--output", "o").errors.contains("given twice"))
  }
}
