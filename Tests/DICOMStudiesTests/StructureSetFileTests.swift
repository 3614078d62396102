import Anatomy
import DICOMStudies
import Foundation
import TestSupport
import Testing
import Volumes

@Suite("Structure set files")
struct StructureSetFileTests {
  /// Four slices of a folder, and the series in it.
  private func series(
    in folder: TemporaryFolder,
    _ change: (inout DICOMSliceFile) -> Void = { _ in }
  ) throws -> ImageSeries {
    for number in 1...4 {
      var slice = DICOMSliceFile(
        size: [16, 12],
        spacing: [1.5, 1.25],
        origin: [-10, 20, Double(number) * 3],
        axes: ([1, 0, 0], [0, 1, 0]),
        number: number
      )
      change(&slice)
      try slice.bytes.write(to: folder.url.appending(path: "\(5 - number).dcm"))
    }
    return try ImageSeries.read(in: folder.url)
  }

  private func triangle(slice: Int?, z: Double) -> PlanarContour {
    PlanarContour(
      points: [Point(-3, 21, z), Point(3, 21, z), Point(0, 27.123456, z)],
      slice: slice
    )
  }

  private func example() -> StructureSet {
    StructureSet(
      label: "Test",
      structures: [
        StructureSet.Structure(
          number: 1,
          name: "Parotid_L",
          description: "Model phantom 1, SHA-256 abc",
          color: StructureColor(12, 34, 56),
          contours: [triangle(slice: 1, z: 6), triangle(slice: 2, z: 9)]
        ),
        StructureSet.Structure(number: 7, name: "GTVp", interpretedType: "GTV", contours: []),
      ]
    )
  }

  private func origin(_ seed: String) -> ObjectOrigin {
    ObjectOrigin(
      version: "1.2",
      description: "by a test",
      date: Date(timeIntervalSince1970: 1_700_000_000),
      identifiers: UniqueIdentifiers(seed: seed)
    )
  }

  @Test("Names, colors, types and coordinates come back; the patient's bytes are copied")
  func contents() throws {
    let folder = try TemporaryFolder()
    let name: [UInt8] = [0x4D, 0xFC, 0x6C, 0x6C, 0x65, 0x72]
    let series = try series(in: folder) { $0.patientName = name }
    let object = example().object(on: series, origin: origin("a"))
    let file = folder.url.appending(path: "rt.dcm")
    try object.encoded().write(to: file)
    let read = try StructureSetFile.read(at: file)
    #expect(read.structureSet.label == "Test")
    #expect(read.structureSet.structures.map(\.name) == ["Parotid_L", "GTVp"])
    #expect(read.structureSet.structures[0].color == StructureColor(12, 34, 56))
    #expect(read.structureSet.structures[1].interpretedType == "GTV")
    #expect(read.structureSet.structures[0].generation == "AUTOMATIC")
    #expect(read.findings == [.noContours(structure: "GTVp")])
    #expect(read.referencedSeries == [series.uid])
    let placed = read.placed(on: series)
    #expect(placed.findings.isEmpty)
    #expect(placed.structureSet.structures[0].contours.map(\.slice) == [1, 2])
    let y = placed.structureSet.structures[0].contours[0].points[2].coordinates.y
    #expect((y - 27.1235).magnitude < 1e-9)
    let data = try DICOMObject.read(at: file).dataSet
    #expect(data.bytes(Tag(0x0010_0010)) == name)
    #expect(data.text(Tag(0x300E_0002)) == "UNAPPROVED")
    #expect(data.text(Tag(0x0020_000D)) == series.studyUID)
    #expect(data.text(Tag(0x0020_000E)) != series.uid)
    let frames = data.items(Tag(0x3006_0010))
    let images = frames[0].items(Tag(0x3006_0012))[0].items(Tag(0x3006_0014))[0]
      .items(Tag(0x3006_0016))
    #expect(images.count == 4)
  }

  @Test("The same seed gives the same file, another other UIDs")
  func repeatable() throws {
    let folder = try TemporaryFolder()
    let series = try series(in: folder)
    let first = try example().object(on: series, origin: origin("a")).encoded()
    let second = try example().object(on: series, origin: origin("a")).encoded()
    let third = try example().object(on: series, origin: origin("b")).encoded()
    #expect(first == second)
    #expect(first != third)
    var random = UniqueIdentifiers()
    let uids = (0..<100).map { _ in random.next() }
    #expect(Set(uids).count == 100)
    #expect(
      uids.allSatisfy { $0.hasPrefix("2.25.") && $0.count <= 44 && $0.dropFirst(5).first != "0" }
    )
  }

  @Test("dciodvfy finds no error in a written structure set")
  func conformance() throws {
    let program = "/usr/bin/dciodvfy"
    guard FileManager.default.isExecutableFile(atPath: program) else {
      print("dciodvfy (Debian's dicom3tools) is not installed; conformance is not checked.")
      return
    }
    let folder = try TemporaryFolder()
    let file = folder.url.appending(path: "rt.dcm")
    var structures = example()
    structures.structures.removeLast()
    try structures.object(on: try series(in: folder), origin: origin("a")).encoded().write(to: file)
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = [file.path]
    let output = Pipe()
    process.standardError = output
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(!text.contains("Error"), "\(text)")
  }

  @Test("Items that cannot be contours are left out and named")
  func broken() throws {
    let folder = try TemporaryFolder()
    let series = try series(in: folder)
    var object = example().object(on: series, origin: origin("a"))
    var contours = object.dataSet.items(Tag(0x3006_0039))
    var items = contours[0].items(Tag(0x3006_0040))
    items[0].set(Tag(0x3006_0050), "DS", "1\\2\\x")
    items[1].set(Tag(0x3006_0046), "IS", "99")
    var point = items[1]
    point.set(Tag(0x3006_0042), "CS", "POINT")
    var stray = items[1]
    var image = DataSet()
    image.set(Tag(0x0008_1155), "UI", "1.2.3.4")
    stray.set(Tag(0x3006_0016), items: [image])
    contours[0].set(Tag(0x3006_0040), items: items + [point, stray])
    contours[1].set(Tag(0x3006_0084), "IS", "5")
    object.dataSet.set(Tag(0x3006_0039), items: contours)
    let file = folder.url.appending(path: "rt.dcm")
    try object.encoded().write(to: file)
    let read = try StructureSetFile.read(at: file)
    #expect(
      Set(read.findings) == [
        .notClosedPlanar(structure: "Parotid_L", kind: "POINT", count: 1),
        .badCoordinates(structure: "Parotid_L", count: 1),
        .wrongPointCount(structure: "Parotid_L", count: 2),
        .unknownStructure(number: 5, contours: 0), .noContours(structure: "GTVp"),
      ]
    )
    #expect(read.structureSet.structures[0].contours.count == 2)
    #expect(
      read.placed(on: series).findings == [.missingImages(structure: "Parotid_L", count: 1)]
    )
  }
}
