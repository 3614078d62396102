import Foundation
import TestSupport
import Testing

@Suite(
  "Submitting to Slurm",
  .serialized,
  .enabled(if: CommandLineProgram.isBuilt, "delineate is not built (./do build)")
)
struct SubmitCommandTests {
  private let folder: TrainingFolder

  init() throws {
    folder = try TrainingFolder(["--batch-size", "4", "--epochs", "1", "--steps-per-epoch", "2"])
    // A name that a shell would act on.
    try FileManager.default.moveItem(
      at: folder.url.appending(path: "work"),
      to: folder.url.appending(path: Self.work)
    )
    try Data(
      (#"[{"train": ["phantom_0001"], "val": ["phantom_0002"]}, "#
        + #"{"train": ["phantom_0002"], "val": ["phantom_0001"]}]"#).utf8
    ).write(to: folder.url.appending(path: "\(Self.work)/splits.json"))
  }

  private static let work = "it's $(touch oops) \"work\""

  private func submit(_ options: String...) throws -> CommandLineProgram.Outcome {
    try CommandLineProgram.run(["submit", "--slurm", Self.work] + options, in: folder.url)
  }

  /// Runs a program with what it reads and a folder of stand-ins first on its path.
  private func run(
    _ program: String,
    _ arguments: [String] = [],
    input: String = "",
    environment: [String: String] = [:]
  ) throws -> CommandLineProgram.Outcome {
    let file = folder.url.appending(path: "input")
    try Data(input.utf8).write(to: file)
    var variables = environment
    variables["PATH"] = "\(folder.url.path)/bin:/usr/bin:/bin"
    return try CommandLineProgram.start(
      [program] + arguments,
      in: folder.url,
      environment: variables,
      shell: #"exec "$@" < input"#
    ).wait()
  }

  private func standIn(_ name: String, _ script: String) throws {
    let bin = folder.url.appending(path: "bin")
    try FileManager.default.createDirectory(at: bin, withIntermediateDirectories: true)
    let file = bin.appending(path: name)
    try Data("#!/bin/bash\n\(script)\n".utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
  }

  @Test("The script submits an array and a step after it; both run what they should")
  func script() throws {
    let outcome = try submit(
      "--nodes",
      "2",
      "--processes",
      "2",
      "--cores",
      "6",
      "--memory",
      "1.5GB",
      "--time",
      "2-12",
      "--partition",
      "long",
      "--account",
      "rt.1",
      "--at-once",
      "1"
    )
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    try standIn(
      "sbatch",
      #"n=$(ls job* 2>/dev/null | wc -l); echo "$*" > args$n; cat > job$n; echo $((41 + n));"#
    )
    let submitted = try run("bash", input: outcome.output)
    #expect(submitted.status == 0, "\(submitted.errors)")
    #expect(submitted.output.contains("Submitted 41 (2 folds) and 42"))
    func text(_ name: String) throws -> String {
      try String(contentsOf: folder.url.appending(path: name), encoding: .utf8)
    }
    #expect(try text("args1").contains("--dependency=afterok:41"))
    let job = try text("job0")
    for line in [
      "array=0,1%1", "nodes=2", "ntasks-per-node=2", "cpus-per-task=6", "mem=1536M", "time=2-12",
      "partition=long", "account=rt.1", "requeue", "signal=TERM@120",
    ] { #expect(job.contains("#SBATCH --\(line)\n"), "\(line)") }
    #expect(!job.contains("gpus"))

    // A task that was told to stop ends with 143 and goes back into the queue; others do not.
    try standIn("srun", #"printf '%s\n' "$@" > srun.txt; exit "$STATUS""#)
    try standIn(
      "scontrol",
      #"if [ "$1" = show ]; then echo node7; else echo "$@" > requeued.txt; fi"#
    )
    let place = folder.url.resolvingSymlinksInPath().appending(path: Self.work).path
    for (status, isRequeued) in [("0", false), ("1", false), ("143", true)] {
      let task = try run(
        "bash",
        input: job,
        environment: [
          "STATUS": status, "SLURM_JOB_ID": "77", "SLURM_ARRAY_TASK_ID": "1",
          "SLURM_JOB_NODELIST": "node[7-8]",
        ]
      )
      #expect("\(task.status)" == status, "\(task.errors)")
      let words = try text("srun.txt").split(separator: "\n").map(String.init)
      #expect(words.dropFirst(2).prefix(2) == ["train", place], "\(words)")
      #expect(words.suffix(8).first == "--fold" && words.contains("cpu"))
      #expect(
        FileManager.default.fileExists(atPath: folder.url.appending(path: "requeued.txt").path)
          == isRequeued
      )
    }
    #expect(try text("requeued.txt") == "requeue 77\n")
    #expect(try run("bash", input: text("job1"), environment: ["STATUS": "0"]).status == 0)
    #expect(
      try text("srun.txt").contains("finish\n\(place)\n--folds\n0\n1\n--output\n\(place)/model")
    )
    #expect(!FileManager.default.fileExists(atPath: folder.url.appending(path: "oops").path))
  }

  @Test("Bash and shellcheck find nothing to say", arguments: [[], ["--gpus", "4"]])
  func checked(options: [String]) throws {
    let outcome = try CommandLineProgram.run(
      ["submit", "--slurm", Self.work] + options,
      in: folder.url
    )
    #expect(outcome.status == 0, "\(outcome.errors)")
    let jobs = outcome.output.components(separatedBy: "<<'END_OF_JOB'\n").dropFirst()
      .compactMap { $0.components(separatedBy: "\nEND_OF_JOB\n").first }
    #expect(jobs.count == 2)
    for script in [outcome.output] + jobs {
      let found = try run("bash", ["-n"], input: script)
      #expect(found.status == 0 && found.errors.isEmpty, "\(found.errors)")
      if FileManager.default.isExecutableFile(atPath: "/usr/bin/shellcheck") {
        let found = try run("shellcheck", ["--severity=warning", "-"], input: script)
        #expect(found.status == 0, "\(found.output)")
      }
    }
    #expect(outcome.output.contains("--gpus-per-node=4\n") == !options.isEmpty)
    #expect(outcome.output.contains("--device cuda") == !options.isEmpty)
  }

  @Test("What cannot be submitted is said before anything is")
  func refusals() throws {
    let cases: [([String], Int32, String)] = [
      (["--processes", "3"], 1, "A batch of 4 cannot be shared evenly by 3 processes"),
      (["--folds", "2"], 1, "fold 2"),
      (["--partition", "a b"], 64, "--partition takes letters"),
      (["--time", "1h"], 64, "--time takes digits"),
      (["--gpus", "1", "--processes", "2"], 64, "takes a GPU of its own"),
      (["--nodes", "0"], 64, "--nodes must be from 1"),
    ]
    for (options, status, words) in cases {
      let outcome = try CommandLineProgram.run(
        ["submit", "--slurm", Self.work] + options,
        in: folder.url
      )
      #expect(outcome.status == status && outcome.output.isEmpty)
      #expect(outcome.errors.lowercased().contains(words.lowercased()), "\(outcome.errors)")
    }
    #expect(try CommandLineProgram.run(["submit", Self.work], in: folder.url).status == 64)
    #expect(try CommandLineProgram.run(["submit", "--slurm", "x"], in: folder.url).status == 1)
  }
}
