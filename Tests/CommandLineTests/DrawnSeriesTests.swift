import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// The way of a newcomer: a DICOM folder in, a structure set out.
@Suite(
  "A DICOM folder in, a structure set out",
  .enabled(if: CommandLineProgram.isBuilt, "delineate is not built (./do build)")
)
struct DrawnSeriesTests {
  @Test("A drawn patient's DICOM series is the scan; its contours become a sound structure set")
  func patient() throws {
    let folder = try TemporaryFolder()
    let work = folder.url.appending(path: "work")
    try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
    func run(_ arguments: String) throws -> CommandLineProgram.Outcome {
      try CommandLineProgram.run(arguments.split(separator: " ").map(String.init), in: work)
    }
    #expect(try run("phantom --kind simple --dicom --output patient").status == 0)
    let series = try readScan(at: work.appending(path: "patient/ct")).volume
    let file = try readScan(at: work.appending(path: "patient/ct.nii.gz")).volume
    #expect(series.grid.matches(file.grid))
    #expect(series.voxels == file.voxels)
    let listed = try run("inspect patient/ct")
    #expect(listed.output.contains("Planning: CT series 1: 96 slices"), "\(listed.output)")
    let written = try run(
      "export rtstruct --labels patient/reference.nii.gz --series patient/ct --output rt.dcm"
    )
    #expect(written.status == 0, "\(written.errors)")
    #expect(try run("phantom --dicom --output other").status == 64)
    guard let verifier = DICOMPrograms.place(of: "dciodvfy") else { return }
    let process = Process()
    let output = Pipe()
    process.executableURL = verifier
    process.arguments = ["rt.dcm"]
    process.currentDirectoryURL = work
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let words = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(!words.contains("Error"), "\(words)")
  }
}
