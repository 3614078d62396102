import Anatomy
import DICOMStudies
import Foundation
import ImageProcessing
import TestSupport
import Testing
import Volumes

/// `DELINEATE_FUZZ_ROUNDS` asks for more copies than these.
@Suite("Damaged DICOM objects are read or refused, never more", .serialized)
struct DamagedObjectTests {
  private let folder: TemporaryFolder
  private let series: ImageSeries
  private let labels: LabelMap
  /// What reading damaged kilobytes may take.
  private let memoryBound = 256 << 20

  init() throws {
    folder = try TemporaryFolder()
    let grid = try VoxelGrid(size: [15, 11, 7], spacing: [0.9, 1.1, 2.5], origin: [-12, 7, -103])
    var labels = LabelMap(repeating: 0, grid: grid)
    for k in 1..<6 {
      for j in 2..<9 {
        for i in 1..<14 where k != 3 || i < 8 { labels[i, j, k] = i < 7 ? 27 : 28 }
      }
    }
    self.labels = labels
    try DICOMSliceFile.write(Volume<Float>(repeating: 0, grid: grid), to: folder.url)
    series = try ImageSeries.read(in: folder.url)
  }

  private let origin = ObjectOrigin(version: "1", identifiers: UniqueIdentifiers(seed: "a"))

  /// Reads damaged copies of a file in batches, and does with each what the program would.
  /// - Returns: How many copies were sound enough to read.
  private func tryAll(
    _ bytes: Data,
    seed: UInt64,
    count: Int,
    _ use: (DICOMObject) throws -> Void
  ) throws -> Int {
    let before = try peakMemory()
    var generator = SeededGenerator(seed: seed)
    var read = 0
    for start in stride(from: 0, to: count, by: 100) {
      let files = (start..<min(start + 100, count)).map {
        (name: "\($0)", bytes: bytes.mutated(using: &generator))
      }
      for result in DICOMObject.read(files) {
        do {
          try use(try result.get())
          read += 1
        } catch {
          let words = "\(error)"
          #expect(words.hasSuffix(".") && !words.contains("\n"), "\(words)")
        }
      }
    }
    #expect(try peakMemory() - before < memoryBound)
    return read
  }

  @Test("Structure sets, placed on their images and filled")
  func structureSets() throws {
    let structures = try contours(of: labels, on: series.stack).sorted { $0.key < $1.key }.map {
      StructureSet.Structure(number: Int($0), name: "S\($0)", contours: $1)
    }
    let bytes = try StructureSet(label: "Test", structures: structures)
      .object(on: series, origin: origin).encoded()
    let count = fuzzRounds(1500)
    let read = try tryAll(bytes, seed: 3, count: count) { object in
      let file = try StructureSetFile(object, file: "x.dcm")
      let (placed, findings) = file.placed(on: series)
      for finding in findings { #expect(!"\(finding)".isEmpty) }
      for structure in placed.structures {
        let mask = rasterize(structure.contours, on: series.stack, rule: .centers)
        #expect(mask.voxels.count <= labels.voxels.count)
      }
    }
    #expect(read > count / 10 && read < count)
  }

  @Test("Segmentations, of both kinds", arguments: SegmentationSet.Encoding.allCases)
  func segmentations(encoding: SegmentationSet.Encoding) throws {
    let set = SegmentationSet(
      label: "Test",
      segments: [27, 28].map {
        SegmentationSet.Segment(
          label: $0,
          name: "S\($0)",
          concept: StructureVocabulary.standard.concept(of: "Parotid_L"),
          color: StructureVocabulary.standard.color(of: "Parotid_L"),
          algorithm: "Test"
        )
      },
      slices: try slicePixels(of: labels, on: series.stack)
    )
    let bytes = try set.object(on: series, encoding: encoding, origin: origin).encoded()
    let count = fuzzRounds(600)
    let read = try tryAll(bytes, seed: 7, count: count) { object in
      let file = try SegmentationFile(object, file: "x.dcm")
      _ = try file.grid()
      for segment in file.segments.prefix(4) {
        for slice in file.stack.origins.indices { _ = file.pixels(of: segment, slice: slice) }
      }
    }
    #expect(read > count / 10 && read < count)
  }

  @Test("Folders of studies, listed, their planning series put in order")
  func studies() throws {
    let place = try TemporaryFolder()
    let slice = try Data(contentsOf: folder.url.appending(path: "1.dcm"))
    let before = try peakMemory()
    var generator = SeededGenerator(seed: 4)
    var (read, refused) = (0, 0)
    for _ in 0..<fuzzRounds(1500) / 50 {
      for number in 0..<50 {
        let file = place.url.appending(path: "\(number).dcm")
        try? FileManager.default.removeItem(at: file)
        try slice.mutated(using: &generator).write(to: file)
      }
      let index = try StudyIndex(at: place.url)
      read += index.series.reduce(0) { $0 + $1.count }
      refused += index.refused.count + index.otherFiles
      for reason in index.refused.map(\.reason) { #expect(reason.hasSuffix("."), "\(reason)") }
      for series in index.series {
        do {
          _ = try index.imageSeries(uid: series.uid)
        } catch {
          #expect("\(error)".hasSuffix("."), "\(error)")
        }
      }
      _ = index.planningSeries(of: "CT")?.reason
    }
    #expect(read > 0 && refused > 0)
    #expect(try peakMemory() - before < memoryBound)
  }
}
