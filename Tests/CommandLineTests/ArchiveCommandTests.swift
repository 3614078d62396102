import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite(
  "Archives on the command line",
  .enabled(if: CommandLineProgram.isBuilt, "delineate is not built (./do build)")
)
struct ArchiveCommandTests {
  private let folder: TemporaryFolder
  private let work: URL
  private let labels: LabelMap

  /// A study as archives export it: folders in folders, and zipped.
  init() throws {
    folder = try TemporaryFolder()
    work = folder.url.appending(path: "work")
    let grid = try VoxelGrid(size: [16, 12, 5], spacing: [2, 2, 3], origin: [0, 10, -40])
    var labels = LabelMap(repeating: 0, grid: grid)
    for k in 1..<4 { for j in 3..<8 { for i in 4..<10 { labels[i, j, k] = 1 } } }
    self.labels = labels
    try FileManager.default.createDirectory(
      at: folder.url.appending(path: "temporary"),
      withIntermediateDirectories: true
    )
    let series = work.appending(path: "export/ST1/SE1")
    try DICOMSliceFile.write(Volume<Float>(repeating: 40, grid: grid), to: series)
    try write(labels, scheme: nil, to: work.appending(path: "labels.nrrd"))
    let entries = try (1...5).map { number in
      ZipBuilder.Entry.deflated(
        "ST1/SE1/\(number).dcm",
        try Data(contentsOf: series.appending(path: "\(number).dcm"))
      )
    }
    try ZipBuilder(entries).data.write(to: work.appending(path: "export.zip"))
  }

  private func run(_ arguments: String) throws -> CommandLineProgram.Outcome {
    try CommandLineProgram.start(
      arguments.split(separator: " ").map(String.init),
      in: work,
      environment: ["TMPDIR": folder.url.appending(path: "temporary").path]
    ).wait()
  }

  @Test(
    "Series in folders of folders and in archives are listed, exported on and imported on",
    arguments: ["export", "export.zip"]
  )
  func study(place: String) throws {
    let listed = try run("inspect \(place)")
    #expect(listed.status == 0, "\(listed.errors)")
    #expect(listed.output.contains("Planning: CT series 1: 5 slices"), "\(listed.output)")
    let json = try run("inspect \(place) --json")
    #expect(json.output.contains("\"objects\" : 5"), "\(json.output)\(json.errors)")
    let written = try run("export rtstruct --labels labels.nrrd --series \(place) --output rt.dcm")
    #expect(written.status == 0, "\(written.errors)")
    let read = try run("import rtstruct rt.dcm --on \(place) --output back.nrrd")
    #expect(read.status == 0, "\(read.errors)")
    let back = try readLabelMap(at: work.appending(path: "back.nrrd")).labelMap
    #expect(back.voxels == labels.voxels)
  }

  @Test("A scan in an archive is segmented into a structure set")
  func segment() throws {
    let model = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Networks/phantom").path
    for place in ["export.zip", "export"] {
      let outcome = try run(
        "segment \(place) --model \(model) --output \(place).nii.gz --no-mirroring --quiet"
      )
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    #expect(
      try readLabelMap(at: work.appending(path: "export.zip.nii.gz")).labelMap.voxels
        == readLabelMap(at: work.appending(path: "export.nii.gz")).labelMap.voxels
    )
  }

  @Test("Archives that are none are refused with one sentence, and nothing is left behind")
  func refusals() throws {
    try Data("no archive".utf8).write(to: work.appending(path: "a.tar.gz"))
    try ZipBuilder([.stored("notes.txt", Data("words".utf8))]).data
      .write(to: work.appending(path: "b.zip"))
    for (arguments, words) in [
      ("inspect a.tar.gz", "a.tar.gz"), ("inspect b.zip", "no"),
      ("import rtstruct labels.nrrd --on a.tar.gz --output x.nrrd", "labels.nrrd"),
      ("export rtstruct --labels labels.nrrd --series b.zip --output rt.dcm", "no"),
      ("segment a.tar.gz --model phantom --output x.nrrd", "a.tar.gz"),
    ] {
      let outcome = try run(arguments)
      #expect(outcome.status == 1, "\(arguments): \(outcome.output)")
      #expect(outcome.errorLines.count == 1, "\(arguments): \(outcome.errors)")
      #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }
    let left = try FileManager.default.contentsOfDirectory(
      atPath: folder.url.appending(path: "temporary").path
    )
    #expect(left.isEmpty)
  }
}
