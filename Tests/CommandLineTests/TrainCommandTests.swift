import Foundation
import TestSupport
import Testing

@Suite(
  "Training from the command line",
  .serialized,
  .enabled(if: CommandLineProgram.isBuilt, "delineate is not built (./do build)")
)
struct TrainCommandTests {
  private let folder: TemporaryFolder
  private var place: URL { folder.url }

  /// Two drawn patients, planned small and prepared.
  init() throws {
    folder = try TemporaryFolder()
    try Data(#"[{"train": ["phantom_0001"], "val": ["phantom_0002"]}]"#.utf8)
      .write(to: place.appending(path: "splits.json"))
    for arguments in [
      ["phantom", "--kind", "simple", "--output", "set", "--cases", "2", "--seed", "1"],
      [
        "plan", "set", "--output", "work", "--split", "splits.json", "--features", "4", "--patch",
        "16", "32", "32", "--batch-size", "2", "--epochs", "2", "--steps-per-epoch", "6",
      ],
      ["preprocess", "work"],
    ] {
      let outcome = try CommandLineProgram.run(arguments, in: place)
      #expect(outcome.status == 0, "\(arguments[0]): \(outcome.errors)")
    }
  }

  private func run(_ arguments: String...) throws -> CommandLineProgram.Outcome {
    try CommandLineProgram.run(arguments, in: place)
  }

  private func copyWork(to name: String) throws {
    try FileManager.default.copyItem(
      at: place.appending(path: "work"),
      to: place.appending(path: name)
    )
  }

  private func weights(_ work: String) throws -> Data {
    try Data(contentsOf: place.appending(path: "\(work)/fold_0/best.safetensors"))
  }

  @Test("Plan, preprocess, train and finish make a model that segments; a stopped training goes on")
  func wholeWay() throws {
    let trained = try run("train", "work", "--json", "--checkpoint-minutes", "0.0001")
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(trained.output.split(separator: "\n").count == 2)
    #expect(trained.errors.contains("fold 0: epoch 2 of 2"))
    let curves = try String(
      contentsOf: place.appending(path: "work/fold_0/curves.html"),
      encoding: .utf8
    )
    #expect(curves.contains("<svg"))
    let picture = try String(
      contentsOf: place.appending(path: "work/fold_0/curves.svg"),
      encoding: .utf8
    )
    #expect(picture.hasPrefix("<svg") && picture.contains("epoch 2 of 2"))
    let again = try run("train", "work")
    #expect(again.status == 0 && again.errors.contains("goes on after step 12 of 12"))

    let finished = try run("finish", "work", "--output", "model", "--half")
    #expect(finished.status == 0, "\(finished.errors)")
    let segmented = try run(
      "segment",
      "set/imagesTr/phantom_0002_0000.nii.gz",
      "--model",
      "model",
      "--output",
      "labels.nii.gz",
      "--step",
      "1",
      "--no-mirroring",
      "--quiet"
    )
    #expect(segmented.status == 0, "\(segmented.errors)")

    try copyWork(to: "stopped")
    try FileManager.default.removeItem(at: place.appending(path: "stopped/fold_0"))
    let running = try CommandLineProgram.start(
      ["train", "stopped", "--checkpoint-minutes", "0.0001"],
      in: place
    )
    let log = place.appending(path: "stopped/fold_0/checkpoint.safetensors")
    while running.process.isRunning, !FileManager.default.fileExists(atPath: log.path) {
      Thread.sleep(forTimeInterval: 0.02)
    }
    kill(running.process.processIdentifier, SIGTERM)
    let stopped = try running.wait()
    #expect(stopped.status == 143 || stopped.status == 0)
    #expect(try run("train", "stopped").status == 0)
    #expect(try weights("stopped") == weights("work"))
  }

  @Test("Killed twenty times at random moments, a training still leaves the same bytes")
  func killed() throws {
    try copyWork(to: "killed")
    #expect(try run("train", "work", "--quiet").status == 0)
    let arguments = ["train", "killed", "--checkpoint-minutes", "0.00001", "--quiet"]
    var generator = SeededGenerator(seed: 20)
    for _ in 0..<20 {
      let running = try CommandLineProgram.start(arguments, in: place)
      // From before the first step to somewhere within the training.
      Thread.sleep(forTimeInterval: Double.random(in: 0.2...0.9, using: &generator))
      kill(running.process.processIdentifier, SIGKILL)
      _ = try running.wait()
    }
    let last = try CommandLineProgram.run(arguments, in: place)
    #expect(last.status == 0, "\(last.errors)")
    #expect(try weights("killed") == weights("work"))
  }

  @Test("What cannot be trained is said in one sentence")
  func refusals() throws {
    let cases: [([String], String)] = [
      (["train", "nowhere"], "nowhere: no such file or folder"),
      (["train", "set"], "plan.json"),
      (["train", "work", "--fold", "3"], "3"),
      (["train", "work", "--device", "cpu", "--precision", "fp16"], "needs a CUDA device"),
      (["finish", "set", "--output", "model"], "fold_0"),
    ]
    for (arguments, words) in cases {
      let outcome = try CommandLineProgram.run(arguments, in: place)
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains(words), "\(outcome.errors)")
      #expect(outcome.errors.split(separator: "\n").count == 1)
    }
    #expect(try run("train", "work", "--fold", "first").status == 64)
  }
}
