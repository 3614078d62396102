import ArgumentParser
import Datasets
import Evaluation
import Foundation
import SegmentationMetrics

/// `delineate evaluate`: scores of predictions against references.
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Score predictions against references: metrics of every structure of every case.",
    discussion: """
      Folders may hold one folder a case with a mask for each organ (CASE/Parotid_L.nrrd, HaN-Seg's \
      CASE_OAR_Parotid_L.seg.nrrd), masks of one case, label maps (CASE.nii.gz, nnU-Net's \
      labelsTr), .seg.nrrd sets or RT structure sets (.dcm); two single files work too. Contours of \
      structure sets are filled on the other side's grid, or that of the images beside them. Cases are matched by name, \
      structures by what their names mean (Parotid-Lt, LeftParotid and Parotid_L are one). Grids \
      must agree. Where names of cases differ, patterns say what they are.

      Definitions: a metric's name says whose it is. hd95, msd and surface_dice_2mm weigh surface \
      elements by area (DeepMind's surface-distance); medpy_… count border voxels (MedPy). Every row \
      of scores.csv carries its definition; --list-metrics prints them.

      Writes scores.csv, evaluation.json and report.html, which shows the worst pairs in pictures. \
      Whatever could not be compared has an empty value with the reason, and is listed as a finding.

      EXAMPLES
        delineate evaluate --reference oncologist --prediction radiographer --output scores
        delineate evaluate --reference labelsTr --prediction predicted --labels hanseg --output scores
        delineate evaluate --reference expert.seg.nrrd --prediction labels.seg.nrrd --output scores
        delineate evaluate --reference rtstruct.dcm --prediction labels.seg.nrrd --output scores
        delineate evaluate --reference truth --reference-pattern '{case}_midRT_mask.nii.gz' \\
          --prediction masks --prediction-pattern '{case}_preRT_mask_registered.nii.gz' \\
          --labels hntsmrg --metrics dice hd95 --output scores
        delineate evaluate --list-metrics
      """
  )

  @Option(help: "The references, such as an expert's contours: a folder or file.")
  var reference: String?

  @Option(help: "The predictions to score: a folder or file.")
  var prediction: String?

  @Option(help: "The folder to write into.", completion: .directory)
  var output: String?

  @Option(help: "The references' paths in their folder, such as '{case}/{structure}.nrrd'.")
  var referencePattern: String?

  @Option(help: "The predictions' paths in their folder.")
  var predictionPattern: String?

  @OptionGroup var arguments: EvaluationArguments

  @Option(
    help: ArgumentHelp(
      "The scans to draw below the pictures' contours, such as 'scans/{case}/ct.nii.gz'.",
      valueName: "path"
    )
  )
  var scans: String?

  @Option(help: "How many of the worst pairs the report shows in pictures.")
  var pictures = 8

  @Flag(inversion: .prefixedNo, help: "Write report.html.")
  var report = true

  @Flag(help: "Print the metrics: name, unit and definition.")
  var listMetrics = false

  func validate() throws {
    guard !listMetrics else { return }
    guard (0...200).contains(pictures) else {
      throw ValidationError("--pictures must be from 0 to 200.")
    }
    for (name, value) in [
      ("reference", reference), ("prediction", prediction), ("output", output),
    ] where value == nil {
      throw ValidationError("Missing expected argument '--\(name) <\(name)>'")
    }
  }

  func run() throws {
    guard !listMetrics, let reference, let prediction, let output else {
      return print(Metric.all.map(\.listing).joined(separator: "\n\n"))
    }
    let vocabulary = try arguments.vocabulary()
    let request = try arguments.request(
      StructureLibrary(
        at: URL(filePath: reference),
        pattern: referencePattern,
        vocabulary: vocabulary
      ),
      StructureLibrary(
        at: URL(filePath: prediction),
        pattern: predictionPattern,
        vocabulary: vocabulary
      )
    )
    let outputs = try OutputFolder(at: output)
    let line = CaseProgressLine()
    let result = try evaluate(request, progress: { line.show($0, $1) })
    line.finish()
    let document = EvaluationDocument(result)
    try outputs.write(result.table.csv(), to: "scores.csv")
    try outputs.write(document.json(), to: "evaluation.json")
    if report {
      try outputs.write(
        EvaluationReports.page(result, request, pictures: pictures, scans: scans),
        to: "report.html"
      )
    }
    print(try arguments.json ? document.json() : EvaluationText(result).text(outputs.written))
    if arguments.strict && result.findings.contains(where: \.kind.isOmission) {
      throw CommandError.notAllCompared(result.findings.count(where: \.kind.isOmission))
    }
  }
}

extension Metric {
  /// Name, unit and definition, as `--list-metrics` prints them.
  fileprivate var listing: String {
    "\(name)\(unit.isEmpty ? "" : " (\(unit))")\n  \(definition)"
  }
}
