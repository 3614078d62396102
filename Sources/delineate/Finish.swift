public import ArgumentParser
import Foundation
import Models
public import Training
import Validation

/// `delineate finish`: trained folds in, one model out.
struct Finish: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make a model of trained folds, ready for segment.",
    discussion: """
      Uses what delineate validate decided: the weights, the folds, and the rules for label maps, \
      which go into the model's postprocessing.json. Without a validation, the best weights of all \
      folds are averaged and label maps stay as they are. The folder holds the plan, the weights \
      that inference needs, where they came from, and README.md with the recipe and the scores.

      EXAMPLES
        delineate validate work
        delineate finish work --output model
        delineate finish work --folds 0 1 2 --weights last --half --output model
        delineate segment ct.nii.gz --model model --output labels.nii.gz
      """
  )

  @Argument(help: "The folder that train worked in.", completion: .directory)
  var work: String

  @Option(parsing: .upToNextOption, help: "The folds; by default those decided for, or else all.")
  var folds: [Int] = []

  @Option(help: "Which weights: best, last or average; by default those decided for, or else best.")
  var weights: TrainedFold.Weights?

  @Flag(help: "Keep weights as 16-bit floats: half the size.")
  var half = false

  @Option(
    help: ArgumentHelp(
      "A Markdown file that stands first in the model's README.md: what it is, its data, its limits.",
      valueName: "file"
    ),
    completion: .file()
  )
  var about: String?

  @Option(help: "The model folder to make.", completion: .directory)
  var output: String

  func run() throws {
    let folder = URL(filePath: work)
    guard folder.isFolder else { throw CommandError.missing(work) }
    let decision = try ValidationDecision(of: folder)
    let numbers = folds.isEmpty ? decision?.ensemble.compactMap { Int($0) } : folds
    let names = (numbers ?? trainedFolds(in: folder)).map(String.init)
    guard !names.isEmpty else { throw CommandError.missing("\(work)/fold_0") }
    let parts = names.map {
      TrainedFold(name: $0, folder: folder.appending(path: "fold_\($0)"))
    }
    for part in parts where !part.folder.isFolder {
      throw CommandError.missing("\(work)/\(part.folder.lastPathComponent)")
    }
    let day = Date().formatted(.iso8601.year().month().day())
    var model = try finishedModel(
      of: parts,
      weights: weights ?? decision?.weights ?? .best,
      day: day
    )
    // Rules hold for the weights and folds that they were decided on, and for no others.
    let decided = try decision.flatMap { decision in
      (weights ?? decision.weights) == decision.weights && names == decision.ensemble
        ? try decision.checked(against: model.provenance) : nil
    }
    model.postprocessing = decided?.postprocessing
    let card = ModelCard(
      model,
      training: try trainingPlan(in: parts[0].folder),
      decision: decided,
      scores: decided == nil ? nil : ValidationFolder(in: folder).url,
      storesHalf: half,
      about: try about.map(Self.text)
    )
    try writeModel(
      model,
      to: URL(filePath: output),
      storage: half ? .float16 : .float32,
      card: try card.text()
    )
    print(
      "Wrote \(output): \(names.count) fold\(names.count == 1 ? "" : "s") of \(model.plan.name)"
        + (decided == nil ? "; nothing was decided on validation cases" : "")
    )
    print("Next: delineate segment SCAN --model \(output) --output labels.nii.gz")
  }

  private static func text(of path: String) throws(CommandError) -> String {
    do { return try String(contentsOfFile: path, encoding: .utf8) } catch {
      throw .missing(path)
    }
  }
}

extension TrainedFold.Weights: ExpressibleByArgument {}
