import Anatomy
public import ArgumentParser
import DICOMStudies
import Foundation
public import ImageProcessing
import Segmentation
import VolumeFiles

/// How contours are written, for `export rtstruct` and for `segment` into a DICOM file.
struct StructureSetArguments: ParsableArguments {
  @Option(help: "Holes as contours of their own (xor), or joined by slits (keyhole).")
  var holes: ContourOptions.Holes = .xor

  @Option(
    help: ArgumentHelp(
      "How far a contour may be from all its points, in mm; 0 keeps every point.",
      valueName: "mm"
    )
  )
  var tolerance = 0.1

  @Option(
    help: ArgumentHelp(
      "The clinic's names: a JSON object {\"Parotid_L\": \"name\"}, also with color and type.",
      valueName: "file"
    ),
    completion: .file(extensions: ["json"])
  )
  var clinicNames: String?

  @Option(
    help: ArgumentHelp(
      "Derived structures (margins, unions, crops): a JSON list of rules.",
      valueName: "file"
    ),
    completion: .file(extensions: ["json"])
  )
  var rules: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("The only structures to write, in any spelling.", valueName: "name")
  )
  var structures: [String] = []

  @Option(help: "The structure set's label, at most 16 characters.")
  var setLabel = "Delineate"

  func validate() throws {
    guard tolerance >= 0, tolerance <= 10 else {
      throw ValidationError("--tolerance must be from 0 to 10 mm.")
    }
    guard setLabel.utf8.count <= 16, !setLabel.isEmpty else {
      throw ValidationError("--set-label must have 1 to 16 characters.")
    }
  }

  /// The export that the arguments ask for.
  func export(model: String, threads: Int?) throws -> StructureSetExport {
    StructureSetExport(
      contours: ContourOptions(tolerance: tolerance, holes: holes),
      names: try clinicNames.map { try Self.names(at: $0) } ?? ClinicNames(),
      rules: try rules.map { try DerivedStructure.rules(json: Self.contents(of: $0)) } ?? [],
      structures: structures,
      label: setLabel,
      model: model,
      threads: threads ?? ProcessInfo.processInfo.activeProcessorCount
    )
  }

  /// A clinic's names.
  static func names(at path: String) throws -> ClinicNames {
    try ClinicNames(json: contents(of: path))
  }

  private static func contents(of path: String) throws -> Data {
    guard let data = try? Data(contentsOf: URL(filePath: path)) else {
      throw CommandError.missing(path)
    }
    return data
  }
}

extension ContourOptions.Holes: ExpressibleByArgument {}
extension RasterRule: ExpressibleByArgument {}
