import ArgumentParser
import Datasets
import Foundation
import Models
import Training

/// `delineate submit`: a planned training in, a script for a cluster's scheduler out.
struct Submit: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print a script that trains the folds on a cluster, and finishes the model.",
    discussion: """
      The script, run with bash where jobs are submitted, submits an array job with one task a fold, \
      and a job that makes the model once all folds are trained. A task whose time runs out saves, \
      goes back into the queue and goes on; so does one that is preempted or whose node is lost.

      Each task starts --processes on each of its --nodes; they share the plan's batch, which must be \
      a multiple of their number (see delineate train).

      EXAMPLES
        delineate submit --slurm work --gpus 1 --time 24:00:00 | bash
        delineate submit --slurm work --nodes 2 --gpus 4 --cores 8 --memory 64GB \\
          --partition gpu --account radiotherapy > train.sh
        delineate submit --slurm work --folds 0 --processes 4 --cores 16
      """
  )

  @Flag(help: "Write for Slurm, the one scheduler that is known.")
  var slurm = false

  @Argument(
    help: "The folder that plan and preprocess filled, on a file system that all nodes see.",
    completion: .directory
  )
  var work: String

  @Option(parsing: .upToNextOption, help: "The folds; by default all of the plan's splits.")
  var folds: [Int] = []

  @Option(help: "The nodes that train one fold together.")
  var nodes = 1

  @Option(help: "The processes on each node; by default one for each GPU, else one.")
  var processes: Int?

  @Option(help: "The GPUs of each node; none by default.")
  var gpus = 0

  @Option(help: "The processor cores of each process.")
  var cores = 8

  @Option(help: ArgumentHelp("The memory of each node, such as 64GB.", valueName: "amount"))
  var memory: MemoryAmount?

  @Option(help: "The time limit of a task as Slurm writes it, such as 24:00:00 or 2-12.")
  var time = "24:00:00"

  @Option(help: "The partition.")
  var partition: String?

  @Option(help: "The account.")
  var account: String?

  @Option(help: "The quality of service.")
  var qos: String?

  @Option(help: "How many folds train at once at most.")
  var atOnce: Int?

  @Option(help: "How the network computes, as in train.")
  var precision: TrainingPrecision = .float32

  @Option(help: "The program as the nodes call it; by default where it is here.")
  var program: String?

  @Option(help: "The model folder to make; by default WORK/model.", completion: .directory)
  var output: String?

  func validate() throws {
    guard slurm else { throw ValidationError("Say --slurm, the one scheduler that is known.") }
    for (name, value) in [
      ("nodes", nodes), ("processes", processes ?? 1), ("cores", cores), ("at-once", atOnce ?? 1),
    ] where !(1...100_000).contains(value) {
      throw ValidationError("--\(name) must be from 1 to 100000.")
    }
    guard (0...1000).contains(gpus) else { throw ValidationError("--gpus must be from 0 to 1000.") }
    if gpus > 0, let processes, processes > gpus {
      throw ValidationError("Each of --processes takes a GPU of its own; --gpus is \(gpus).")
    }
    guard !time.isEmpty, time.allSatisfy({ $0.isASCII && $0.isNumber || ":-".contains($0) }) else {
      throw ValidationError("--time takes digits, colons and a dash, such as 24:00:00 or 2-12.")
    }
    for (name, value) in [("partition", partition), ("account", account), ("qos", qos)] {
      guard let value else { continue }
      let isPlain = value.allSatisfy {
        $0.isASCII && ($0.isLetter || $0.isNumber) || "_-.,+@:".contains($0)
      }
      guard isPlain, !value.isEmpty else {
        throw ValidationError("--\(name) takes letters, digits and _-.,+@: only.")
      }
    }
    for path in [work, program ?? "", output ?? ""] where path.contains(where: \.isNewline) {
      throw ValidationError("A path with a line break cannot be put into a script.")
    }
  }

  func run() throws {
    let folder = URL(filePath: work).absoluteURL
    guard folder.isFolder else { throw CommandError.missing(work) }
    let planned = try PlannedFolder(contentsOf: folder)
    let numbers = folds.isEmpty ? Array(planned.splits.folds.indices) : folds
    for number in numbers { _ = try planned.splits.fold(number) }
    let perNode = processes ?? max(1, gpus)
    let (count, overflows) = perNode.multipliedReportingOverflow(by: nodes)
    guard !overflows, planned.plan.batchSize.isMultiple(of: count) else {
      throw TrainingError.unsharedBatch(batchSize: planned.plan.batchSize, processes: count)
    }
    let script = SlurmScript(
      name: planned.plan.model.name,
      work: folder.path,
      program: program ?? Self.ownPath,
      model: URL(filePath: output ?? "\(work)/model").absoluteURL.path,
      folds: numbers,
      atOnce: atOnce,
      nodes: nodes,
      processes: perNode,
      gpus: gpus,
      cores: cores,
      megabytes: memory.map { Int(($0.gigabytes * 1024).rounded(.up)) },
      time: time,
      choices: [("partition", partition), ("account", account), ("qos", qos)],
      precision: precision.rawValue
    )
    print(script.text, terminator: "")
  }

  /// Where this program lies.
  private static var ownPath: String {
    let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return link ?? CommandLine.arguments[0]
  }
}
