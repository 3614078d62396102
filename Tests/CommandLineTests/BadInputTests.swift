import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite(
  "Bad input",
  .enabled(if: CommandLineProgram.isBuilt, "delineate is not built (./do build)")
)
struct BadInputTests {
  private let folder: TemporaryFolder
  private var work: URL { folder.url.appending(path: "work") }
  /// The network that comes with the project.
  private let model: String

  init() throws {
    folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      at: folder.url.appending(path: "work"),
      withIntermediateDirectories: true
    )
    model =
      URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Networks/phantom").path
    let grid = try VoxelGrid(size: [20, 20, 20], spacing: [4, 4, 4])
    try write(Volume<Float>(repeating: 40, grid: grid), to: work.appending(path: "ct.nii.gz"))
    try write(LabelMap(repeating: 1, grid: grid), scheme: nil, to: work.appending(path: "a.nrrd"))
    let other = try VoxelGrid(size: [20, 20, 21], spacing: [4, 4, 4])
    try write(LabelMap(repeating: 1, grid: other), scheme: nil, to: work.appending(path: "b.nrrd"))
    let whole = try Data(contentsOf: work.appending(path: "ct.nii.gz"))
    try whole.prefix(whole.count / 2).write(to: work.appending(path: "truncated.nii.gz"))
    try Data("not a scan".utf8).write(to: work.appending(path: "text.nii.gz"))
    try FileManager.default.createDirectory(
      at: work.appending(path: "empty"),
      withIntermediateDirectories: true
    )
    try FileManager.default.createDirectory(
      at: work.appending(path: "cases"),
      withIntermediateDirectories: true
    )
    for channel in ["0000", "0001"] {
      try whole.write(to: work.appending(path: "cases/one_\(channel).nii.gz"))
    }
  }

  /// Runs a command that must fail with one sentence and leave the folder as it was.
  private func refused(_ arguments: [String], mentioning words: String) throws {
    let before = try FileManager.default.subpathsOfDirectory(atPath: work.path).sorted()
    let outcome = try CommandLineProgram.run(arguments, in: work)
    #expect(outcome.status == 1, "\(arguments): \(outcome.errors)")
    #expect(outcome.output.isEmpty)
    #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
    #expect(outcome.errors.hasSuffix(".\n"))
    let after = try FileManager.default.subpathsOfDirectory(atPath: work.path).sorted()
    #expect(before == after)
  }

  @Test(
    "A scan that cannot be segmented is refused",
    arguments: [
      (["absent.nii.gz"], "absent.nii.gz"), (["truncated.nii.gz"], "truncated.nii.gz"),
      (["text.nii.gz"], "text.nii.gz"), (["empty"], "empty"),
      (["ct.nii.gz", "ct.nii.gz"], "one scan"), (["MR=ct.nii.gz"], "MR"),
      (["cases"], "one_0001.nii.gz"),
    ]
  )
  func scans(inputs: [String], words: String) throws {
    try refused(
      ["segment"] + inputs + ["--model", model, "--output", "labels.nii.gz"],
      mentioning: words
    )
  }

  @Test(
    "An output that cannot be written is refused before the run",
    arguments: [
      (["--output", "absent/labels.nii.gz"], "absent"), (["--output", "labels.txt"], "labels.txt"),
      (["--output", "ct.nii.gz/masks", "--separate"], "ct.nii.gz"),
      (["--output", "ct.nii.gz", "--separate"], "ct.nii.gz"),
      (["--output", "labels.nii.gz", "--overlay", "ct.nii.gz"], "ct.nii.gz"),
      (["--output", "labels.nii.gz", "--report", "absent/case.html"], "absent"),
      (["--output", "/proc/labels.nii.gz"], "/proc"),
    ]
  )
  func outputs(options: [String], words: String) throws {
    try refused(["segment", "ct.nii.gz", "--model", model] + options, mentioning: words)
  }

  @Test("A model that is absent, or a fold that it lacks, is refused")
  func models() throws {
    let rest = ["--output", "labels.nii.gz"]
    try refused(["segment", "ct.nii.gz", "--model", "absent"] + rest, mentioning: "absent")
    try refused(["segment", "ct.nii.gz", "--model", "empty"] + rest, mentioning: "empty")
    try refused(
      ["segment", "ct.nii.gz", "--model", model, "--folds", "9"] + rest,
      mentioning: "9"
    )
    try refused(["import-model", "empty", "--output", "model"], mentioning: "empty")
    try refused(["export-onnx", "absent", "--output", "n.onnx"], mentioning: "absent")
  }

  @Test("Label maps that cannot be compared are refused")
  func comparisons() throws {
    try refused(["compare", "a.nrrd", "absent.nrrd"], mentioning: "absent.nrrd")
    try refused(["compare", "a.nrrd", "b.nrrd"], mentioning: "20×20×21")
  }

  @Test("What is not a scan, label map or model is said not to be one")
  func inspections() throws {
    for name in ["absent", "text.nii.gz", "empty", "truncated.nii.gz"] {
      try refused(["inspect", name], mentioning: name)
    }
  }

  @Test("A phantom cannot be drawn below a file")
  func phantom() throws {
    try refused(["phantom", "--output", "ct.nii.gz/below"], mentioning: "below")
  }
}
