import Anatomy
import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite(
  "Structure sets on the command line",
  .enabled(if: CommandLineProgram.isBuilt, "delineate is not built (./do build)")
)
struct StructureSetCommandTests {
  private let folder: TemporaryFolder
  private let work: URL
  private let labels: LabelMap

  init() throws {
    folder = try TemporaryFolder()
    work = folder.url.appending(path: "work")
    let grid = try VoxelGrid(
      size: [24, 20, 8],
      spacing: [1.5, 1.25, 3],
      origin: [-20.5, 10, -400]
    )
    var labels = LabelMap(repeating: 0, grid: grid)
    var scan = Volume<Float>(repeating: -1000, grid: grid)
    for k in 0..<8 {
      for j in 2..<18 { for i in 2..<22 { scan[i, j, k] = 40 } }
    }
    for k in 2..<6 {
      for j in 6..<14 {
        for i in 4..<10 { labels[i, j, k] = 1 }
        for i in 13..<20 where !(15..<17).contains(i) || !(9..<11).contains(j) {
          labels[i, j, k] = 2
        }
      }
    }
    self.labels = labels
    try DICOMSliceFile.write(scan, to: work.appending(path: "ct"))
    try write(
      labels,
      scheme: LabelScheme(entries: [
        .init(label: 1, name: "Parotid_L"), .init(label: 2, name: "Parotid_R"),
        .init(label: 3, name: "Lips"),
      ]),
      to: work.appending(path: "labels.seg.nrrd")
    )
  }

  private func run(_ arguments: String) throws -> CommandLineProgram.Outcome {
    try CommandLineProgram.run(arguments.split(separator: " ").map(String.init), in: work)
  }

  private func put(_ text: String, _ name: String) throws {
    try Data(text.utf8).write(to: work.appending(path: name))
  }

  @Test(
    "A label map becomes a structure set and comes back voxel by voxel",
    arguments: [
      "xor", "keyhole",
    ]
  )
  func roundTrip(holes: String) throws {
    let written = try run(
      "export rtstruct --labels labels.seg.nrrd --series ct --output rt.dcm --holes \(holes)"
    )
    #expect(written.status == 0, "\(written.errors)")
    #expect(written.errors == "Note: Not found: Lips.\n")
    let contours = holes == "xor" ? 12 : 8
    #expect(written.output == "Wrote rt.dcm: 2 structures, \(contours) contours\n")
    let read = try run("import rtstruct rt.dcm --on ct --output back.seg.nrrd")
    #expect(read.status == 0, "\(read.errors)")
    #expect(read.errors.isEmpty)
    let back = try readLabelMap(at: work.appending(path: "back.seg.nrrd"))
    #expect(back.labelMap.voxels == labels.voxels)
    #expect(back.scheme?.entries.map(\.name) == ["Parotid_L", "Parotid_R"])
    let separate = try run("import rtstruct rt.dcm --on labels.seg.nrrd --output masks --separate")
    #expect(separate.status == 0, "\(separate.errors)")
    let mask = try readLabelMap(at: work.appending(path: "masks/Parotid_R.nii.gz"))
    #expect(mask.labelMap.voxels == labels.voxels.map { $0 == 2 ? 1 : 0 })
  }

  @Test("Clinic's names and rules are followed, and the same seed gives the same UIDs")
  func namesAndRules() throws {
    try put(#"{"Parotid_L": "Parotis li"}"#, "names.json")
    try put(
      #"[{"name": "Both", "union": ["Parotid_L", "Parotid_R"], "margin": 30, "crop": "body"}]"#,
      "rules.json"
    )
    let command = """
      export rtstruct --labels labels.seg.nrrd --series ct --clinic-names names.json \
      --rules rules.json --uid-seed a --output
      """
    for name in ["one.dcm", "two.dcm"] { #expect(try run("\(command) \(name)").status == 0) }
    #expect(try run("import rtstruct one.dcm --on ct --output masks --separate").status == 0)
    let names = try FileManager.default.contentsOfDirectory(
      atPath: work.appending(path: "masks").path
    )
    #expect(names.sorted() == ["Both.nii.gz", "Parotid_R.nii.gz", "Parotis_li.nii.gz"])
    let mask = try readLabelMap(at: work.appending(path: "masks/Both.nii.gz")).labelMap
    #expect(mask[2, 10, 4] == 1 && mask[1, 10, 4] == 0)
    let pattern = try Regex("2\\.25\\.[0-9]+")
    let uids = try ["one.dcm", "two.dcm"].map { name in
      let bytes = try Data(contentsOf: work.appending(path: name))
      return String(decoding: bytes, as: UTF8.self).matches(of: pattern).map { String($0.0) }
    }
    #expect(!uids[0].isEmpty && uids[0] == uids[1])
  }

  @Test("A folder's patients and series are listed without names, in words and as JSON")
  func inspection() throws {
    #expect(
      try run("export rtstruct --labels labels.seg.nrrd --series ct --output ct/rt.dcm").status == 0
    )
    let words = try run("inspect ct")
    #expect(words.status == 0, "\(words.errors)")
    #expect(words.output.contains("RTSTRUCT") && words.output.contains("Planning: CT series 1"))
    let json = try run("inspect ct --json")
    let listing = try #require(
      try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    )
    let series = try #require(listing["series"] as? [[String: Any]])
    #expect(series.compactMap { $0["modality"] as? String } == ["CT", "RTSTRUCT"])
    #expect(series.compactMap { $0["objects"] as? Int } == [8, 1])
    for text in [words.output, json.output] { #expect(!text.contains("Phantom")) }
  }

  @Test(
    "A label map becomes a segmentation and comes back voxel by voxel",
    arguments: ["binary", "labelmap"]
  )
  func segmentations(encoding: String) throws {
    let written = try run(
      "export seg --labels labels.seg.nrrd --series ct --output seg.dcm --encoding \(encoding)"
    )
    #expect(written.status == 0, "\(written.errors)")
    #expect(written.output == "Wrote seg.dcm: 2 structures\n")
    #expect(try run("import seg seg.dcm --on ct --output back.seg.nrrd").status == 0)
    let back = try readLabelMap(at: work.appending(path: "back.seg.nrrd"))
    #expect(back.labelMap.voxels == labels.voxels)
    #expect(back.scheme?.entries.map(\.name) == ["Parotid_L", "Parotid_R"])
    #expect(try run("import seg seg.dcm --output own.nrrd").status == 0)
    let own = try readLabelMap(at: work.appending(path: "own.nrrd")).labelMap
    #expect(own.grid.size == [24, 20, 4])
    #expect(own.voxels == Array(labels.voxels[2 * 480..<6 * 480]))
    try refused("import seg ct/1.dcm --output own.nii.gz", mentioning: "a Segmentation is expected")
    try refused("import rtstruct seg.dcm --on ct --output own.nii.gz", mentioning: "SEG")
    try refused("import seg seg.dcm --on absent --output own.nii.gz", mentioning: "absent")
    try refused(
      "export seg --labels labels.seg.nrrd --series ct --output absent/seg.dcm",
      mentioning: "seg.dcm cannot be written"
    )
  }

  @Test("Structure sets are references and predictions of evaluate")
  func evaluation() throws {
    let export = "export rtstruct --labels labels.seg.nrrd --series ct --output"
    #expect(try run("\(export) rt.dcm").status == 0)
    #expect(try run("\(export) ct/RS.1.2.dcm").status == 0)
    for (reference, prediction) in [
      ("rt.dcm", "labels.seg.nrrd"), ("labels.seg.nrrd", "rt.dcm"), ("ct/RS.1.2.dcm", "rt.dcm"),
    ] {
      let outcome = try run(
        "evaluate --reference \(reference) --prediction \(prediction) --metrics dice --output scores"
      )
      #expect(outcome.status == 0, "\(outcome.errors)")
      let table = try String(contentsOf: work.appending(path: "scores/scores.csv"), encoding: .utf8)
      for name in ["Parotid_L", "Parotid_R"] {
        let line = table.split(separator: "\n").first { $0.contains(name) && $0.contains(",dice,") }
        #expect(line?.contains(",1,") == true || line?.contains(",1.0,") == true, "\(table)")
      }
    }
    // Away from its images, two structure sets have no voxels to be compared on.
    let alone = work.appending(path: "alone")
    try FileManager.default.createDirectory(at: alone, withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      at: work.appending(path: "rt.dcm"),
      to: alone.appending(path: "rt.dcm")
    )
    for (reference, words) in [("alone/rt.dcm", "contours need voxels"), ("ct/1.dcm", "1.dcm")] {
      let outcome = try run(
        "evaluate --reference \(reference) --prediction alone/rt.dcm --output scores"
      )
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }
  }

  @Test(
    "What cannot become a structure set is refused with one sentence",
    arguments: [
      ("--labels absent.nrrd --series ct --output rt.dcm", "absent.nrrd"),
      ("--labels labels.seg.nrrd --series absent --output rt.dcm", "absent"),
      ("--labels labels.seg.nrrd --series empty --output rt.dcm", "empty holds no CT or MR volume"),
      ("--labels other.nrrd --series ct --output rt.dcm", "slice"),
      ("--labels zero.nrrd --series ct --output rt.dcm", "no structure"),
      ("--labels labels.seg.nrrd --series ct --scheme absent.json --output rt.dcm", "absent.json"),
      ("--labels labels.seg.nrrd --series ct --scheme text.json --output rt.dcm", "Labels"),
      ("--labels labels.seg.nrrd --series ct --rules absent.json --output rt.dcm", "absent.json"),
      ("--labels labels.seg.nrrd --series ct --rules text.json --output rt.dcm", "Rules"),
      ("--labels labels.seg.nrrd --series ct --rules rule.json --output rt.dcm", "Tongue"),
      ("--labels labels.seg.nrrd --series ct --clinic-names text.json --output rt.dcm", "Names"),
      ("--labels labels.seg.nrrd --series ct --output absent/rt.dcm", "rt.dcm cannot be written"),
      ("--labels labels.seg.nrrd --series ct --series-uid 1.2.3 --output rt.dcm", "1.2.3"),
    ]
  )
  func refusedExports(options: String, words: String) throws {
    try FileManager.default.createDirectory(
      at: work.appending(path: "empty"),
      withIntermediateDirectories: true
    )
    try put("text", "text.json")
    try put(#"[{"name": "A", "union": ["Tongue"]}]"#, "rule.json")
    let grid = try VoxelGrid(size: [24, 20, 8], spacing: [1.5, 1.25, 3], origin: [-20, 10, -400])
    try write(
      LabelMap(repeating: 1, grid: grid),
      scheme: nil,
      to: work.appending(path: "other.nrrd")
    )
    try write(
      LabelMap(repeating: 0, grid: labels.grid),
      scheme: nil,
      to: work.appending(path: "zero.nrrd")
    )
    try refused("export rtstruct \(options)", mentioning: words)
  }

  @Test(
    "What is no structure set, or cannot be placed, is refused with one sentence",
    arguments: [
      ("absent.dcm --on ct --output back.nrrd", "absent.dcm"),
      ("text.dcm --on ct --output back.nrrd", "text.dcm"),
      ("cut.dcm --on ct --output back.nrrd", "cut.dcm"),
      ("ct/1.dcm --on ct --output back.nrrd", "an RT Structure Set is expected"),
      ("rt.dcm --on absent --output back.nrrd", "absent"),
      ("rt.dcm --on text.dcm --output back.nrrd", "text.dcm"),
      ("rt.dcm --on masks --output back.nrrd", "masks holds no CT or MR volume"),
      ("rt.dcm --on ct --output back.txt", "back.txt"),
      ("rt.dcm --on ct --output absent/back.nrrd", "back.nrrd cannot be written"),
      ("rt.dcm --on ct --output text.dcm/masks --separate", "text.dcm"),
    ]
  )
  func refusedImports(options: String, words: String) throws {
    #expect(
      try run("export rtstruct --labels labels.seg.nrrd --series ct --output rt.dcm").status == 0
    )
    try put("no DICOM file", "text.dcm")
    try Data(contentsOf: work.appending(path: "rt.dcm")).prefix(3000)
      .write(to: work.appending(path: "cut.dcm"))
    try FileManager.default.createDirectory(
      at: work.appending(path: "masks"),
      withIntermediateDirectories: true
    )
    try refused("import rtstruct \(options)", mentioning: words)
  }

  @Test("A structure set is drawn on DICOM slices only; JSON of studies needs a folder of them")
  func otherRefusals() throws {
    let model = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Networks/phantom").path
    try refused("segment labels.seg.nrrd --model \(model) --output rt.dcm", mentioning: "rt.dcm")
    try refused("segment ct --model \(model) --output rt.dcm --separate", mentioning: "rt.dcm")
    try refused(
      "segment ct --model \(model) --output rt.dcm --rules labels.seg.nrrd",
      mentioning: "Rules"
    )
    try refused("inspect labels.seg.nrrd --json", mentioning: "labels.seg.nrrd")
    #expect(
      try run("export rtstruct --labels a --series b --output c --set-label 12345678901234567")
        .status == 64
    )
  }

  /// Runs a command that must fail with one sentence and leave the folder as it was.
  private func refused(_ arguments: String, mentioning words: String) throws {
    let before = try FileManager.default.subpathsOfDirectory(atPath: work.path).sorted()
    let outcome = try run(arguments)
    #expect(outcome.status == 1, "\(arguments): \(outcome.errors)")
    #expect(outcome.output.isEmpty)
    #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
    #expect(outcome.errors.hasSuffix(".\n"))
    let after = try FileManager.default.subpathsOfDirectory(atPath: work.path).sorted()
    #expect(before == after)
  }
}
