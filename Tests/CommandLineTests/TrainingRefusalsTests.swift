import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite(
  "What a training refuses",
  .serialized,
  .enabled(if: CommandLineProgram.isBuilt, "delineate is not built (./do build)")
)
struct TrainingRefusalsTests {
  private let folder: TrainingFolder

  init() throws {
    folder = try TrainingFolder(["--batch-size", "2", "--epochs", "2", "--steps-per-epoch", "4"])
  }

  private func file(_ path: String) -> URL { folder.url.appending(path: path) }

  /// Runs a command that must fail with one sentence.
  private func refused(_ arguments: [String], _ words: String) throws {
    let outcome = try CommandLineProgram.run(arguments, in: folder.url)
    #expect(outcome.status == 1, "\(arguments): \(outcome.errors)")
    #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
  }

  @Test("A scan and contours on different grids")
  func mismatchedPair() throws {
    let grid = try VoxelGrid(size: [20, 20, 20], spacing: [2, 2, 2])
    try write(
      LabelMap(repeating: 1, grid: grid),
      scheme: nil,
      to: file("set/labelsTr/phantom_0001.nii.gz")
    )
    try refused(
      ["plan", "set", "--output", "other", "--split", "splits.json"],
      "Case phantom_0001: phantom_0001.nii.gz does not lie on the first scan's grid"
    )
  }

  @Test("A fold without cases, or with cases that are not prepared")
  func folds() throws {
    try Data(#"[{"train": [], "val": ["phantom_0002"]}]"#.utf8).write(to: file("work/splits.json"))
    try refused(["train", "work"], "The fold has no training case")
    try Data(#"[{"train": ["phantom_0009"], "val": ["phantom_0002"]}]"#.utf8)
      .write(to: file("work/splits.json"))
    try refused(["train", "work"], "Case phantom_0009: it is not prepared")
  }

  @Test("A plan of another data set, for preprocess and for train")
  func otherPlan() throws {
    try Data(#"[{"train": ["phantom_0007"], "val": ["phantom_0008"]}]"#.utf8)
      .write(to: file("later.json"))
    #expect(
      try CommandLineProgram.run(
        ["phantom", "--kind", "simple", "--output", "later", "--cases", "2", "--seed", "7"],
        in: folder.url
      ).status == 0
    )
    #expect(
      try CommandLineProgram.run(
        [
          "plan", "later", "--output", "later_work", "--split", "later.json", "--features", "4",
          "--patch", "8", "16", "16",
        ],
        in: folder.url
      ).status == 0
    )
    try FileManager.default.removeItem(at: file("work/plan.json"))
    try FileManager.default.copyItem(at: file("later_work/plan.json"), to: file("work/plan.json"))
    try refused(["preprocess", "work"], "another data set")
    try refused(["train", "work"], "it was prepared by another plan")
  }

  @Test("A checkpoint of another plan, and one that is damaged, are kept as they are")
  func otherCheckpoint() throws {
    let trained = try CommandLineProgram.run(["train", "work", "--quiet"], in: folder.url)
    #expect(trained.status == 0, "\(trained.errors)")
    let checkpoint = file("work/fold_0/checkpoint.safetensors")
    let whole = try Data(contentsOf: checkpoint)
    let plan = try String(contentsOf: file("work/plan.json"), encoding: .utf8)
    let other = plan.replacing(/"epochs"\s*:\s*2/, with: #""epochs":3"#)
    #expect(other != plan)
    try Data(other.utf8).write(to: file("work/plan.json"))
    try refused(["train", "work"], "fold_0: the checkpoint here belongs to another plan")
    #expect(try Data(contentsOf: checkpoint) == whole)

    try Data(plan.utf8).write(to: file("work/plan.json"))
    let damaged = whole.prefix(whole.count / 2)
    try damaged.write(to: checkpoint)
    try refused(["train", "work"], "checkpoint.safetensors")
    #expect(try Data(contentsOf: checkpoint) == damaged)
  }

  @Test("A disk that is full during a checkpoint leaves the one before, and nothing else")
  func fullDisk() throws {
    for name in ["whole", "full"] { try folder.copyWork(to: name) }
    #expect(try CommandLineProgram.run(["train", "whole", "--quiet"], in: folder.url).status == 0)
    let arguments = ["train", "full", "--checkpoint-minutes", "0.00001"]
    let running = try CommandLineProgram.start(arguments, in: folder.url)
    let checkpoint = file("full/fold_0/checkpoint.safetensors")
    while running.process.isRunning, !FileManager.default.fileExists(atPath: checkpoint.path) {
      Thread.sleep(forTimeInterval: 0.005)
    }
    kill(running.process.processIdentifier, SIGTERM)
    _ = try running.wait()
    let before = try Data(contentsOf: checkpoint)

    // A file may grow to half a checkpoint: as on a full disk, the write stops short, then fails.
    let blocks = before.count / 2 / 512
    let process = try CommandLineProgram.start(
      arguments,
      in: folder.url,
      shell: #"trap '' XFSZ; ulimit -f \#(blocks); exec "$0" "$@""#
    )
    let outcome = try process.wait()
    #expect(outcome.status == 1)
    #expect(outcome.errorLines.filter { !$0.hasPrefix("fold 0:") }.count == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains("checkpoint.safetensors: cannot be written"))
    #expect(try Data(contentsOf: checkpoint) == before)
    let left = try FileManager.default.contentsOfDirectory(atPath: file("full/fold_0").path)
    #expect(!left.contains { $0.hasSuffix(".partial") }, "\(left)")

    #expect(try CommandLineProgram.run(arguments, in: folder.url).status == 0)
    #expect(try folder.weights("full") == folder.weights("whole"))
  }
}
