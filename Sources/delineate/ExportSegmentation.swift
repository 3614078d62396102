import Anatomy
public import ArgumentParser
public import DICOMStudies
import Foundation
import Segmentation
import VolumeFiles

/// `delineate export seg`: a label map as a DICOM Segmentation.
struct ExportSegmentation: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "seg",
    abstract: "Write a label map as a DICOM Segmentation.",
    discussion: """
      The label map's planes must be the slices of the series, in any orientation. Structures have \
      their SNOMED CT codes, and the names of AAPM TG-263 or the clinic's. Patient and study are \
      taken from the series. A qualified person must check the contours.

      A binary object has a frame of bits for each structure on each slice, which every reader \
      knows. A label map (DICOM 2024) has one frame a slice, which holds the labels themselves.

      EXAMPLES
        delineate export seg --labels labels.seg.nrrd --series ct/ --output seg.dcm
        delineate export seg --labels labels.nii.gz --scheme hanseg --series ct/ \\
          --encoding labelmap --output seg.dcm
      """
  )

  @OptionGroup var input: LabelsOnSeries

  @Option(help: "How voxels are stored: binary or labelmap.")
  var encoding: SegmentationSet.Encoding = .binary

  @Option(
    help: ArgumentHelp(
      "The clinic's names: a JSON object {\"Parotid_L\": \"name\"}, also with color.",
      valueName: "file"
    ),
    completion: .file(extensions: ["json"])
  )
  var clinicNames: String?

  func run() throws {
    let file = try input.labelMap()
    let images = try input.images()
    let names = try clinicNames.map { try StructureSetArguments.names(at: $0) }
    let export = SegmentationExport(names: names ?? .init(), model: input.model)
    let result = try export(file.labelMap, scheme: file.scheme, on: images)
    guard !result.segmentation.segments.isEmpty else {
      throw CommandError.nothingToWrite(input.output)
    }
    let object = try result.segmentation.object(
      on: images,
      encoding: encoding,
      origin: input.origin()
    )
    try VolumeFiles.write(try object.encoded(), to: URL(filePath: input.output))
    for note in result.notes { StatusLine.write("Note: \(note)\n") }
    print("Wrote \(input.output): \(result.segmentation.segments.count) structures")
  }
}

extension SegmentationSet.Encoding: ExpressibleByArgument {}
