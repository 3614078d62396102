import Adaptation
import Anatomy
public import ArgumentParser
import Foundation
import Segmentation
import VolumeFiles
import Volumes

/// `delineate adapt map`: the edges of a later scan where tumors were.
struct AdaptMap: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "map",
    abstract: "Write the gradient map of a scan around earlier tumors.",
    discussion: """
      paper and published-code are Ren et al.'s (arXiv 2410.12941) as the text and as the program \
      have it; delineate is in millimeters, and no order of tumors matters. The margin is the middle \
      of its range unless --margin or --seed say otherwise.

      EXAMPLES
        delineate adapt map --later mid_T2.nii.gz --contours pre_mask_registered.nii.gz \\
          --definition published-code --output map.nii.gz
        delineate adapt map --later mid_T2.nii.gz --contours pre_mask_registered.nii.gz \\
          --definition delineate --margin 1 --output wide.nii.gz --json
      """
  )

  @Option(help: "The later scan: a file or a DICOM folder.", completion: .file())
  var later: String

  @Option(
    help: "The earlier contours on it: a label map or an RT structure set (.dcm).",
    completion: .file()
  )
  var contours: String

  @Option(help: "How the map is computed: paper, published-code or delineate.")
  var definition: GradientMapDefinition = .delineate

  @Option(help: "Where within its range the margin lies, from 0 (tight) to 1 (wide).")
  var margin: Double?

  @Option(help: "Draw each side's margin from this seed, as in training.")
  var seed: UInt64?

  @Option(help: "The map's file.", completion: .file())
  var output: String

  @Flag(help: "Print the tumors and their boxes as JSON.")
  var json = false

  func validate() throws {
    if let margin, !(0...1).contains(margin) {
      throw ValidationError("--margin must be from 0 to 1.")
    }
    guard margin == nil || seed == nil else {
      throw ValidationError("--margin and --seed exclude each other.")
    }
  }

  func run() throws {
    let request = AdaptRequest(
      later: URL(filePath: later),
      contours: URL(filePath: contours),
      settings: SegmentationRequest(inputs: [], model: URL(filePath: later))
    )
    let known = try request.guidance()
    let guidance = known.prior
    let scheme = guidance.scheme
    for note in known.notes { StatusLine.write("Note: \(note)\n") }
    let choice: MarginChoice =
      if let seed {
        .drawn(seed: seed, name: URL(filePath: later).lastPathComponent)
      } else {
        margin.map { .share($0) } ?? .middle
      }
    let boxes = tumorBoxes(
      around: guidance.instances,
      margin: definition.margin,
      choice: choice,
      on: guidance.later.grid
    )
    let result = gradientMap(of: guidance.later, in: boxes, definition: definition)
    try VolumeFiles.write(result, to: URL(filePath: output))
    let tumors = zip(guidance.instances, boxes).map { tumor, box in
      DrawnBox(
        structure: scheme.entry(label: tumor.label)?.name ?? "\(tumor.label)",
        number: tumor.number,
        milliliters: tumor.volume / 1000,
        box: [box.i, box.j, box.k].map { [$0.lowerBound, $0.upperBound] }
      )
    }
    if json {
      print(try jsonText(tumors))
    } else {
      print(tumors.isEmpty ? "No earlier tumors: the map is empty." : table(tumors))
      print("Wrote \(output)")
    }
  }

  private func table(_ tumors: [DrawnBox]) -> String {
    var table = TextTable(header: ["Tumor", "Volume, ml", "Box, voxels"])
    for tumor in tumors {
      table.rows.append([
        "\(tumor.structure) \(tumor.number)", tumor.milliliters.text(digits: 2),
        tumor.box.map { "\($0[0])…\($0[1] - 1)" }.joined(separator: " × "),
      ])
    }
    return table.text
  }
}

/// One tumor's box, as `--json` prints it.
private struct DrawnBox: Encodable {
  let structure: String
  let number: Int
  let milliliters: Double
  /// First voxel and one past the last, along i, j and k.
  let box: [[Int]]
}

extension GradientMapDefinition: ExpressibleByArgument {}
