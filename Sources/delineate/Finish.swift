public import ArgumentParser
import Foundation
import Models
public import Training

/// `delineate finish`: trained folds in, one model out.
struct Finish: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make a model of trained folds, ready for segment.",
    discussion: """
      The model averages the folds. Its folder holds the plan, the weights that inference needs, and \
      where they came from.

      EXAMPLES
        delineate finish work --output model
        delineate finish work --folds 0 1 2 --weights last --half --output model
        delineate segment ct.nii.gz --model model --output labels.nii.gz
      """
  )

  @Argument(help: "The folder that train worked in.", completion: .directory)
  var work: String

  @Option(parsing: .upToNextOption, help: "The folds; by default all that are there.")
  var folds: [Int] = []

  @Option(help: "Which weights: best on the validation cases, or last.")
  var weights: TrainedFold.Weights = .best

  @Flag(help: "Keep weights as 16-bit floats: half the size.")
  var half = false

  @Option(help: "The model folder to make.", completion: .directory)
  var output: String

  func run() throws {
    let folder = URL(filePath: work)
    guard folder.isFolder else { throw CommandError.missing(work) }
    let names = folds.isEmpty ? trained(in: folder) : folds.map { "fold_\($0)" }
    guard !names.isEmpty else { throw CommandError.missing("\(work)/fold_0") }
    let parts = names.map {
      TrainedFold(name: String($0.dropFirst("fold_".count)), folder: folder.appending(path: $0))
    }
    for (name, part) in zip(names, parts) where !part.folder.isFolder {
      throw CommandError.missing("\(work)/\(name)")
    }
    let day = Date().formatted(.iso8601.year().month().day())
    let model = try finishedModel(of: parts, weights: weights, day: day)
    try writeModel(model, to: URL(filePath: output), storage: half ? .float16 : .float32)
    print(
      "Wrote \(output): \(names.count) fold\(names.count == 1 ? "" : "s") of \(model.plan.name)"
    )
  }

  /// The folders of folds, in order.
  private func trained(in folder: URL) -> [String] {
    let found = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return found.filter { $0.hasPrefix("fold_") && Int($0.dropFirst(5)) != nil }
      .sorted { (Int($0.dropFirst(5)) ?? 0) < (Int($1.dropFirst(5)) ?? 0) }
  }
}

extension TrainedFold.Weights: ExpressibleByArgument {}
