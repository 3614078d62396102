import ArgumentParser

/// `delineate export`: label maps as other programs want them.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a label map as another kind of object.",
    discussion: """
      EXAMPLES
        delineate export rtstruct --labels labels.seg.nrrd --series ct/ --output rtstruct.dcm
        delineate export seg --labels labels.seg.nrrd --series ct/ --output seg.dcm
      """,
    subcommands: [ExportStructureSet.self, ExportSegmentation.self]
  )
}

/// `delineate import`: other programs' contours as label maps.
struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Read another kind of object as a label map.",
    discussion: """
      EXAMPLES
        delineate import rtstruct rtstruct.dcm --on ct/ --output labels.seg.nrrd
        delineate import seg seg.dcm --on ct/ --output labels.seg.nrrd
      """,
    subcommands: [ImportStructureSet.self, ImportSegmentation.self]
  )
}
