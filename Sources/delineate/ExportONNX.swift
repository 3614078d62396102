import ArgumentParser
import Foundation
import Models

/// `delineate export-onnx`: a model's network for other programs.
struct ExportONNX: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export-onnx",
    abstract: "Write a model's network as an ONNX file.",
    discussion: """
      The file holds the network alone: preparing the scan, windows and restoring the labels are \
      left to the program that runs it.

      EXAMPLES
        delineate export-onnx model --output network.onnx
        delineate export-onnx model --output network.onnx --fold 2
      """
  )

  @Argument(
    help: "The trained model: a folder, a zip file, or the name of one that ships.",
    completion: .file()
  )
  var model: String

  @Option(help: "The ONNX file to write.", completion: .file(extensions: ["onnx"]))
  var output: String

  @Option(help: "The fold to take; the first by default.")
  var fold: String?

  func run() throws {
    let read = try readModel(at: modelLocation(named: model), folds: fold.map { [$0] })
    try exportONNX(read, fold: fold, to: URL(filePath: output))
    print("Wrote \(output)")
  }
}
