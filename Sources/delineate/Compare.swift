import Anatomy
import ArgumentParser
import Foundation
import Models
import SegmentationMetrics
import VolumeFiles

/// `delineate compare`: how well two label maps agree.
struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compare two label maps: Dice and volumes of each structure.",
    discussion: """
      Both files must lie on one grid. Names come from a .seg.nrrd file or from the model that \
      made the labels; else structures go by number. A dash stands where neither map has the \
      structure.

      EXAMPLES
        delineate compare reference.nii.gz labels.nii.gz
        delineate compare reference.nii.gz labels.nii.gz --model model
        delineate compare expert.seg.nrrd labels.seg.nrrd --json
      """
  )

  @Argument(help: "The reference, such as an expert's contours.", completion: .file())
  var reference: String

  @Argument(help: "The label map to compare with it.", completion: .file())
  var prediction: String

  @Option(help: "The model whose structures the labels are, for their names.", completion: .file())
  var model: String?

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let first = try readLabelMap(at: URL(filePath: reference))
    let second = try readLabelMap(at: URL(filePath: prediction))
    let named = try model.map { try inspectModel(at: modelLocation(named: $0)).plan.finishedLabels }
    let result = ComparisonText(
      try LabelComparison(reference: first.labelMap, prediction: second.labelMap),
      scheme: named ?? first.scheme ?? second.scheme
    )
    print(try json ? result.json() : result.text)
  }
}
