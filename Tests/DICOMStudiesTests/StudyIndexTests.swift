import DICOMStudies
import Foundation
import TestSupport
import Testing
import Volumes

@Suite("Studies of a folder")
struct StudyIndexTests {
  private func write(
    _ count: Int,
    series: Int,
    to folder: URL,
    _ change: (inout DICOMSliceFile) -> Void = { _ in }
  ) throws {
    for number in 1...count {
      var slice = DICOMSliceFile(
        size: [8, 8],
        spacing: [1, 1],
        origin: [0, 0, Double(number) * 2],
        axes: ([1, 0, 0], [0, 1, 0]),
        number: number
      )
      slice.series = series
      change(&slice)
      try slice.bytes.write(to: folder.appending(path: "\(series)-\(number)"))
    }
  }

  @Test("The planning CT is the one with the most slices that is no localizer")
  func planning() throws {
    let folder = try TemporaryFolder()
    try write(5, series: 1, to: folder.url)
    try write(9, series: 2, to: folder.url) { $0.imageType = "ORIGINAL\\PRIMARY\\LOCALIZER" }
    let inner = folder.url.appending(path: "more")
    try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
    try write(7, series: 3, to: inner)
    try write(8, series: 4, to: inner) { $0.modality = "MR" }
    try Data("no DICOM".utf8).write(to: inner.appending(path: "notes.txt"))
    let index = try StudyIndex(at: folder.url)
    #expect(index.series.count == 4)
    #expect(index.otherFiles == 1)
    let choice = try #require(index.planningSeries(of: "CT"))
    #expect(choice.series.number == 3)
    #expect(choice.reason.contains("7 slices"))
    #expect(choice.reason.contains("1 localizers passed over"))
    #expect(index.planningSeries(of: "MR")?.series.number == 4)
    #expect(index.planningSeries(of: "PT") == nil)
    #expect(try index.imageSeries().stack.origins.count == 7)
  }

  @Test("Slices without a place, of two sizes or at one place are refused with a sentence")
  func refusals() throws {
    let changes: [(inout DICOMSliceFile) -> Void] = [
      { if $0.number == 2 { $0.changes[0x0020_0032] = .some(nil) } },
      { if $0.number == 2 { $0.size = [9, 8] } }, { if $0.number == 2 { $0.origin.z = 2 } },
    ]
    for change in changes {
      let folder = try TemporaryFolder()
      try write(3, series: 1, to: folder.url, change)
      let error = try #require(throws: DICOMObjectError.self) {
        let index = try StudyIndex(at: folder.url)
        _ = try index.imageSeries(uid: index.series[0].uid)
      }
      #expect("\(error)".hasSuffix("."))
    }
  }
}
