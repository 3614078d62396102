import ArgumentParser
import DICOMStudies
import Foundation
import Reports
import Segmentation
import VolumeFiles
import Volumes

/// Where `import` takes a grid from, and what it writes.
struct ImportTarget: ParsableArguments {
  @Option(
    help: "The images: a DICOM folder or archive, or a file on their grid.",
    completion: .file()
  )
  var on: String?

  @Option(help: "The label map to write, or a folder of masks.", completion: .file())
  var output: String

  @Flag(help: "Write one mask per structure into the folder OUTPUT: none hides another.")
  var separate = false

  /// The images' grid, and the series where they are DICOM; they must be given.
  func images() throws -> (grid: VoxelGrid, series: ImageSeries?) {
    guard let on else { throw ValidationError("Missing expected argument '--on <on>'") }
    guard FileManager.default.fileExists(atPath: on) else { throw CommandError.missing(on) }
    let place = try unpackingArchive(URL(filePath: on))
    guard place.isFolder else { return (try inspectFile(at: place).grid, nil) }
    let images = try ImageSeries.read(in: place)
    guard let grid = try listSeries(in: place).first(where: { $0.uid == images.uid })?.grid else {
      _ = try readScan(at: place, series: .uid(images.uid))
      throw CommandError.missing(on)
    }
    return (grid, images)
  }

  /// Writes structures as one label map, or as masks.
  func write(_ imported: ImportedStructures, on grid: VoxelGrid) throws {
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
