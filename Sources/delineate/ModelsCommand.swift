import Anatomy
import ArgumentParser
import Foundation
import ImageProcessing
import Models

/// `delineate models`: the models that can be asked for by name.
struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models",
    abstract: "List the models that ship with the program.",
    discussion: """
      Each can be given by its name wherever a command takes a model. Besides those that come \
      with the program, models are looked for in the folders that the environment variable \
      DELINEATE_MODELS lists, separated by colons; a model there is a folder as import-model or \
      nnU-Net writes it.

      EXAMPLES
        delineate models
        delineate segment ct.nii.gz --model phantom --output labels.nii.gz
        DELINEATE_MODELS=/srv/models delineate models --json
      """
  )

  @Flag(help: "Print the list as JSON.")
  var json = false

  func run() throws {
    let shipped = ShippedModels.standard
    let models = try shipped.models()
    if json {
      print(try jsonText(models.map(ListedModel.init)))
    } else if models.isEmpty {
      print("No models in \(shipped.folders.map(\.path).joined(separator: ", ")).")
    } else {
      print(models.map { Self.text($0) }.joined(separator: "\n\n"))
    }
  }

  private static func text(_ model: ShippedModel) -> String {
    let listed = ListedModel(model)
    let spacing = listed.spacing.map { "\(($0 * 1000).rounded() / 1000)" }
    let size = (Double(model.byteCount) / 1e6).text(digits: 1)
    let paragraphs = [
      model.summary,
      "\(listed.structures.count) structures: "
        + listed.structures.map(\.name).joined(separator: ", "),
      "\(listed.channels.joined(separator: ", ")); \(spacing.joined(separator: " × ")) mm; "
        + "\(size) MB",
    ]
    return ([model.name] + paragraphs.compactMap { $0 }.flatMap { wrapped($0, width: 78) })
      .joined(separator: "\n")
  }

  /// Lines of at most `width` characters, set in by two.
  private static func wrapped(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append("  \(word)")
      }
    }
    return lines
  }
}

/// A model as `delineate models --json` shows it.
private struct ListedModel: Encodable {
  struct Structure: Encodable {
    var label: UInt16
    var name: String
  }

  var name: String
  var path: String
  var summary: String?
  var channels: [String]
  var structures: [Structure]
  /// The network's spacing in mm, in the file's axis order k, j, i.
  var spacing: [Double]
  var folds: [String]
  var parameters: Int
  var bytes: Int

  init(_ model: ShippedModel) {
    let plan = model.description.plan
    name = model.name
    path = model.url.path
    summary = model.summary
    channels = plan.channelNames
    structures = plan.finishedLabels.entries.map { Structure(label: $0.label, name: $0.name) }
    let preparation = plan.preparation
    spacing = (0..<3).compactMap { axis in
      preparation.transposeForward.firstIndex(of: axis).map { preparation.spacing[$0] }
    }
    folds = model.description.folds
    parameters = model.description.parameterCount
    bytes = model.byteCount
  }
}
