import Anatomy
import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite("Segmentations of 3D Slicer")
struct SegmentationTests {
  private func labels() throws -> LabelMap {
    var labels = LabelMap(repeating: 0, grid: try VoxelGrid(size: [6, 5, 4]))
    labels[1, 2, 3] = 4
    labels[3, 2, 1] = 4
    labels[0, 0, 0] = 9
    return labels
  }

  private let scheme = LabelScheme(entries: [
    .init(label: 4, name: "Parotid_L"),
    .init(label: 9, name: "Tumor: left := \"odd\" é", color: StructureColor(1, 128, 255)),
    .init(label: 12, name: "Lips"),
  ])

  @Test("Names, numbers and colors come back")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "a.seg.nrrd")
    try write(labels(), scheme: scheme, to: url)
    let file = try readLabelMap(at: url)
    #expect(file.scheme == scheme)
    #expect(file.labelMap == (try labels()))
    #expect(try inspectFile(at: url).segments == scheme)
  }

  @Test("The header holds what 3D Slicer looks for")
  func header() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "a.seg.nrrd")
    try write(labels(), scheme: scheme, to: url)
    let text = String(decoding: try Data(contentsOf: url).prefix(4000), as: UTF8.self)
    for line in [
      "Segment0_ID:=Segment_1", "Segment0_Name:=Parotid_L", "Segment0_LabelValue:=4",
      "Segment0_Layer:=0", "Segment0_Extent:=1 3 2 2 1 3", "Segment1_Extent:=0 0 0 0 0 0",
      "Segment1_Color:=0.003922 0.501961 1.000000", "Segment2_Extent:=0 -1 0 -1 0 -1",
      "Segmentation_ContainedRepresentationNames:=Binary labelmap|",
      "Segmentation_MasterRepresentation:=Binary labelmap",
      "Segmentation_ReferenceImageExtentOffset:=0 0 0",
    ] {
      #expect(text.contains(line + "\n"), "\(line)")
    }
  }

  @Test("A line end in a name does not break the header")
  func lineEnds() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "a.seg.nrrd")
    try write(labels(), scheme: .init(entries: [.init(label: 4, name: "a\n\nb\r\nc")]), to: url)
    #expect(try readLabelMap(at: url).scheme?.entries.map(\.name) == ["a  b c"])
  }

  @Test("Overlapping segments and wrong label values are refused")
  func refused() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "a.seg.nrrd")
    func sentence(_ keys: String) throws -> String {
      let header = """
        NRRD0004
        type: uchar
        dimension: 3
        sizes: 2 2 2
        encoding: raw
        \(keys)


        """
      try renew(url, Array(header.utf8) + [0, 0, 0, 0, 0, 0, 0, 1])
      let error = #expect(throws: VolumeFileError.self) { try readLabelMap(at: url) }
      return error.map { "\($0)" } ?? ""
    }
    #expect(try sentence("Segment0_Layer:=0\nSegment1_Layer:=1").contains("segments overlap"))
    #expect(try sentence("Segment0_LabelValue:=70000").contains("is \"70000\""))
    #expect(
      try sentence("Segment0_LabelValue:=2\nSegment1_LabelValue:=2").contains("have the label 2")
    )
  }
}
