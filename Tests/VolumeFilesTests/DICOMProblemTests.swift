import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite("DICOM series that are not one volume")
struct DICOMProblemTests {
  /// What reading a folder of these slices says.
  private func sentence(_ slices: [TestSlice]) throws -> String {
    let folder = try TemporaryFolder()
    try write(slices, to: folder.url)
    let error = #expect(throws: VolumeFileError.self) { try readVolume(at: folder.url) }
    return error.map { "\($0)" } ?? ""
  }

  private func stack(_ heights: [Double]) -> [TestSlice] { heights.map { TestSlice(z: $0) } }

  @Test("A missing slice is named with its place")
  func missing() throws {
    #expect(
      try sentence(stack([0, 3, 9, 12, 15])) == """
        Series 5: a slice is missing between 3.0 mm and 9.0 mm along the normal; \
        slices are 3.0 mm apart.
        """
    )
    #expect(try sentence(stack([0, 3, 12, 15])).contains("2 slices are missing between 3.0 mm"))
  }

  @Test("A doubled slice is named with its place")
  func doubled() throws {
    #expect(
      try sentence(stack([0, 3, 3, 6])).contains("2 slices lie at 3.0 mm along the normal")
    )
    #expect(try sentence(stack([0, 0, 0])).contains("3 slices lie at 0.0 mm"))
  }

  @Test("Uneven spacing is named with its place and size")
  func uneven() throws {
    #expect(
      try sentence(stack([0, 3, 6, 10, 13])).contains(
        "the slice after 6.0 mm along the normal follows at 4.0 mm, the others at 3.0 mm"
      )
    )
  }

  @Test("A tilted gantry is named with its angle")
  func tilt() throws {
    var slices = stack([0, 3, 6, 9])
    for index in slices.indices { slices[index].position.y = 0.5 * Double(index) }
    #expect(try sentence(slices).contains("shifted against each other by 9.462° (gantry tilt)"))
  }

  @Test("Mixed sizes, pixel sizes and orientations are named")
  func mixed() throws {
    var slices = stack([0, 3, 6])
    slices[2].columns = 7
    #expect(try sentence(slices).contains("slices of 6×5 and of 7×5 pixels are mixed"))
    slices = stack([0, 3, 6])
    slices[1].spacing = "2\\1.5"
    #expect(try sentence(slices).contains("pixels of 1.0×2.0 and 1.5×2.0 mm"))
    slices = stack([0, 3, 6])
    slices[2].orientation = [0.999847695, 0.017452406, 0, -0.017452406, 0.999847695, 0]
    #expect(try sentence(slices).contains("turned against each other by 1.0°"))
  }

  @Test("One slice is not a volume")
  func single() throws {
    #expect(try sentence(stack([4])).contains("one slice only"))
  }

  @Test("A slice that was cut off is named, not passed over")
  func truncated() throws {
    let folder = try TemporaryFolder()
    try write(stack([0, 3, 6, 9]), to: folder.url)
    let file = folder.url.appending(path: "3.dcm")
    try Data(Data(contentsOf: file).dropLast(20)).write(to: file)
    let error = #expect(throws: VolumeFileError.self) { try readVolume(at: folder.url) }
    #expect(
      error.map { "\($0)" }?.contains("the file 3.dcm cannot be used: its pixels end") == true
    )
  }

  @Test("Colors, several frames and unknown encodings are refused")
  func unsupported() throws {
    var slices = stack([0, 3])
    slices[1].extra = [(0x0028, 0x0004, "CS", Array("RGB ".utf8))]
    #expect(try sentence(slices).contains("not gray values"))
    slices = stack([0, 3])
    slices[1].extra = [(0x0028, 0x0008, "IS", Array("12".utf8))]
    #expect(try sentence(slices).contains("several frames"))
    slices = stack([0, 3])
    slices[0].transferSyntax = "1.2.840.10008.1.2.4.102"
    slices[0].stream = [1, 2, 3, 4]
    #expect(try sentence(slices).contains("1.2.840.10008.1.2.4.102 is not read"))
  }

  @Test("A folder without images says what it holds")
  func empty() throws {
    let folder = try TemporaryFolder()
    try Data("notes".utf8).write(to: folder.url.appending(path: "README.txt"))
    let error = #expect(throws: VolumeFileError.self) { try readVolume(at: folder.url) }
    #expect(error.map { "\($0)" }?.contains("(1 files that are not DICOM)") == true)
  }
}
