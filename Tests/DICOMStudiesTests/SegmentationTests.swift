import Anatomy
import DICOMStudies
import Foundation
import ImageProcessing
import TestSupport
import Testing
import Volumes

@Suite("Segmentations, written and read")
struct SegmentationTests {
  private let folder: TemporaryFolder
  private let series: ImageSeries
  private let labels: LabelMap

  init() throws {
    folder = try TemporaryFolder()
    // Not a whole number of bytes in a frame of bits.
    let grid = try VoxelGrid(
      size: [15, 11, 7],
      spacing: [0.9, 1.1, 2.5],
      origin: [-120.35, 77.125, -1033.7]
    )
    var labels = LabelMap(repeating: 0, grid: grid)
    for k in 1..<6 {
      for j in 2..<9 {
        for i in 1..<14 where k != 3 || i < 8 { labels[i, j, k] = i < 7 ? 27 : 28 }
      }
    }
    labels[14, 10, 6] = 300
    self.labels = labels
    try DICOMSliceFile.write(Volume<Float>(repeating: 0, grid: grid), to: folder.url)
    series = try ImageSeries.read(in: folder.url)
  }

  private func segmentation() throws -> SegmentationSet {
    let vocabulary = StructureVocabulary.standard
    let segments = [(UInt16(27), "Parotid_L"), (28, "Parotid_R"), (300, "Lens_L")].map {
      SegmentationSet.Segment(
        label: $0,
        name: $1,
        concept: vocabulary.concept(of: $1),
        color: vocabulary.color(of: $1),
        algorithm: "Test"
      )
    }
    return SegmentationSet(
      label: "Test",
      segments: segments,
      slices: try slicePixels(of: labels, on: series.stack)
    )
  }

  private func written(_ encoding: SegmentationSet.Encoding) throws -> DICOMObject {
    let bytes = try segmentation().object(
      on: series,
      encoding: encoding,
      origin: ObjectOrigin(version: "1", identifiers: UniqueIdentifiers(seed: "a"))
    ).encoded()
    let file = folder.url.appending(path: "seg")
    try bytes.write(to: file)
    return try DICOMObject.read(at: file)
  }

  @Test(
    "Structures come back with their voxels, names, colors and codes",
    arguments: SegmentationSet.Encoding.allCases
  )
  func roundTrip(encoding: SegmentationSet.Encoding) throws {
    let file = try SegmentationFile(try written(encoding), file: "seg")
    #expect(file.segments.map(\.name) == ["Parotid_L", "Parotid_R", "Lens_L"])
    #expect(file.segments.map(\.number) == (encoding == .binary ? [1, 2, 3] : [27, 28, 300]))
    #expect(file.segments.map { $0.type?.value } == ["45289007", "45289007", "78076003"])
    #expect(file.frameOfReference == series.frameOfReference)
    #expect(file.referencedSeries == [series.uid])
    // The first slice has no structure, and so no frame.
    #expect(file.stack.origins.count == 6)
    let own = try file.grid()
    #expect(own.size == [15, 11, 6])
    for (segment, label) in zip(file.segments, [UInt16(27), 28, 300]) {
      let expected = StructureVocabulary.standard.color(of: segment.name)
      let color = try #require(segment.color)
      #expect(color == expected)
      let mask = try ImageProcessing.mask(
        ofPixels: { file.pixels(of: segment, slice: $0) },
        of: file.stack,
        on: labels.grid
      )
      let inside = mask.mask.voxels
      #expect(inside == labels.voxels.map { $0 == label })
      let alone = try ImageProcessing.mask(
        ofPixels: { file.pixels(of: segment, slice: $0) },
        of: file.stack,
        on: own
      )
      #expect(alone.voxelCount == mask.voxelCount)
    }
  }

  @Test("Volumes turned any way give the same pixels")
  func orientations() throws {
    let expected = try slicePixels(of: labels, on: series.stack)
    for direction in allOrientations {
      // The same voxels in another order of memory.
      let order = (0..<3).map { axis in
        (0..<3).first { direction[column: axis][$0] != 0 } ?? 0
      }
      let sign = (0..<3).map { direction[column: $0][order[$0]] > 0 }
      let grid = labels.grid
      let size = SIMD3(grid.size[order[0]], grid.size[order[1]], grid.size[order[2]])
      var origin = grid.origin
      for axis in 0..<3 where !sign[axis] {
        origin[order[axis]] += grid.spacing[order[axis]] * Double(size[axis] - 1)
      }
      let turned = try VoxelGrid(
        size: size,
        spacing: [
          grid.spacing[order[0]], grid.spacing[order[1]], grid.spacing[order[2]],
        ],
        origin: origin,
        direction: direction
      )
      var map = LabelMap(repeating: 0, grid: turned)
      for k in 0..<size.z {
        for j in 0..<size.y {
          for i in 0..<size.x {
            var place = SIMD3<Int>.zero
            for (axis, index) in [i, j, k].enumerated() {
              place[order[axis]] = sign[axis] ? index : size[axis] - 1 - index
            }
            map[i, j, k] = labels[place.x, place.y, place.z]
          }
        }
      }
      #expect(try slicePixels(of: map, on: series.stack) == expected)
    }
  }

  @Test("Segmentations that say more than they hold are refused with a sentence")
  func refusals() throws {
    let object = try written(.binary)
    let changes: [(UInt32, [UInt8]?)] = [
      (0x0028_0010, nil), (0x0028_0010, [0xFF, 0xFF]), (0x0028_0100, [8, 0]),
      (0x0062_0001, Array("OTHER ".utf8)), (0x5200_9230, nil), (0x7FE0_0010, [0, 0]),
      (0x0062_0002, nil), (0x0008_0060, Array("CT".utf8)), (0x0028_0008, Array("9 ".utf8)),
    ]
    for (tag, bytes) in changes {
      var changed = object
      let tag = Tag(tag)
      if let bytes {
        let representation = object.dataSet[tag]?.representation ?? "CS"
        changed.dataSet.set(tag, representation, bytes: bytes)
      } else {
        changed.dataSet[tag] = nil
      }
      let error = #expect(throws: DICOMObjectError.self) {
        try SegmentationFile(changed, file: "seg")
      }
      #expect(error.map { "\($0)".hasSuffix(".") } == true)
    }
    var far = try segmentation()
    far.slices.removeLast()
    #expect(throws: DICOMObjectError.self) {
      try far.object(on: series, encoding: .binary, origin: ObjectOrigin(version: "1"))
    }
  }
}
