import ArgumentParser
import Foundation
import Models

/// `delineate import-model`: a trained model as a Delineate model folder.
struct ImportModel: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import-model",
    abstract: "Save a model that nnU-Net trained as a Delineate model folder.",
    discussion: """
      The folder holds the plan as JSON, the weights as safetensors and the SHA-256 of their \
      source. Nothing in the source is run: a checkpoint that asks for more than the few names a \
      network's weights need is refused.

      EXAMPLES
        delineate import-model nnUNet_results/Dataset501_HeadNeck \\
          --output model
        delineate import-model exported.zip --output model --half
      """
  )

  @Argument(help: "A trained model's folder, or a zip file of one.", completion: .file())
  var source: String

  @Option(help: "The folder to write; it must not hold anything.", completion: .directory)
  var output: String

  @Flag(help: "Store weights in 16 bits: half the size, rounded.")
  var half = false

  @Option(
    parsing: .upToNextOption,
    help: "The folds to take, such as 0 1 2; all of them by default."
  )
  var folds: [String] = []

  func run() throws {
    var model = try readModel(at: URL(filePath: source), folds: folds.isEmpty ? nil : folds)
    model.provenance.importDate = Date().formatted(.iso8601.year().month().day())
    try writeModel(model, to: URL(filePath: output), storage: half ? .float16 : .float32)
    print("Wrote \(output) (\(ModelText(model).summary))")
  }
}
