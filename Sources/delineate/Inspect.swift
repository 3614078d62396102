import ArgumentParser
import Foundation
import Models
import VolumeFiles

/// `delineate inspect`: what a file or folder is.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell what a scan, a label map or a model is.",
    discussion: """
      Shows a scan's grid and intensities, a label map's structures and volumes, the patients, \
      studies and series of a DICOM folder or archive (.zip, .tar, .tar.gz) and which of them \
      planning would take, the cases of a folder in nnU-Net's naming, or the plan of a model, also \
      of one that ships with the program (see «delineate models»). Patients' names are never shown.

      EXAMPLES
        delineate inspect ct.nii.gz
        delineate inspect labels.seg.nrrd
        delineate inspect series/
        delineate inspect export-of-the-pacs/ --json
        delineate inspect export-of-the-pacs.zip
        delineate inspect model
        delineate inspect phantom
      """
  )

  @Argument(
    help:
      "A scan, label map, DICOM archive or zipped model; or a folder of DICOM files, cases or a model.",
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
    if !isModel(place) { place = try unpackingArchive(place) }
    if json {
      guard let studies = StudyText(of: place) else { throw CommandError.noStudies(path) }
      print(try studies.json())
    } else {
      print(try InspectionText(of: place).text)
    }
  }
  /// Whether a file is a zipped model, damaged or not.
  private func isModel(_ place: URL) -> Bool {
    guard place.pathExtension.lowercased() == "zip" else { return false }
    do throws(ModelError) {
      _ = try inspectModel(at: place)
    } catch {
      if case .notAModel = error { return false }
    }
    return true
  }
}
