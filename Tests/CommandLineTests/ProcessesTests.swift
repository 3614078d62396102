import Foundation
import TestSupport
import Testing

@Suite(
  "Training in several processes",
  .serialized,
  .enabled(if: CommandLineProgram.isBuilt, "delineate is not built (./do build)")
)
struct ProcessesTests {
  private let steps = ["--epochs", "2", "--steps-per-epoch", "3"]

  @Test(
    "Two processes leave the weights of one that takes the whole batch",
    // Gathered one by one, patches meet the same kernels in both: only sums' order differs.
    arguments: [(false, 1, 1e-5), (true, 2, 1e-5), (false, 4, 1e-6)] as [(Bool, Int, Float)]
  )
  func same(isBatchDice: Bool, accumulation: Int, tolerance: Float) throws {
    let folder = try TrainingFolder(steps + ["--batch-size", "4"]) { plan in
      plan["accumulation"] = accumulation
      var loss = plan["loss"] as? [String: Any] ?? [:]
      loss["isBatchDice"] = isBatchDice
      plan["loss"] = loss
    }
    try folder.copyWork(to: "two")
    let one = try CommandLineProgram.run(["train", "work", "--threads", "1"], in: folder.url)
    #expect(one.status == 0, "\(one.errors)")
    let two = try folder.train(["two"], processes: 2)
    for outcome in two { #expect(outcome.status == 0, "\(outcome.errors)") }
    // The first speaks for both.
    #expect(two[0].errors.contains("fold 0: done") && two[1].errors.isEmpty)
    let (expected, found) = (try folder.weights("work"), try folder.weights("two"))
    #expect(Set(expected.keys) == Set(found.keys) && !found.isEmpty)
    for (name, values) in expected {
      let other = try #require(found[name])
      let largest = zip(values, other).reduce(0) { max($0, abs($1.0 - $1.1)) }
      #expect(largest < tolerance, "\(name) differs by \(largest)")
    }
    let logs = try ["work", "two"].map { try lastEpoch(folder.url.appending(path: $0)) }
    for key in ["trainingLoss", "validationLoss", "meanPseudoDice"] {
      let (a, b) = (try #require(logs[0][key] as? Double), try #require(logs[1][key] as? Double))
      #expect(abs(a - b) < 1e-4, "\(key): \(a) and \(b)")
    }
  }

  private func lastEpoch(_ work: URL) throws -> [String: Any] {
    let log = try String(contentsOf: work.appending(path: "fold_0/log.jsonl"), encoding: .utf8)
    let line = try #require(log.split(separator: "\n").last)
    return try #require(
      try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    )
  }

  @Test("Where one process is killed the other says so and ends; together they go on")
  func killed() throws {
    let folder = try TrainingFolder(steps + ["--batch-size", "2"])
    for name in ["killed", "stopped"] { try folder.copyWork(to: name) }
    for outcome in try folder.train(["work"], processes: 2) { #expect(outcome.status == 0) }

    for victim in [1, 0] {
      try? FileManager.default.removeItem(at: folder.url.appending(path: "killed/fold_0"))
      let pair = try running(folder, "killed")
      kill(pair[victim].process.processIdentifier, SIGKILL)
      let outcomes = try pair.map { try $0.wait() }
      let other = outcomes[1 - victim]
      #expect(other.status == 1)
      #expect(other.errors.contains("Another process of the training has ended"))
      #expect(other.errorLines.filter { !$0.hasPrefix("fold 0:") }.count == 1, "\(other.errors)")
      for outcome in try folder.train(["killed"], processes: 2) {
        #expect(outcome.status == 0, "\(outcome.errors)")
      }
      #expect(try folder.weights("killed") == folder.weights("work"))
    }

    let pair = try running(folder, "stopped")
    kill(pair[1].process.processIdentifier, SIGTERM)
    let outcomes = try pair.map { try $0.wait() }
    #expect(outcomes.map(\.status) == [143, 143])
    #expect(outcomes[0].errors.contains("stopped and saved after step"))
    // What two processes began, one can end, from the same checkpoint.
    #expect(try CommandLineProgram.run(["train", "stopped"], in: folder.url).status == 0)
  }

  /// Two processes that have trained some steps and have more to do.
  private func running(
    _ folder: TrainingFolder,
    _ work: String
  ) throws -> [CommandLineProgram.Running] {
    let port = try freePort()
    let pair = try (0..<2).map {
      try folder.start($0, of: 2, [work, "--checkpoint-minutes", "0.00001"], port: port)
    }
    let file = folder.url.appending(path: "\(work)/fold_0/checkpoint.safetensors")
    while pair[0].process.isRunning, !FileManager.default.fileExists(atPath: file.path) {
      Thread.sleep(forTimeInterval: 0.005)
    }
    return pair
  }

  @Test("What cannot be shared or reached is said in one sentence")
  func refusals() throws {
    let folder = try TrainingFolder(steps + ["--batch-size", "2"])
    for outcome in try folder.train(["work"], processes: 3) {
      #expect(outcome.status == 1 && outcome.errorLines.count == 1, "\(outcome.errors)")
      #expect(outcome.errors.contains("A batch of 2 cannot be shared evenly by 3 processes"))
    }
    let port = "\(try freePort())"
    let cases: [([String: String], String)] = [
      (["RANK": "2", "WORLD_SIZE": "2"], "RANK is «2», expected 0 to 1"),
      (["RANK": "0", "WORLD_SIZE": "2", "MASTER_ADDR": ""], "MASTER_ADDR is not set"),
      (
        ["RANK": "0", "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port],
        "could not all meet at 127.0.0.1:\(port)"
      ),
      (
        ["RANK": "1", "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port],
        "could not all meet at 127.0.0.1:\(port)"
      ),
    ]
    for (environment, words) in cases {
      let outcome = try CommandLineProgram.start(
        ["train", "work", "--process-timeout", "0.5"],
        in: folder.url,
        environment: environment
      ).wait()
      #expect(outcome.status == 1 && outcome.errorLines.count == 1, "\(outcome.errors)")
      #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }
  }
}
