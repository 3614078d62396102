import Archives
import DICOMStudies
import Foundation
import TestSupport
import Testing
import Volumes

@Suite("Pseudonymization")
struct PseudonymizerTests {
  private let pseudonymizer = Pseudonymizer(key: SecretKey())

  private func slice(_ number: Int) -> DICOMSliceFile {
    var slice = DICOMSliceFile(
      size: [8, 6],
      spacing: [1, 1],
      origin: [0, 0, Double(number)],
      axes: ([1, 0, 0], [0, 1, 0]),
      number: number
    )
    slice.pixels = (0..<48).map { Int16($0 * number) }
    return slice
  }

  private func read(_ bytes: Data) throws -> DICOMObject {
    try #require(DICOMObject.read([(name: "file", bytes: bytes)]).first).get()
  }

  @Test("Names, identifiers, dates and UIDs go; pixels and geometry stay")
  func basics() throws {
    let bytes = slice(1).bytes
    let treated = try pseudonymizer.treated(bytes, name: "file", .pseudonymize)
    let text = String(decoding: treated.bytes, as: UTF8.self)
    for part in ["Phantom", "P1 ", "19700101", "20200101", "Planning", DICOMSliceFile.root] {
      #expect(!text.contains(part), "\(part)")
    }
    let (before, after) = (try read(bytes).dataSet, try read(treated.bytes).dataSet)
    for tag in [0x7FE0_0010, 0x0020_0032, 0x0020_0037, 0x0028_0030, 0x0008_0016] as [UInt32] {
      #expect(after.bytes(Tag(tag)) == before.bytes(Tag(tag)), "\(Tag(tag))")
    }
    let patient = pseudonymizer.pseudonym(ofPatient: "P1/")
    #expect(after.text(Tag(0x0010_0010)) == patient && after.text(Tag(0x0010_0020)) == patient)
    #expect(after.text(Tag(0x0012_0062)) == "YES")
    #expect(treated.place.first == patient)
    #expect(after.text(Tag(0x0010_0030)) == nil, "the date of birth")
    for element in after.elements { #expect(!element.tag.isPrivate) }
  }

  @Test("A key gives the same pseudonyms again, another key others")
  func consistency() throws {
    let (one, two) = (slice(1).bytes, slice(2).bytes)
    let first = try read(pseudonymizer.treated(one, name: "1", .pseudonymize).bytes).dataSet
    let second = try read(pseudonymizer.treated(two, name: "2", .pseudonymize).bytes).dataSet
    for tag in [0x0010_0020, 0x0020_000D, 0x0020_000E, 0x0020_0052] as [UInt32] {
      #expect(first.text(Tag(tag)) == second.text(Tag(tag)))
    }
    #expect(first.text(Tag(0x0008_0018)) != second.text(Tag(0x0008_0018)))
    let other = Pseudonymizer(key: SecretKey())
    let third = try read(other.treated(one, name: "1", .pseudonymize).bytes).dataSet
    for tag in [0x0010_0020, 0x0020_000D] as [UInt32] {
      #expect(first.text(Tag(tag)) != third.text(Tag(tag)))
      #expect(first.text(Tag(tag))?.isEmpty == false)
    }
    #expect(pseudonymizer.pseudonym(ofUID: "1.2.840.10008.1.2") == "1.2.840.10008.1.2")
    #expect(pseudonymizer.pseudonym(ofUID: "1.2.3").utf8.count <= 64)
  }

  @Test("The key's holder gets the very file back, and nobody else")
  func restoration() throws {
    let bytes = slice(3).bytes
    let treated = try pseudonymizer.treated(bytes, name: "file", .pseudonymize).bytes
    let restored = try pseudonymizer.treated(treated, name: "file", .restore).bytes
    // As this program writes it: the same attributes with the same values.
    let plain = try read(bytes).encoded()
    #expect(try read(restored).encoded() == plain)
    let stranger = Pseudonymizer(key: SecretKey())
    #expect(throws: DICOMObjectError.self) {
      try stranger.treated(treated, name: "file", .restore)
    }
    #expect(throws: DICOMObjectError.self) {
      try pseudonymizer.treated(bytes, name: "file", .restore)
    }
    #expect(throws: DICOMObjectError.self) {
      try pseudonymizer.treated(treated, name: "file", .pseudonymize)
    }
  }

  @Test(
    "A structure set still refers to its images, and keeps the names that say nothing of anyone"
  )
  func structureSets() throws {
    let folder = try TemporaryFolder()
    let grid = try VoxelGrid(size: [8, 6, 4], spacing: [1, 1, 2])
    try DICOMSliceFile.write(Volume<Float>(repeating: 0, grid: grid), to: folder.url)
    let series = try ImageSeries.read(in: folder.url)
    let square = PlanarContour(
      points: [Point(1, 1, 2), Point(4, 1, 2), Point(4, 4, 2), Point(1, 4, 2)],
      slice: 1
    )
    let set = StructureSet(
      label: "Label",
      structures: [
        .init(number: 1, name: "Parotid_L", description: "Dr. Who", contours: [square]),
        .init(number: 2, name: "Tumor of Mr. Smith", contours: [square]),
        .init(number: 3, name: "GTVp1", contours: [square]),
      ]
    )
    let bytes = try set.object(on: series, origin: ObjectOrigin(version: "1")).encoded()
    let treated = try pseudonymizer.treated(bytes, name: "rt", .pseudonymize).bytes
    #expect(!String(decoding: treated, as: UTF8.self).contains("Who"))
    let file = try StructureSetFile(try read(treated), file: "rt")
    #expect(file.structureSet.structures.map(\.name) == ["Parotid_L", "ROI_2", "GTVp1"])
    #expect(file.referencedSeries == [pseudonymizer.pseudonym(ofUID: series.uid)])
    let images = folder.url.appending(path: "pseudonymous")
    try FileManager.default.createDirectory(at: images, withIntermediateDirectories: true)
    for number in 1...4 {
      let slice = try Data(contentsOf: folder.url.appending(path: "\(number).dcm"))
      try pseudonymizer.treated(slice, name: "slice", .pseudonymize).bytes
        .write(to: images.appending(path: "\(number).dcm"))
    }
    let placed = file.placed(on: try ImageSeries.read(in: images))
    #expect(placed.findings.isEmpty)
    #expect(placed.structureSet.structures.map { $0.contours[0].slice } == [1, 1, 1])
    let restored = try pseudonymizer.treated(treated, name: "rt", .restore).bytes
    #expect(try read(restored).encoded() == read(bytes).encoded())
  }

  @Test("Private attributes and free text at any depth go; burned-in names are refused")
  func depth() throws {
    var object = try read(slice(1).bytes)
    var deep = DataSet()
    deep.set(Tag(0x0010_0010), "PN", "Smith^John")
    deep.set(Tag(0x0008_1155), "UI", "1.2.3.4")
    deep.set(Tag(0x0011_1010), "LO", "Smith")
    var item = DataSet()
    item.set(Tag(0x0040_0275), items: [deep])
    item.set(Tag(0x0008_1155), "UI", "1.2.3.4")
    item.set(Tag(0x0008_103E), "LO", "Smith's scan")
    object.dataSet.set(Tag(0x0008_1115), items: [item])
    object.dataSet.set(Tag(0x0009_0010), "LO", "SMITH AND SONS")
    object.dataSet.set(Tag(0x6000_3000), "OW", bytes: Array("Smith!".utf8))
    object.dataSet.set(Tag(0x0010_4000), "LT", "Smith is ill")
    let result = try pseudonymizer.pseudonymized(object, file: "file")
    #expect(!String(decoding: try result.encoded(), as: UTF8.self).contains("Smith"))
    #expect(!String(decoding: try result.encoded(), as: UTF8.self).contains("SMITH"))
    let kept = result.dataSet.items(Tag(0x0008_1115)).first
    #expect(kept?.text(Tag(0x0008_1155)) == pseudonymizer.pseudonym(ofUID: "1.2.3.4"))
    let restored = try pseudonymizer.restored(result, file: "file")
    #expect(try restored.encoded() == object.encoded())
    object.dataSet.set(Tag(0x0028_0301), "CS", "YES")
    #expect(throws: DICOMObjectError.self) {
      try pseudonymizer.pseudonymized(object, file: "file")
    }
  }

  @Test(
    "Compressed pixels stay as they are",
    .enabled(if: SharedData.has("totalsegmentator_examples/example_ct_dicom"))
  )
  func compressed() throws {
    let folder = try #require(SharedData.folder)
      .appending(path: "totalsegmentator_examples/example_ct_dicom")
    let file = try #require(try DICOMFiles.all(at: folder).first)
    let bytes = try Data(contentsOf: file)
    let treated = try pseudonymizer.treated(bytes, name: "ct", .pseudonymize).bytes
    let mark = Data([0xE0, 0x7F, 0x10, 0x00, 0x4F, 0x42, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF])
    let before = try #require(bytes.range(of: mark)?.lowerBound)
    let after = try #require(treated.range(of: mark)?.lowerBound)
    #expect(bytes[before...].starts(with: treated[after...]))
    let restored = try pseudonymizer.treated(treated, name: "ct", .restore).bytes
    let original = try read(bytes.prefix(before))
    let again = try read(restored.prefix(try #require(restored.range(of: mark)?.lowerBound)))
    #expect(try again.encoded() == original.encoded())
  }

  @Test("Hundreds of damaged files are treated or refused")
  func damage() throws {
    let bytes = slice(1).bytes
    let treated = try pseudonymizer.treated(bytes, name: "file", .pseudonymize).bytes
    var generator = SeededGenerator(seed: 5)
    var done = 0
    for index in 0..<fuzzRounds(400) / 2 {
      for (file, task) in [(bytes, Pseudonymizer.Task.pseudonymize), (treated, .restore)] {
        let damaged = file.mutated(using: &generator)
        if (try? pseudonymizer.treated(damaged, name: "\(index)", task)) != nil { done += 1 }
      }
    }
    #expect(done > 0)
  }
}
