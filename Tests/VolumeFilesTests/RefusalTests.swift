import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite("Files that are not one 3D volume of numbers")
struct RefusalTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// What reading these bytes under this name says.
  private func sentence(_ bytes: [UInt8], _ name: String) throws -> String {
    let url = folder.url.appending(path: name)
    try renew(url, bytes)
    let error = #expect(throws: VolumeFileError.self) { try readVolume(at: url) }
    return error.map { "\($0)" } ?? ""
  }

  private func nifti(_ change: (inout [UInt8]) -> Void) throws -> [UInt8] {
    var bytes = [UInt8](try Data(contentsOf: Golden.url("sform.nii")))
    change(&bytes)
    return bytes
  }

  private func nrrd(_ fields: String) -> [UInt8] {
    Array("NRRD0004\n\(fields)encoding: raw\n\n".utf8) + [UInt8](repeating: 0, count: 4096)
  }

  @Test("2D, 4D and vector NIfTI files are refused by name")
  func niftiShapes() throws {
    #expect(
      try sentence(nifti { $0[40] = 2 }, "a.nii") == """
        a.nii: the image has 2 dimensions; one 3D volume with one number per voxel is expected.
        """
    )
    let four = try nifti { bytes in
      bytes[40] = 4
      bytes[48] = 2
    }
    #expect(try sentence(four, "a.nii").contains("dimension 4 has 2 entries"))
    let colors = try nifti { bytes in
      bytes[70] = 128
      bytes[72] = 24
    }
    #expect(try sentence(colors, "a.nii").contains("the voxels are RGB colors"))
  }

  @Test("2D, 4D and vector NRRD files are refused by name")
  func nrrdShapes() throws {
    let flat = nrrd("type: uchar\ndimension: 2\nsizes: 4 4\n")
    #expect(try sentence(flat, "a.nrrd").contains("it has 2 dimensions (4×4)"))
    let vector = nrrd(
      "type: uchar\ndimension: 4\nsizes: 3 4 4 4\nkinds: vector space space space\n"
    )
    #expect(try sentence(vector, "a.nrrd").contains("axis 0 is of the kind vector"))
    let four = nrrd("type: uchar\ndimension: 4\nsizes: 3 4 4 4\n")
    #expect(try sentence(four, "a.nrrd").contains("it has 4 dimensions (3×4×4×4)"))
  }

  @Test("2D and vector MetaImage files are refused by name")
  func metaImageShapes() throws {
    let flat = "NDims = 2\nDimSize = 4 4\nElementType = MET_UCHAR\nElementDataFile = LOCAL\n"
    #expect(try sentence(Array(flat.utf8), "a.mha").contains("it has 2 dimensions (4×4)"))
    let vector = """
      NDims = 3
      DimSize = 4 4 4
      ElementNumberOfChannels = 3
      ElementType = MET_UCHAR
      ElementDataFile = LOCAL

      """
    #expect(try sentence(Array(vector.utf8), "a.mha").contains("each voxel has 3 numbers"))
  }

  @Test("Voxels that are not finite are counted, and the first is named")
  func notFinite() throws {
    let grid = try VoxelGrid(size: [3, 4, 2])
    var volume = Volume<Float>(repeating: 1, grid: grid)
    volume[1, 2, 1] = .nan
    volume[2, 3, 1] = -.infinity
    for ending in ["nii.gz", "nrrd", "mha"] {
      let url = folder.url.appending(path: "nan.\(ending)")
      try write(volume, to: url)
      let error = #expect(throws: VolumeFileError.self) { try readVolume(at: url) }
      #expect(error == .notFinite(file: "nan.\(ending)", count: 2, first: [1, 2, 1]))
    }
  }

  @Test("Values that are not labels are named with their place")
  func notLabels() throws {
    let grid = try VoxelGrid(size: [3, 2, 2])
    for value in [1.5, -1, 65536, Float.nan] {
      var volume = Volume<Float>(repeating: 3, grid: grid)
      volume[2, 1, 0] = value
      let url = folder.url.appending(path: "labels.nrrd")
      try write(volume, to: url)
      let error = #expect(throws: VolumeFileError.self) { try readLabelMap(at: url) }
      #expect(error.map { "\($0)" }?.contains("the voxel at (2, 1, 0) is \(Double(value))") == true)
    }
  }

  @Test("Sheared grids are refused")
  func sheared() throws {
    let text = """
      type: uchar
      dimension: 3
      sizes: 4 4 4
      space: left-posterior-superior
      space directions: (1,0,0) (0.5,1,0) (0,0,1)
      space origin: (0,0,0)

      """
    #expect(try sentence(nrrd(text), "a.nrrd").contains("not unit vectors at right angles"))
  }

  @Test("A name that does not fit the content is refused with the right ending")
  func names() throws {
    let bytes = [UInt8](try Data(contentsOf: Golden.url("sform.nii")))
    #expect(
      try sentence(bytes, "a.nrrd") == "a.nrrd holds NIfTI-1, so its name must end in .nii."
    )
    #expect(try sentence(bytes, "a.nii.gz").contains("must end in .nii."))
    #expect(try sentence(gzipStored(bytes), "a.nii").contains("must end in .nii.gz."))
    #expect(
      try sentence(Array("hello".utf8), "a.txt")
        == "a.txt is not a NIfTI-1, NRRD or MetaImage file or a folder of DICOM files."
    )
  }

  @Test("Header fields that lead out of the folder, or to a device, are refused")
  func escapes() throws {
    for target in ["../x.raw", "/etc/passwd", "LIST", "%03d.raw 1 3 1"] {
      let text = "type: uchar\ndimension: 3\nsizes: 2 2 2\ndata file: \(target)\n"
      #expect(try sentence(nrrd(text), "a.nhdr").contains("not in one file beside the header"))
    }
    let url = folder.url.appending(path: "pipe.raw")
    #expect(mkfifo(url.path, 0o600) == 0)
    let text = "type: uchar\ndimension: 3\nsizes: 2 2 2\ndata file: pipe.raw\n"
    #expect(try sentence(nrrd(text), "a.nhdr").contains("not a regular file"))
  }

  @Test("A missing file and an empty file say so")
  func missing() throws {
    let error = #expect(throws: VolumeFileError.self) {
      try readVolume(at: folder.url.appending(path: "none.nii"))
    }
    #expect(error.map { "\($0)" } == "none.nii cannot be read: No such file or directory.")
    #expect(try sentence([], "a.nii").contains("does not begin as one"))
  }
}
