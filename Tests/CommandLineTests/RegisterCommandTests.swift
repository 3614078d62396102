import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite(
  "Registration on the command line",
  .enabled(if: CommandLineProgram.isBuilt, "delineate is not built (./do build)")
)
struct RegisterCommandTests {
  private let folder: TemporaryFolder
  private var work: URL { folder.url.appending(path: "work") }

  init() throws {
    folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      at: folder.url.appending(path: "work"),
      withIntermediateDirectories: true
    )
    let grid = try VoxelGrid(size: [32, 36, 34], spacing: [6, 6, 6])
    let ct = Self.head(on: grid, at: [96, 108, 100], values: [-1000, 30, 900, 40, 5])
    let mr = Self.head(on: grid, at: [104, 102, 105], values: [3, 200, 20, 120, 50])
    try write(ct, to: work.appending(path: "ct.nii.gz"))
    try write(mr, to: work.appending(path: "mr.nii.gz"))
    try write(mr.map { $0 > 80 ? 7 : 0 }, scheme: nil, to: work.appending(path: "labels.nii.gz"))
    let empty = Volume<Float>(repeating: 0, grid: grid)
    try write(empty, to: work.appending(path: "empty.nii.gz"))
  }

  /// Skin, bone, brain and a lump to one side, in this order of values after the air's.
  private static func head(
    on grid: VoxelGrid,
    at middle: SIMD3<Double>,
    values: [Float]
  ) -> Volume<Float> {
    let noise = drawn("head\(values[1])", count: grid.count)
    var scan = Volume<Float>(repeating: values[0], grid: grid)
    for k in 0..<grid.size.z {
      for j in 0..<grid.size.y {
        for i in 0..<grid.size.x {
          let p = grid.patientFromVoxel(Point(Double(i), Double(j), Double(k))).coordinates - middle
          func inside(_ center: SIMD3<Double>, _ radii: SIMD3<Double>) -> Bool {
            let q = (p - center) / radii
            return (q * q).sum() < 1
          }
          let tissue =
            inside([20, -25, 15], [18, 14, 22])
            ? 4
            : inside([0, 4, 8], [52, 66, 50])
              ? 3
              : inside([0, 4, 8], [62, 76, 60]) ? 2 : inside([0, 0, 0], [74, 90, 80]) ? 1 : 0
          scan[i, j, k] = values[tissue] + 4 * noise[i + grid.size.x * (j + grid.size.y * k)]
        }
      }
    }
    return scan
  }

  private func run(_ arguments: String...) throws -> CommandLineProgram.Outcome {
    try CommandLineProgram.run(arguments, in: work)
  }

  @Test("An MR is laid on a CT with its labels, and the transform is used again")
  func wholePath() throws {
    let outcome = try run(
      "register",
      "--fixed",
      "ct.nii.gz",
      "--moving",
      "mr.nii.gz",
      "--output",
      "aligned",
      "--apply",
      "labels.nii.gz",
      "--formats",
      "tfm",
      "elastix",
      "field",
      "--threads",
      "1"
    )
    #expect(outcome.status == 0, "\(outcome.errors)\(outcome.output)")
    #expect(outcome.output.contains("Registration "))
    for name in [
      "registered.nii.gz", "transform.tfm", "TransformParameters.txt", "displacement.nii.gz",
      "registered_labels.nii.gz", "verdict.json", "overlay.png", "report.html",
    ] {
      let place = work.appending(path: "aligned/\(name)")
      #expect(FileManager.default.fileExists(atPath: place.path), "\(name)")
    }
    let first = try readVolume(at: work.appending(path: "aligned/registered.nii.gz"))
    for transform in ["transform.tfm", "TransformParameters.txt", "displacement.nii.gz"] {
      let applied = try run(
        "transform",
        "aligned/\(transform)",
        "--grid",
        "ct.nii.gz",
        "--apply",
        "mr.nii.gz",
        "--output",
        "again.nii.gz"
      )
      #expect(applied.status == 0, "\(applied.errors)")
      let again = try readVolume(at: work.appending(path: "again.nii.gz"))
      let largest = zip(first.voxels, again.voxels).map { ($0 - $1).magnitude }.max()
      #expect((largest ?? 1000) < 0.5, "\(transform)")
    }
    let inverse = try run(
      "transform",
      "aligned/transform.tfm",
      "--invert",
      "--output",
      "inverse.tfm"
    )
    #expect(inverse.status == 0)
    let nothing = try run(
      "transform",
      "aligned/transform.tfm",
      "inverse.tfm",
      "--grid",
      "ct.nii.gz",
      "--output",
      "nothing.mha"
    )
    #expect(nothing.status == 0)
    let field = try readVectors(at: work.appending(path: "nothing.mha"))
    #expect(field.voxels.allSatisfy { length(SIMD3<Double>($0)) < 1e-4 })
  }

  @Test("Bad input ends in one sentence")
  func badInput() throws {
    let other = try VoxelGrid(size: [5, 5, 5])
    try write(
      LabelMap(repeating: 1, grid: other),
      scheme: nil,
      to: work.appending(path: "other.nii.gz")
    )
    try Data("nonsense".utf8).write(to: work.appending(path: "bad.tfm"))
    let base = ["register", "--fixed", "ct.nii.gz", "--output", "out", "--moving"]
    for arguments in [
      base + ["empty.nii.gz"], base + ["missing.nii.gz"],
      base + ["mr.nii.gz", "--mask", "other.nii.gz"],
      base + ["mr.nii.gz", "--apply", "other.nii.gz"],
      base + ["mr.nii.gz", "--initial", "bad.tfm"],
      ["transform", "bad.tfm", "--output", "x.tfm"],
      ["transform", "missing.tfm", "--output", "x.tfm"],
    ] {
      let outcome = try CommandLineProgram.run(arguments, in: work)
      #expect(outcome.status != 0, "\(arguments)")
      let lines = outcome.errorLines.filter { $0.hasPrefix("Error: ") }
      #expect(lines.count == 1, "\(arguments): \(outcome.errors)")
      #expect(lines.first?.hasSuffix(".") == true, "\(outcome.errors)")
    }
  }

  @Test("What an M3-Net registers itself is written beside its contours, and can be used again")
  func networkRegistration() throws {
    let drawn = try run("phantom", "--cases", "1", "--size", "tiny", "--output", "patients")
    #expect(drawn.status == 0, "\(drawn.errors)")
    let patient = "patients/set_1/case_01/case_01_IMG_"
    let scans = ["CT=\(patient)CT.nrrd", "MR_T1=\(patient)MR_T1.nrrd"]
    let model = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Networks/hn-ctmr-30").standardizedFileURL.path
    let arguments =
      ["segment"] + scans + [
        "--model", model, "--registered", "aligned", "--output", "organs.nii.gz", "--threads", "2",
      ]
    let outcome = try CommandLineProgram.run(arguments, in: work)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let applied = try run(
      "transform",
      "aligned/displacement.nii.gz",
      "--grid",
      "\(patient)CT.nrrd",
      "--apply",
      "\(patient)MR_T1.nrrd",
      "--outside",
      "0",
      "--output",
      "again.nii.gz"
    )
    #expect(applied.status == 0, "\(applied.errors)")
    let first = try readVolume(at: work.appending(path: "aligned/registered.nii.gz"))
    let again = try readVolume(at: work.appending(path: "again.nii.gz"))
    #expect(first.grid.matches(again.grid))
    // The file's displacements lie on the CT's voxels, between which they are interpolated.
    let differences = zip(first.voxels, again.voxels).map { abs($0 - $1) }
    let mean = first.voxels.reduce(0) { $0 + abs($1) }
    #expect(differences.reduce(0, +) < 0.02 * mean)

    let compared = try run(
      "compare",
      "patients/set_1/case_01/case_01_organs_CT.seg.nrrd",
      "organs.nii.gz",
      "--model",
      model
    )
    #expect(compared.output.contains("Parotid_R") && !compared.output.contains("Label "))
    let prioritized = try CommandLineProgram.run(arguments + ["--prioritize"], in: work)
    #expect(
      prioritized.status != 0 && prioritized.errors.contains("--registered needs all windows")
    )
  }
}
