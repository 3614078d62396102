import ArgumentParser
import DICOMStudies
import Foundation
import Segmentation
import VolumeFiles
import Volumes

/// `delineate export rtstruct`: a label map as an RT structure set.
struct ExportStructureSet: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rtstruct",
    abstract: "Write a label map as a DICOM RT Structure Set.",
    discussion: """
      The label map's planes must be the slices of the series, in any orientation; of a series with \
      uneven spacing, the label map has one plane for each slice. Patient and study are taken from \
      the series, the structure set is not approved, and a qualified person must check it.

      Structures have the names of AAPM TG-263, or the clinic's from a file:
        {"Parotid_L": "Parotis li", "SpinalCord": {"name": "Myelon", "color": "#00FF00"}}
      Structures that follow from others come from a list of rules:
        [{"name": "SpinalCord_PRV", "union": ["SpinalCord"], "margin": 5},
         {"name": "Parotids", "union": ["Parotid_L", "Parotid_R"]},
         {"name": "Ring", "union": ["PTV"], "margin": 10, "minus": ["PTV"], "crop": "body"}]

      EXAMPLES
        delineate export rtstruct --labels labels.seg.nrrd --series ct/ --output rtstruct.dcm
        delineate export rtstruct --labels labels.nii.gz --scheme hanseg --series ct/ \\
          --holes keyhole --clinic-names names.json --rules rules.json --output rtstruct.dcm
      """
  )

  @OptionGroup var input: LabelsOnSeries

  @Option(help: "How many threads work (all cores by default).")
  var threads: Int?

  @OptionGroup(title: "Contours") var arguments: StructureSetArguments

  func run() throws {
    let file = try input.labelMap()
    let images = try input.images()
    let export = try arguments.export(model: input.model, threads: threads)
    var scan: Scan?
    if export.rules.contains(where: { $0.crop != nil }) {
      scan = try readScan(at: try input.folder(), series: .uid(images.uid))
    }
    let result = try export(
      file.labelMap,
      scheme: file.scheme,
      on: images,
      scan: scan.flatMap { $0.volume.placed(on: file.labelMap.grid) },
      isCT: images.modality == "CT"
    )
    try write(
      result.structureSet,
      on: images,
      origin: input.origin(),
      to: URL(filePath: input.output)
    )
    for note in result.notes { StatusLine.write("Note: \(note)\n") }
    let count = result.structureSet.structures.reduce(0) { $0 + $1.contours.count }
    print(
      "Wrote \(input.output): \(result.structureSet.structures.count) structures, \(count) contours"
    )
  }
}

/// Writes a structure set on a series' slices; the file appears when it is complete.
func write(
  _ structureSet: StructureSet,
  on series: ImageSeries,
  origin: ObjectOrigin,
  to url: URL
) throws {
  guard !structureSet.structures.isEmpty else {
    throw CommandError.nothingToWrite(url.relativePath)
  }
  let object = structureSet.object(on: series, origin: origin)
  try VolumeFiles.write(try object.encoded(), to: url)
}

extension Volume {
  /// The same voxels under another name for the same grid; `nil` where the grids differ.
  func placed(on grid: VoxelGrid) -> Volume? {
    self.grid.matches(grid) ? Volume(grid: grid, voxels: voxels) : nil
  }
}
