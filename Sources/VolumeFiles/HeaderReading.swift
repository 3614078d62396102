internal import CITK
internal import Foundation
internal import Volumes

/// Reads and checks the header of a volume file, chosen by its content; its name must agree.
///
/// A file of vectors has three numbers a voxel; the layout's size is that of the grid all the same.
func readHeader(
  at url: URL,
  ofVectors: Bool = false
) throws(VolumeFileError) -> VolumeHeader {
  let name = url.lastPathComponent
  let prefix = try FilePrefix(of: url, limit: 512)
  let content = prefix.inflated ?? prefix.stored
  let format: VolumeFormat
  if prefix.inflated == nil && prefix.stored.starts(with: Array("NRRD".utf8)) {
    format = .nrrd
  } else if looksLikeNIfTI(content) {
    format = .nifti
  } else if prefix.inflated == nil && looksLikeMetaImage(content) {
    format = .metaImage
  } else if prefix.stored.count >= 132, prefix.stored[128..<132].elementsEqual("DICM".utf8) {
    throw .unsupported(file: name, reason: "it is one DICOM file; give the folder of its series")
  } else if let named = VolumeFormat(fileName: name) {
    throw .badHeader(file: name, format: named, reason: "the file does not begin as one")
  } else {
    throw .unknownFormat(file: name)
  }
  guard VolumeFormat(fileName: name) == format,
    format != .nifti || name.lowercased().hasSuffix(".gz") == (prefix.inflated != nil)
  else {
    let endings =
      format != .nifti ? format.extensions : [prefix.inflated == nil ? ".nii" : ".nii.gz"]
    throw .nameMismatch(file: name, content: format, expected: endings)
  }
  switch format {
  case .nifti, .dicom:
    return try checkedNIfTIHeader(
      content,
      at: url,
      heldSize: prefix.size,
      isCompressed: prefix.inflated != nil,
      ofVectors: ofVectors
    )
  case .nrrd where ofVectors:
    throw .notVectors(file: name, reason: "it is an NRRD file")
  case .nrrd:
    return try checkedNRRDHeader(headerText(of: url, isLast: "\n\n"), at: url)
  case .metaImage:
    return try checkedMetaImageHeader(
      headerText(of: url, isLast: "ElementDataFile"),
      at: url,
      ofVectors: ofVectors
    )
  }
}

/// The grid of a checked header, as ITK reads it: LPS, mm.
func readGrid(of header: VolumeHeader, at url: URL) throws(VolumeFileError) -> VoxelGrid {
  // ITK opens the file of voxels too, and would wait for ever on a pipe.
  _ = try FilePrefix(of: header.layout.file, limit: 0)
  let format =
    switch header.format {
    case .nifti, .dicom: CITK_NIFTI
    case .nrrd: CITK_NRRD
    case .metaImage: CITK_META
    }
  var found = citk_grid()
  var message = citk_message()
  guard citk_read_grid(url.path, format, &found, &message) == CITK_OK else {
    throw .badHeader(file: header.name, format: header.format, reason: message.sentence)
  }
  let size = SIMD3(Int(found.size.0), Int(found.size.1), Int(found.size.2))
  guard size == header.layout.size else {
    throw .badHeader(
      file: header.name,
      format: header.format,
      reason: "ITK reads the sizes \(size.x)×\(size.y)×\(size.z)"
    )
  }
  let d = found.direction
  do {
    return try VoxelGrid(
      size: size,
      spacing: SIMD3(found.spacing.0, found.spacing.1, found.spacing.2),
      origin: SIMD3(found.origin.0, found.origin.1, found.origin.2),
      direction: Matrix3(
        columns: SIMD3(d.0, d.1, d.2),
        SIMD3(d.3, d.4, d.5),
        SIMD3(d.6, d.7, d.8)
      )
    )
  } catch {
    throw .badGrid(file: header.name, error)
  }
}

extension citk_message {
  /// The library's words as one line without a full stop at the end.
  var sentence: String {
    let words = withUnsafeBytes(of: text) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    // ITK begins with its own source's place and the object's address: no use to a reader.
    var useful = words.split(separator: "): ").last.map(String.init) ?? words
    if let mark = useful.range(of: "ITK ERROR: ") { useful = String(useful[mark.upperBound...]) }
    while let last = useful.last, " .!\t".contains(last) { useful.removeLast() }
    return useful.trimmed
  }
}

private func looksLikeNIfTI(_ bytes: [UInt8]) -> Bool {
  bytes.count >= 348
    && (bytes.starts(with: [0x5C, 1, 0, 0]) || bytes.starts(with: [0, 0, 1, 0x5C]))
}

private func looksLikeMetaImage(_ bytes: [UInt8]) -> Bool {
  let first = String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
  let key = first.split(separator: "=").first.map { String($0).trimmed } ?? ""
  return first.contains("=")
    && ["ObjectType", "NDims", "Comment", "ObjectSubType"].contains(key)
}

/// The bytes of a text header: doubled until they hold its last line, or the file ends.
private func headerText(of url: URL, isLast mark: String) throws(VolumeFileError) -> [UInt8] {
  var limit = 1 << 14
  while true {
    let bytes = try FilePrefix(of: url, limit: limit).stored
    let hasEnd = bytes.holds(Array(mark.utf8)) || bytes.holds(Array("\r\n\r\n".utf8))
    if bytes.count < limit || limit >= TextHeader.largest { return bytes }
    if hasEnd {
      // The last line may itself be cut off: one more doubling always holds it whole.
      return try FilePrefix(of: url, limit: 2 * limit).stored
    }
    limit *= 4
  }
}

extension [UInt8] {
  fileprivate func holds(_ pattern: [UInt8]) -> Bool {
    guard let first = pattern.first, count >= pattern.count else { return false }
    return indices.dropLast(pattern.count - 1).contains { start in
      self[start] == first && self[start..<(start + pattern.count)].elementsEqual(pattern)
    }
  }
}
