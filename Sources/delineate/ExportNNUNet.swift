import ArgumentParser
import Foundation
import Models

/// `delineate export-nnunet`: a model as nnU-Net has it.
struct ExportNNUNet: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export-nnunet",
    abstract: "Write a model as a folder that nnU-Net v2 predicts with.",
    discussion: """
      The folder holds dataset.json, plans.json and fold_*/checkpoint_final.pth. nnU-Net runs it \
      as a model of its nnUNetTrainer:

        nnUNetv2_predict_from_modelfolder -i imagesTs -o labels -m OUTPUT -f 0

      Scans go in nnU-Net's naming (CASE_0000.nii.gz). Training cannot go on from the folder, as \
      no optimizer is in it, but can start from its weights.

      EXAMPLES
        delineate export-nnunet model --output nnunet_model
        delineate export-nnunet model --output nnunet_model --folds 0 1
      """
  )

  @Argument(
    help: "The trained model: a folder, a zip file, or the name of one that ships.",
    completion: .file()
  )
  var model: String

  @Option(help: "The folder to write; it must not hold anything.", completion: .directory)
  var output: String

  @Option(
    parsing: .upToNextOption,
    help: "The folds to take, such as 0 1 2; all of them by default."
  )
  var folds: [String] = []

  func run() throws {
    let read = try readModel(at: modelLocation(named: model), folds: folds.isEmpty ? nil : folds)
    try exportNNUNet(read, to: URL(filePath: output))
    print("Wrote \(output) (\(ModelText(read).summary))")
    for note in read.plan.nnUNetNotes { print("Note: \(note)") }
  }
}
