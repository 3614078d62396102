import ArgumentParser
import Foundation
import Training

/// `delineate preprocess`: a planned data set's cases as training reads them.
struct Preprocess: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prepare a planned data set's cases for training.",
    discussion: """
      Crops, normalizes and resamples each case as the plan says, exactly as delineate segment \
      prepares a scan, and its contours with it. Writes WORK/prepared: for each case its tensors \
      (safetensors, which training maps into memory) and a description with their checksum.

      Can be interrupted at any moment and started again: cases that are there and whole are kept; \
      damaged ones, and those of another plan or of changed files, are made again.

      EXAMPLES
        delineate preprocess work
        delineate preprocess work --threads 8 --json
      """
  )

  @Argument(help: "The folder that delineate plan wrote.", completion: .directory)
  var work: String

  @Option(help: "The number of cases prepared at once; all cores by default.")
  var threads: Int?

  @Flag(help: "Print what was done as JSON.")
  var json = false

  @Flag(help: "Print nothing but errors, and JSON where asked for.")
  var quiet = false

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads must be at least 1.") }
  }

  func run() throws {
    guard FileManager.default.fileExists(atPath: work) else { throw CommandError.missing(work) }
    let planned = try PlannedFolder(contentsOf: URL(filePath: work))
    let prepared = PreparedDataset(in: planned.url)
    let line = CaseProgressLine()
    defer { line.finish() }
    let summary = try prepared.prepare(
      planned.dataset,
      plan: planned.plan.model,
      threads: threads ?? ProcessInfo.processInfo.activeProcessorCount
    ) { done, total in
      if !quiet { line.show(done, total) }
    }
    line.finish()
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      print(String(decoding: try encoder.encode(summary), as: UTF8.self))
    }
    guard !quiet, !json else { return }
    print(text(summary))
  }

  private func text(_ summary: PreparedDataset.Summary) -> String {
    let cases = summary.prepared == 1 ? "1 case" : "\(summary.prepared) cases"
    let kept = summary.kept == 0 ? "" : ", \(summary.kept) were there already"
    let size = (Double(summary.bytes) / 1e9).formatted(.number.precision(.fractionLength(2)))
    let seconds = summary.seconds.formatted(.number.precision(.fractionLength(1)))
    return "Prepared \(cases)\(kept): \(size) GB in \(work)/\(PreparedDataset.folderName), "
      + "\(seconds) s"
  }
}
