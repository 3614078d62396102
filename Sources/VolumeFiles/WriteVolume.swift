public import Anatomy
internal import CITK
public import Foundation
public import Volumes

/// Writes a label map, compressed, in the format that the name's ending stands for.
///
/// `.nii.gz`, `.nii`, `.nrrd`, `.nhdr`, `.mha`, `.mhd`; `.seg.nrrd` also carries the structures'
/// names and colors as 3D Slicer writes them. Voxels take one byte where every label is below 256,
/// two otherwise. The file appears under its name only when it is complete and has been read back;
/// an older file of that name is replaced.
/// - Throws: ``VolumeFileError``.
public func write(
  _ labelMap: LabelMap,
  scheme: LabelScheme?,
  to url: URL
) throws(VolumeFileError) {
  var pairs: [(key: String, value: String)] = []
  if let scheme, url.lastPathComponent.lowercased().hasSuffix(".seg.nrrd") {
    pairs = segmentMetadata(of: labelMap, scheme: scheme)
  }
  let largest = labelMap.withUnsafeVoxels { voxels in
    var largest: UInt16 = 0
    for label in voxels { largest = max(largest, label) }
    return largest
  }
  if largest < 256 {
    let bytes = labelMap.withUnsafeVoxels { voxels -> [UInt8] in
      [UInt8](unsafeUninitializedCapacity: voxels.count) { buffer, count in
        for index in voxels.indices { buffer[index] = UInt8(truncatingIfNeeded: voxels[index]) }
        count = voxels.count
      }
    }
    try bytes.withUnsafeBufferPointer { bytes throws(VolumeFileError) in
      try writeVoxels(
        UnsafeRawBufferPointer(bytes),
        scalar: .uint8,
        grid: labelMap.grid,
        pairs: pairs,
        to: url
      )
    }
  } else {
    try labelMap.withUnsafeVoxels { voxels throws(VolumeFileError) in
      try writeVoxels(
        UnsafeRawBufferPointer(voxels),
        scalar: .uint16,
        grid: labelMap.grid,
        pairs: pairs,
        to: url
      )
    }
  }
}

/// Writes a scan or any other volume of singles, in the format that the name's ending stands for.
/// - Throws: ``VolumeFileError``.
public func write(_ volume: Volume<Float>, to url: URL) throws(VolumeFileError) {
  try volume.withUnsafeVoxels { voxels throws(VolumeFileError) in
    try writeVoxels(
      UnsafeRawBufferPointer(voxels),
      scalar: .float32,
      grid: volume.grid,
      pairs: [],
      to: url
    )
  }
}

/// Writes one structure as a label map of 0 and 1, under its name where the format keeps names.
/// - Throws: ``VolumeFileError``.
public func write(_ mask: Mask, name: String, to url: URL) throws(VolumeFileError) {
  let scheme = LabelScheme(entries: [.init(label: 1, name: name)])
  try write(mask.map { $0 ? 1 : 0 }, scheme: scheme, to: url)
}

/// Writes voxels of one scalar type, `components` of them a voxel, and reads them back before the file gets its name.
func writeVoxels(
  _ voxels: UnsafeRawBufferPointer,
  scalar: ScalarType,
  components: Int = 1,
  level: Int32 = 2,
  grid: VoxelGrid,
  pairs: [(key: String, value: String)],
  to url: URL
) throws(VolumeFileError) {
  let name = url.lastPathComponent
  let format: citk_format
  switch VolumeFormat(fileName: name) {
  case .nifti: format = CITK_NIFTI
  case .nrrd: format = CITK_NRRD
  case .metaImage: format = CITK_META
  case .dicom, nil:
    throw .unwritable(
      file: name,
      reason: "its name must end in .nii.gz, .nii, .nrrd, .nhdr, .seg.nrrd, .mha or .mhd"
    )
  }
  // In NIfTI and MetaImage headers a size is a short and an int; beyond it ITK would write nonsense.
  if format == CITK_NIFTI && grid.size.max() > Int(Int16.max) {
    throw .unwritable(file: name, reason: "NIfTI-1 holds at most 32767 voxels along an axis")
  }
  let type =
    switch scalar {
    case .uint8: CITK_UINT8
    case .uint16: CITK_UINT16
    default: CITK_FLOAT32
    }
  try writeCompletely(url) { place throws(VolumeFileError) in
    var message = citk_message()
    var target = citk_grid(grid)
    let status = withCStrings(pairs.map(\.key)) { keys in
      withCStrings(pairs.map(\.value)) { values in
        citk_write(
          place.path,
          format,
          &target,
          type,
          Int32(components),
          voxels.baseAddress,
          level,
          keys,
          values,
          pairs.count,
          &message
        )
      }
    }
    guard status == CITK_OK else {
      throw .unwritable(file: name, reason: diskReason(place, message))
    }
    if components == 1 {
      try verify(place, holds: voxels, scalar: scalar, grid: grid)
    } else {
      try verifyVectors(place, holds: voxels, grid: grid)
    }
  }
}

/// Reads the file just written and compares: ITK's writers do not notice every full disk.
private func verify(
  _ url: URL,
  holds voxels: UnsafeRawBufferPointer,
  scalar: ScalarType,
  grid: VoxelGrid
) throws(VolumeFileError) {
  let name = url.lastPathComponent
  var isSame = false
  do {
    let header = try readHeader(at: url)
    var source = try VoxelSource(header.layout)
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { piece.deallocate() }
    var position = 0
    isSame = try header.layout.scalar == scalar && readGrid(of: header, at: url).matches(grid)
    while isSame && position < voxels.count {
      let wanted = min(piece.count, voxels.count - position)
      let room = UnsafeMutableRawBufferPointer(rebasing: piece[..<wanted])
      isSame =
        try source.read(into: room) == wanted
        && room.elementsEqual(voxels[position..<(position + wanted)])
      position += wanted
    }
  } catch {
    throw .unwritable(file: name, reason: diskReason(url, nil))
  }
  guard isSame else { throw .unwritable(file: name, reason: diskReason(url, nil)) }
}

/// Reads the vectors just written and compares.
private func verifyVectors(
  _ url: URL,
  holds voxels: UnsafeRawBufferPointer,
  grid: VoxelGrid
) throws(VolumeFileError) {
  var isSame = false
  do {
    let field = try readVectors(at: url)
    isSame =
      field.grid.matches(grid)
      && field.voxels.withUnsafeBytes { found in
        let (found, wanted) = (found.bindMemory(to: Float.self), voxels.bindMemory(to: Float.self))
        return (0..<grid.count).allSatisfy { index in
          (0..<3).allSatisfy { found[4 * index + $0] == wanted[3 * index + $0] }
        }
      }
  } catch {
    throw .unwritable(file: url.lastPathComponent, reason: diskReason(url, nil))
  }
  guard isSame else {
    throw .unwritable(file: url.lastPathComponent, reason: diskReason(url, nil))
  }
}

/// Why a file could not be written: a full disk where it is one, or else the library's words.
private func diskReason(_ url: URL, _ message: citk_message?) -> String {
  var status = statvfs()
  if statvfs(url.deletingLastPathComponent().path, &status) == 0,
    UInt64(status.f_bavail) * UInt64(status.f_frsize) < 1 << 20
  {
    return String(cString: strerror(ENOSPC))
  }
  return message?.sentence ?? "what was read back is not what was written"
}

extension citk_grid {
  /// The same grid in C.
  fileprivate init(_ grid: VoxelGrid) {
    self.init()
    size = (Int64(grid.size.x), Int64(grid.size.y), Int64(grid.size.z))
    spacing = (grid.spacing.x, grid.spacing.y, grid.spacing.z)
    origin = (grid.origin.x, grid.origin.y, grid.origin.z)
    let d = grid.direction
    direction = (d.x.x, d.x.y, d.x.z, d.y.x, d.y.y, d.y.z, d.z.x, d.z.y, d.z.z)
  }
}

/// Calls `body` with an array of C strings.
private func withCStrings<Result>(
  _ strings: [String],
  _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
) -> Result {
  let copies = strings.map { strdup($0) }
  defer { for copy in copies { free(copy) } }
  return copies.map { UnsafePointer($0) }.withUnsafeBufferPointer { body($0.baseAddress) }
}
