import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// What SimpleITK reads of a series or file, the voxels as two sums.
struct ExpectedSums: Decodable {
  var size: [Int]
  var spacing: [Double]
  var origin: [Double]
  var direction: [Double]
  var sum: Double
  var weighted: Double

  static func all() throws -> [String: ExpectedSums] {
    let url = try Golden.url("expected_dicom.json")
    return try JSONDecoder().decode([String: ExpectedSums].self, from: Data(contentsOf: url))
  }

  func check(_ volume: Volume<Float>, _ name: String) throws {
    let d = direction
    let grid = try VoxelGrid(
      size: SIMD3(size[0], size[1], size[2]),
      spacing: SIMD3(spacing[0], spacing[1], spacing[2]),
      origin: SIMD3(origin[0], origin[1], origin[2]),
      direction: Matrix3(
        columns: SIMD3(d[0], d[1], d[2]),
        SIMD3(d[3], d[4], d[5]),
        SIMD3(d[6], d[7], d[8])
      )
    )
    #expect(volume.grid.matches(grid, tolerance: 1e-5), "\(name): \(volume.grid), not \(grid)")
    var total = 0.0
    var weightedTotal = 0.0
    for (index, voxel) in volume.voxels.enumerated() {
      total += Double(voxel)
      weightedTotal += Double(voxel) * Double(index % 1009)
    }
    #expect((total - sum).magnitude <= 1e-9 * sum.magnitude, "\(name)")
    #expect((weightedTotal - weighted).magnitude <= 1e-9 * weighted.magnitude, "\(name)")
  }
}

@Suite("DICOM series")
struct DICOMReadingTests {
  @Test(
    "Slices as they are, in JPEG 2000 and in JPEG give the voxels that SimpleITK reads",
    arguments: ["dicom_raw", "dicom_jpeg2000", "dicom_jpeg"]
  )
  func golden(_ name: String) throws {
    let expected = try #require(ExpectedSums.all()[name])
    let scan = try readScan(at: Golden.url(name))
    try expected.check(scan.volume, name)
    #expect(
      scan.source
        == ScanSource(format: .dicom, modality: "CT", seriesUID: "1.2.826.0.1.3680043.10.3")
    )
  }

  @Test("Bits beyond the stored ones are ignored, signs are kept, each slice is rescaled once")
  func bits() throws {
    let folder = try TemporaryFolder()
    var a = TestSlice(z: 0)
    a.samples = [UInt16](repeating: 0xF801, count: 30)
    a.isSigned = true
    a.slope = "0.5"
    a.intercept = "10"
    var b = TestSlice(z: 2)
    b.samples = [UInt16](repeating: 0x07FF, count: 30)
    b.isSigned = true
    b.slope = "2"
    b.intercept = "-1"
    try write([b, a], to: folder.url)
    let volume = try readVolume(at: folder.url)
    #expect(volume[0, 0, 0] == -2047 * 0.5 + 10)
    #expect(volume[5, 4, 1] == 2047 * 2 - 1)
    #expect(volume.grid.spacing == [1, 2, 2])
  }

  @Test("Implicit little endian and nested sequences are walked")
  func implicit() throws {
    let folder = try TemporaryFolder()
    var slices = [TestSlice(z: 0), TestSlice(z: 3)]
    for index in slices.indices {
      slices[index].transferSyntax = "1.2.840.10008.1.2"
      let item: [UInt8] =
        [0xFE, 0xFF, 0x00, 0xE0, 0xFF, 0xFF, 0xFF, 0xFF, 0x20, 0, 0x0E, 0, 2, 0, 0, 0, 0x39, 0]
        + [0xFE, 0xFF, 0x0D, 0xE0, 0, 0, 0, 0]
      slices[index].extra = [(0x0008, 0x1140, "SQ", item)]
    }
    try write(slices, to: folder.url)
    #expect(try listSeries(in: folder.url).map(\.uid) == ["1.2.3"])
    #expect(try readVolume(at: folder.url).grid.size == [6, 5, 2])
  }

  @Test("Run lengths are decoded")
  func runLengths() throws {
    let folder = try TemporaryFolder()
    // High bytes: 30 times 1. Low bytes: 0…19 as they are, then ten times 7.
    let high: [UInt8] = [UInt8(bitPattern: -29), 1]
    let low: [UInt8] = [19] + (0..<20).map { UInt8($0) } + [UInt8(bitPattern: -9), 7]
    var stream = little(UInt32(2)) + little(UInt32(64)) + little(UInt32(64 + high.count))
    stream += [UInt8](repeating: 0, count: 64 - stream.count) + high + low
    var slices = [TestSlice(z: 0), TestSlice(z: 3)]
    for index in slices.indices {
      slices[index].transferSyntax = "1.2.840.10008.1.2.5"
      slices[index].stream = stream
      slices[index].intercept = "0"
    }
    try write(slices, to: folder.url)
    let volume = try readVolume(at: folder.url)
    #expect(volume.voxels.prefix(20).elementsEqual((0..<20).map { Float(256 + $0) }))
    #expect(volume.voxels[20..<30].allSatisfy { $0 == 263 })
  }

  @Test("CT comes before MR, many slices before few, and a selector before both")
  func selection() throws {
    let folder = try TemporaryFolder()
    func stack(_ count: Int, _ series: String, _ modality: String) -> [TestSlice] {
      (0..<count).map { index in
        var slice = TestSlice(z: Double(index))
        slice.series = series
        slice.modality = modality
        return slice
      }
    }
    let slices = stack(3, "1.2.3", "CT") + stack(5, "1.2.33", "CT") + stack(9, "1.2.333", "MR")
    try write(slices, to: folder.url)
    try Data("notes".utf8).write(to: folder.url.appending(path: "README.txt"))
    #expect(try listSeries(in: folder.url).map(\.sliceCount) == [9, 5, 3])
    #expect(try readScan(at: folder.url).volume.grid.size.z == 5)
    #expect(try readScan(at: folder.url, series: SeriesSelector("mr")).volume.grid.size.z == 9)
    #expect(try readScan(at: folder.url, series: SeriesSelector("1.2.3")).volume.grid.size.z == 3)
    #expect(try readScan(at: folder.url, series: SeriesSelector("7")).volume.grid.size.z == 9)
    let error = #expect(throws: VolumeFileError.self) {
      try readScan(at: folder.url, series: SeriesSelector("99"))
    }
    #expect(
      error.map { "\($0)" }?.contains("has no series 99; there are: 7 (MR, 9 slices)") == true
    )
  }

  @Test(
    "A real CT series in JPEG 2000 has the grid and the voxels that SimpleITK reads",
    .enabled(if: SharedData.has("totalsegmentator_examples/example_ct_dicom"))
  )
  func realJPEG2000() throws { try real("totalsegmentator_examples/example_ct_dicom") }

  @Test(
    "A real oblique series has the grid and the voxels that SimpleITK reads",
    .enabled(if: SharedData.has("rt_utils_examples/oriented_data"))
  )
  func realOblique() throws { try real("rt_utils_examples/oriented_data") }

  @Test(
    "A real CT in NIfTI has the grid and the voxels that SimpleITK reads",
    .enabled(if: SharedData.has("openkbp/pt_201/ct.nii.gz"))
  )
  func realNIfTI() throws { try real("openkbp/pt_201/ct.nii.gz") }

  @Test(
    "A real MR in MetaImage has the grid and the voxels that SimpleITK reads",
    .enabled(if: SharedData.has("vtk_headsq/HeadMRVolume.mhd"))
  )
  func realMetaImage() throws { try real("vtk_headsq/HeadMRVolume.mhd") }

  private func real(_ path: String) throws {
    let folder = try #require(SharedData.folder)
    let expected = try #require(ExpectedSums.all()[path])
    try expected.check(try readVolume(at: folder.appending(path: path)), path)
  }
}
