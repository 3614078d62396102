import Anatomy
import ArgumentParser
import DICOMStudies
import Foundation
import ImageProcessing
import Reports
import Segmentation
import VolumeFiles
import Volumes

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

  @Option(help: "The images: a DICOM folder, or a file on their grid.", completion: .file())
  var on: String

  @Option(help: "The label map to write, or a folder of masks.", completion: .file())
  var output: String

  @Flag(help: "Write one mask per structure into the folder OUTPUT: none hides another.")
  var separate = false

  @Option(
    help: "A voxel belongs to a structure by its center (centers) or by half its area (area)."
  )
  var rule: RasterRule = .centers

  func run() throws {
    let file = try StructureSetFile.read(at: URL(filePath: structureSet))
    let place = URL(filePath: on)
    guard FileManager.default.fileExists(atPath: on) else { throw CommandError.missing(on) }
    var series: ImageSeries?
    let grid: VoxelGrid
    if place.isFolder {
      let images = try ImageSeries.read(in: place)
      series = images
      guard let found = try listSeries(in: place).first(where: { $0.uid == images.uid })?.grid
      else {
        _ = try readScan(at: place, series: .uid(images.uid))
        throw CommandError.missing(on)
      }
      grid = found
    } else {
      grid = try inspectFile(at: place).grid
    }
    let imported = ImportedStructures(file, on: grid, rule: rule, series: series)
    for note in imported.notes { StatusLine.write("Note: \(note)\n") }
    let target = URL(filePath: output)
    if separate {
      do {
        try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
      } catch {
        throw CommandError.unwritableFolder(output)
      }
      for structure in imported.structures {
        let name = fileName(for: structure.name) + ".nii.gz"
        try VolumeFiles.write(
          structure.mask.mask,
          name: structure.name,
          to: target.appending(path: name)
        )
      }
    } else {
      let (labels, scheme, overlapping) = imported.labelMap(on: grid)
      if overlapping > 0 {
        StatusLine.write(
          "Note: \(overlapping) voxels belong to several structures; the last one's label stands.\n"
        )
      }
      try VolumeFiles.write(labels, scheme: scheme, to: target)
    }
    print("Wrote \(output): \(imported.structures.count) structures")
  }
}
