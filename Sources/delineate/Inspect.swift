import ArgumentParser
import Foundation
import Models

/// `delineate inspect`: what a file or folder is.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell what a scan, a label map or a model is.",
    discussion: """
      Shows a scan's grid and intensities, a label map's structures and volumes, the patients, \
      studies and series of a DICOM folder and which of them planning would take, the cases of a folder in nnU-Net's naming, or the plan of a model, also of one \
      that ships with the program (see «delineate models»). Patients' names \
      are never shown.

      EXAMPLES
        delineate inspect ct.nii.gz
        delineate inspect labels.seg.nrrd
        delineate inspect series/
        delineate inspect export-of-the-pacs/ --json
        delineate inspect model
        delineate inspect phantom
      """
  )

  @Argument(
    help: "A scan, label map or zipped model; or a folder of DICOM slices, cases or a model.",
    completion: .file()
  )
  var path: String

  @Flag(help: "Print JSON: patients, studies and series of a DICOM folder.")
  var json = false

  func run() throws {
    var place = URL(filePath: path)
    if !FileManager.default.fileExists(atPath: path) {
      guard let model = try? modelLocation(named: path) else { throw CommandError.missing(path) }
      place = model
    }
    if json {
      guard let studies = StudyText(of: place) else { throw CommandError.noStudies(path) }
      print(try studies.json())
    } else {
      print(try InspectionText(of: place).text)
    }
  }
}
