import ArgumentParser
import DICOMStudies
import Foundation
import Segmentation

/// `delineate import seg`: a DICOM Segmentation as a label map or masks.
struct ImportSegmentation: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "seg",
    abstract: "Read a DICOM Segmentation as a label map, or as a mask for each structure.",
    discussion: """
      Binary and fractional segmentations and label maps are read. With --on, voxels are those of the \
      images; without, the planes of the segmentation itself make the grid.

      EXAMPLES
        delineate import seg seg.dcm --on ct/ --output labels.seg.nrrd
        delineate import seg seg.dcm --output masks --separate
      """
  )

  @Argument(help: "The Segmentation.", completion: .file(extensions: ["dcm"]))
  var segmentation: String

  @OptionGroup var target: ImportTarget

  func run() throws {
    let file = try SegmentationFile.read(at: URL(filePath: segmentation))
    let place = target.on == nil ? (try file.grid(), nil) : try target.images()
    let imported = try ImportedStructures(file, on: place.0, series: place.1)
    try target.write(imported, on: place.0)
  }
}
