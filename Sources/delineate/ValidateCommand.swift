import ArgumentParser
import Datasets
import Evaluation
import Foundation
import Inference
import Models
import Segmentation
import Training
import Validation

/// `delineate validate`: trained folds in; whole cases predicted, scored, and what follows decided.
struct ValidateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract:
      "Predict the validation cases of trained folds whole, score them, and decide by them.",
    discussion: """
      Each case is predicted by the fold that was not trained on it, exactly as delineate segment \
      does it, and compared with the data set's contours; what was not contoured in a case is not \
      scored. Three things are decided by mean Dice, as nnU-Net does: which of a training's weights \
      to use, whether folds are averaged, and which structures are reduced to their largest part. \
      delineate finish makes a model of what was decided.

      Writes WORK/fold_K/validation (label maps of each kind of weights) and WORK/validation: \
      reference and predicted label maps, decision.json with all figures, and scores.csv, \
      evaluation.json and report.html as delineate evaluate writes them.

      Can be interrupted at any moment and started again: label maps that are there and whole, and \
      of these weights, are kept.

      EXAMPLES
        delineate validate work
        delineate validate work --fold 0 --weights best --precision bf16
        delineate finish work --output model --half
        delineate validate work --model model
      """
  )

  @Argument(help: "The folder that train worked in.", completion: .directory)
  var work: String

  @Option(help: "The fold to validate, from 0, or all that are trained.")
  var fold = "all"

  @Option(
    parsing: .upToNextOption,
    help: "The weights to compare: best, last, average; all that are there by default."
  )
  var weights: [TrainedFold.Weights] = []

  @Option(
    help: ArgumentHelp(
      "A finished model to check: scored on the cases it was decided by, and compared with them.",
      valueName: "model"
    ),
    completion: .file()
  )
  var model: String?

  @OptionGroup(title: "How the network runs") var network: NetworkArguments

  @Option(help: "How many of the worst pairs the report shows in pictures.")
  var pictures = 8

  @Flag(help: "Print the decision as JSON instead of tables.")
  var json = false

  @Flag(help: "Print nothing but errors, and JSON where asked for.")
  var quiet = false

  func validate() throws {
    guard (0...200).contains(pictures) else {
      throw ValidationError("--pictures must be from 0 to 200.")
    }
    guard fold == "all" || Int(fold).map({ $0 >= 0 }) == true else {
      throw ValidationError("--fold must be a number from 0, or all.")
    }
  }

  func run() async throws {
    let folder = URL(filePath: work)
    guard folder.isFolder else { throw CommandError.missing(work) }
    let request = ValidationRequest(
      work: folder,
      folds: Int(fold).map { [$0] },
      weights: weights.isEmpty ? nil : weights,
      precision: network.precision,
      mirroring: !network.noMirroring,
      stepFraction: network.step,
      device: network.device,
      threads: network.threads
    )
    let line = ValidationLine(isQuiet: quiet)
    defer { line.finish() }
    let places = ValidationFolder(in: folder)
    if let model {
      let place = try modelLocation(named: model)
      let check = try await checkModel(at: place, request, by: SegmentationService()) {
        line.show($0)
      }
      line.finish()
      let (result, written) = try score(places.checked, places.reference, in: "validation/checked")
      if json { print(try jsonText(check)) }
      guard !quiet, !json else { return }
      print(EvaluationText(result).text(written))
      print(
        "\n\(check.differentVoxels) of \(check.voxels) voxels differ from what was validated, in "
          + "\(check.differentCases.count) of \(check.cases) cases"
      )
      return
    }
    let decision = try await validateFolds(request, by: SegmentationService()) { line.show($0) }
    line.finish()
    let (result, written) = try score(places.predicted, places.reference, in: "validation")
    if json { print(try jsonText(decision)) }
    guard !quiet, !json else { return }
    print(EvaluationText(result).text(written))
    print("\n" + DecisionText(decision).text)
    print("\nNext: delineate finish \(work) --output MODEL")
  }

  /// Scores of label maps, in the files that `evaluate` writes.
  private func score(
    _ prediction: URL,
    _ reference: URL,
    in folder: String
  ) throws -> (EvaluationResult, [String]) {
    let request = EvaluationRequest(
      reference: try StructureLibrary(at: reference),
      prediction: try StructureLibrary(at: prediction)
    )
    let result = try evaluate(request)
    let outputs = try OutputFolder(at: (work as NSString).appendingPathComponent(folder))
    try outputs.write(EvaluationText(result).table + "\n", to: ModelCard.tableName)
    try outputs.write(result.table.csv(), to: "scores.csv")
    try outputs.write(EvaluationDocument(result).json(), to: "evaluation.json")
    try outputs.write(
      EvaluationReports.page(result, request, pictures: pictures, scans: nil),
      to: "report.html"
    )
    return (result, outputs.written)
  }
}
