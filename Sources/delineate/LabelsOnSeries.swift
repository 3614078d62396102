import Anatomy
import ArgumentParser
import DICOMStudies
import Foundation
import Segmentation
import VolumeFiles
import Volumes

/// A label map and the DICOM series that it lies on: what `export` makes objects from.
struct LabelsOnSeries: ParsableArguments {
  @Option(help: "The label map.", completion: .file())
  var labels: String

  @Option(
    help: ArgumentHelp("The folder or archive of the DICOM series.", valueName: "folder"),
    completion: .directory
  )
  var series: String

  @Option(help: "The DICOM file to write.", completion: .file(extensions: ["dcm"]))
  var output: String

  @Option(help: "The Series Instance UID, where the folder holds several series.")
  var seriesUID: String?

  @Option(
    help: ArgumentHelp(
      "What the labels stand for: hanseg, openkbp, hntsmrg, or a JSON file like dataset.json.",
      valueName: "scheme"
    )
  )
  var scheme: String?

  @Option(help: "What drew the labels, for the structures' descriptions.")
  var model = ""

  @Option(help: "A text from which UIDs are made: the same text gives the same UIDs again.")
  var uidSeed: String?

  /// The label map, with what its labels stand for.
  func labelMap() throws -> (labelMap: LabelMap, scheme: LabelScheme?) {
    let file = try readLabelMap(at: URL(filePath: labels))
    return (file.labelMap, try namedScheme() ?? file.scheme)
  }

  /// The folder of the series; of an archive, what was unpacked.
  func folder() throws -> URL { try unpackingArchive(URL(filePath: series)) }

  /// The series.
  func images() throws -> ImageSeries {
    try ImageSeries.read(in: try folder(), uid: seriesUID)
  }

  /// What the object says of the program.
  func origin() -> ObjectOrigin {
    ObjectOrigin(
      version: delineateVersion,
      description: model,
      identifiers: uidSeed.map { UniqueIdentifiers(seed: $0) } ?? UniqueIdentifiers()
    )
  }

  private func namedScheme() throws -> LabelScheme? {
    guard let scheme else { return nil }
    if let known = LabelScheme(named: scheme) { return known }
    guard let json = try? Data(contentsOf: URL(filePath: scheme)) else {
      throw CommandError.missing(scheme)
    }
    return try LabelScheme(json: json)
  }
}
