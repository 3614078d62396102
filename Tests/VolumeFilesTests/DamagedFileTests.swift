import Anatomy
import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// How many damaged copies of one file are read.
///
/// Each reader gets several files, together more than
/// 2000 copies; `DELINEATE_FUZZ_ROUNDS` asks for more.
let fuzzRounds = TestSupport.fuzzRounds(700)

/// Reading damaged kilobytes may take some memory, never what a header declares.
let memoryBound = 256 << 20

@Suite("Damaged files are read or refused, never more", .serialized)
struct DamagedFileTests {
  @Test(
    "Damaged headers and voxels",
    arguments: [
      "both_differ.nii", "scaled.nii.gz", "oblique_nrrd.nrrd", "float32.nrrd", "oblique_mha.mha",
      "int32.mha",
    ]
  )
  func damaged(_ name: String) throws {
    let original = [UInt8](try Data(contentsOf: Golden.url(name)))
    let isText = !name.contains(".nii")
    let headerSize = isText ? original.count - 48 : name.hasSuffix(".gz") ? 40 : 352
    var mutator = Mutator(seed: 7, headerSize: headerSize, isText: isText)
    let ending = name.split(separator: ".", maxSplits: 1)[1]
    try tryAll(named: "damaged.\(ending)") { mutator.damaged(original) }
  }

  @Test("Damaged headers behind a sound gzip stream")
  func insideGzip() throws {
    let original = [UInt8](try Data(contentsOf: Golden.url("both_differ.nii")))
    var mutator = Mutator(seed: 8, headerSize: 352)
    try tryAll(named: "damaged.nii.gz") { gzipStored(mutator.damaged(original)) }
  }

  @Test("Damaged headers beside their voxels", arguments: ["oblique_nhdr", "oblique_mhd"])
  func pairs(_ name: String) throws {
    let ending = String(name.split(separator: "_")[1])
    let original = [UInt8](try Data(contentsOf: Golden.url("\(name).\(ending)")))
    var mutator = Mutator(seed: 9, headerSize: original.count, isText: true)
    let voxels = try Data(contentsOf: Golden.url("\(name).raw"))
    try tryAll(named: "damaged.\(ending)", beside: ("\(name).raw", voxels)) {
      mutator.damaged(original)
    }
  }

  @Test("Damaged segmentations")
  func segmentations() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "a.seg.nrrd")
    let labels = LabelMap(repeating: 3, grid: try VoxelGrid(size: [4, 3, 2]))
    try write(labels, scheme: .init(entries: [.init(label: 3, name: "Parotid_L")]), to: url)
    let original = [UInt8](try Data(contentsOf: url))
    var mutator = Mutator(seed: 10, headerSize: original.count, isText: true)
    try tryAll(named: "damaged.seg.nrrd") { mutator.damaged(original) }
  }

  /// Reads damaged files as scan, as label map and by header only.
  private func tryAll(
    named name: String,
    beside other: (name: String, data: Data)? = nil,
    _ make: () -> [UInt8]
  ) throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: name)
    if let other { try other.data.write(to: folder.url.appending(path: other.name)) }
    let before = try peakMemory()
    var refused = 0
    for round in 0..<fuzzRounds {
      try renew(url, make())
      do {
        _ = try readVolume(at: url)
      } catch {
        refused += 1
        #expect(!"\(error)".isEmpty && !"\(error)".contains("\n"))
      }
      if round % 4 == 0 { _ = try? readLabelMap(at: url) }
    }
    #expect(refused > fuzzRounds / 10)
    #expect(try peakMemory() - before < memoryBound)
  }
}

@Suite("Sizes that a file does not hold are refused")
struct DeclaredSizeTests {
  @Test("A NIfTI file of a kilobyte declares 16 terabytes", arguments: ["nii", "nii.gz"])
  func nifti(_ ending: String) throws {
    var bytes = [UInt8](try Data(contentsOf: Golden.url("sform.nii")))
    bytes.replaceSubrange(42..<48, with: [0xFF, 0x7F, 0xFF, 0x7F, 0x00, 0x20])
    try expectTruncated(ending == "nii" ? bytes : gzipStored(bytes), "a.\(ending)")
  }

  @Test("An NRRD file of a kilobyte declares 64 gigabytes", arguments: ["raw", "gzip"])
  func nrrd(_ encoding: String) throws {
    let header = """
      NRRD0004
      type: float
      dimension: 3
      sizes: 4096 4096 1024
      endian: little
      encoding: \(encoding)


      """
    let voxels = [UInt8](repeating: 1, count: 400)
    let data = encoding == "raw" ? voxels : gzipStored(voxels)
    try expectTruncated(Array(header.utf8) + data, "a.nrrd")
  }

  @Test("A MetaImage file of a kilobyte declares 64 gigabytes", arguments: ["False", "True"])
  func metaImage(_ compressed: String) throws {
    let header = """
      ObjectType = Image
      NDims = 3
      DimSize = 4096 4096 1024
      ElementType = MET_FLOAT
      CompressedData = \(compressed)
      ElementDataFile = LOCAL

      """
    let voxels = [UInt8](repeating: 1, count: 400)
    try expectTruncated(
      Array(header.utf8) + (compressed == "True" ? gzipStored(voxels) : voxels),
      "a.mha"
    )
  }

  private func expectTruncated(_ bytes: [UInt8], _ name: String) throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: name)
    try Data(bytes).write(to: url)
    let before = try peakMemory()
    for read in [{ _ = try readVolume(at: $0) }, { _ = try readLabelMap(at: $0) }]
      as [(URL) throws -> Void]
    {
      let error = #expect(throws: VolumeFileError.self) { try read(url) }
      #expect(error.map { "\($0)" }?.contains("bytes of voxels, the file holds") == true)
    }
    #expect(try peakMemory() - before < memoryBound)
  }
}
