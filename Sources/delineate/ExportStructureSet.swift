import Anatomy
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

  @Option(help: "The label map.", completion: .file())
  var labels: String

  @Option(
    help: ArgumentHelp("The folder of the DICOM series.", valueName: "folder"),
    completion: .directory
  )
  var series: String

  @Option(help: "The RT Structure Set to write.", completion: .file(extensions: ["dcm"]))
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

  @Option(help: "How many threads work (all cores by default).")
  var threads: Int?

  @OptionGroup var arguments: StructureSetArguments

  func run() throws {
    let file = try readLabelMap(at: URL(filePath: labels))
    let folder = URL(filePath: series)
    let images = try ImageSeries.read(in: folder, uid: seriesUID)
    let export = try arguments.export(model: model, threads: threads)
    var scan: Scan?
    if export.rules.contains(where: { $0.crop != nil }) {
      scan = try readScan(at: folder, series: .uid(images.uid))
    }
    let result = try export(
      file.labelMap,
      scheme: try namedScheme() ?? file.scheme,
      on: images,
      scan: scan.flatMap { $0.volume.placed(on: file.labelMap.grid) },
      isCT: images.modality == "CT"
    )
    try write(
      result.structureSet,
      on: images,
      description: model,
      seed: uidSeed,
      to: URL(filePath: output)
    )
    for note in result.notes { StatusLine.write("Note: \(note)\n") }
    let count = result.structureSet.structures.reduce(0) { $0 + $1.contours.count }
    print(
      "Wrote \(output): \(result.structureSet.structures.count) structures, \(count) contours"
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

/// Writes a structure set on a series' slices; the file appears when it is complete.
func write(
  _ structureSet: StructureSet,
  on series: ImageSeries,
  description: String,
  seed: String? = nil,
  to url: URL
) throws {
  let object = structureSet.object(
    on: series,
    origin: StructureSetOrigin(
      version: delineateVersion,
      description: description,
      identifiers: seed.map { UniqueIdentifiers(seed: $0) } ?? UniqueIdentifiers()
    )
  )
  try VolumeFiles.write(try object.encoded(), to: url)
}

extension Volume {
  /// The same voxels under another name for the same grid; `nil` where the grids differ.
  func placed(on grid: VoxelGrid) -> Volume? {
    self.grid.matches(grid) ? Volume(grid: grid, voxels: voxels) : nil
  }
}
