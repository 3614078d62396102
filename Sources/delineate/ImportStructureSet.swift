import ArgumentParser
import DICOMStudies
import Foundation
import ImageProcessing
import Segmentation

/// `delineate import rtstruct`: an RT structure set as a label map or masks.
struct ImportStructureSet: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rtstruct",
    abstract: "Read a DICOM RT Structure Set as a label map, or as a mask for each structure.",
    discussion: """
      Holes are read as contours of their own or as slits. Whatever cannot be taken as it is, such \
      as contours between slices or references to images that are not there, is told. The masks \
      serve «delineate evaluate» as references.

      EXAMPLES
        delineate import rtstruct rtstruct.dcm --on ct/ --output labels.seg.nrrd
        delineate import rtstruct rtstruct.dcm --on ct.nii.gz --output masks --separate
      """
  )

  @Argument(help: "The RT Structure Set.", completion: .file(extensions: ["dcm"]))
  var structureSet: String

  @OptionGroup var target: ImportTarget

  @Option(
    help: "A voxel belongs to a structure by its center (centers) or by half its area (area)."
  )
  var rule: RasterRule = .centers

  func run() throws {
    let file = try StructureSetFile.read(at: URL(filePath: structureSet))
    let (grid, series) = try target.images()
    let imported = ImportedStructures(file, on: grid, rule: rule, series: series)
    try target.write(imported, on: grid)
  }
}
