internal import Foundation

/// Checks the 348 bytes of a NIfTI-1 header before any library sees the file.
///
/// `bytes` begins with the header's 352 bytes, inflated; `heldSize` is the file's size in bytes.
/// - SeeAlso: <https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h>
func checkedNIfTIHeader(
  _ bytes: [UInt8],
  at url: URL,
  heldSize: Int,
  isCompressed: Bool,
  ofVectors: Bool = false
) throws(VolumeFileError) -> VolumeHeader {
  let name = url.lastPathComponent
  func invalid(_ reason: String) -> VolumeFileError {
    .badHeader(file: name, format: .nifti, reason: reason)
  }
  guard bytes.count >= NIfTIField.end else {
    throw invalid("\(bytes.count) bytes where \(NIfTIField.end) are expected")
  }
  let isBigEndian: Bool
  switch (bytes[0], bytes[1], bytes[2], bytes[3]) {
  case (0x5C, 1, 0, 0): isBigEndian = false
  case (0, 0, 1, 0x5C): isBigEndian = true
  default: throw invalid("its first number is not 348")
  }
  let fields = NIfTIFields(bytes: bytes, isBigEndian: isBigEndian)
  guard bytes[344..<348].elementsEqual([0x6E, 0x2B, 0x31, 0]) else {
    if bytes[344..<348].elementsEqual([0x6E, 0x69, 0x31, 0]) {
      throw .unsupported(file: name, reason: "the voxels are in a separate .img file")
    }
    throw invalid("the magic is not \"n+1\"")
  }

  let dimensions = (0..<8).map { fields.int16(NIfTIField.dim + 2 * $0) }
  guard (1...7).contains(dimensions[0]) else {
    throw invalid("dim[0] is \(dimensions[0]), 1 to 7 is expected")
  }
  guard dimensions[0] >= 3 else {
    throw .unsupported(file: name, reason: "the image has \(dimensions[0]) dimensions")
  }
  if ofVectors {
    let intent = fields.int16(NIfTIField.intent)
    guard dimensions[0] == 5, dimensions[5] == 3,
      [NIfTIField.vectors, NIfTIField.displacements].contains(intent)
    else { throw .notVectors(file: name, reason: "it does not hold three numbers per voxel") }
  }
  for axis in 4..<8
  where axis <= dimensions[0] && dimensions[axis] != 1 && !(ofVectors && axis == 5) {
    throw .unsupported(file: name, reason: "dimension \(axis) has \(dimensions[axis]) entries")
  }
  guard let size = checkedSize(dimensions[1...3].map { Int($0) }) else {
    throw invalid("the sizes are \(dimensions[1])×\(dimensions[2])×\(dimensions[3])")
  }

  let code = fields.int16(NIfTIField.datatype)
  guard let scalar = NIfTIField.scalars[code] else {
    if let what = NIfTIField.otherTypes[code] { throw .unsupported(file: name, reason: what) }
    throw invalid("datatype \(code) is not one of NIfTI-1's")
  }
  let bits = fields.int16(NIfTIField.bitpix)
  guard bits == 8 * scalar.size else {
    throw invalid("bitpix is \(bits) where datatype \(code) has \(8 * scalar.size)")
  }

  try checkGeometry(fields, invalid: invalid)

  let offset = fields.float(NIfTIField.voxelOffset)
  guard offset.isFinite, offset >= Float(NIfTIField.end), offset == offset.rounded(),
    // A compressed file's true size is not known yet; header extensions are small.
    Double(offset) <= Double(isCompressed ? 1 << 26 : heldSize)
  else { throw invalid("vox_offset is \(offset)") }

  let slope = Double(fields.float(NIfTIField.slope))
  let intercept = Double(fields.float(NIfTIField.intercept))
  // By the standard a slope of zero means no scaling, by newer versions of ITK a slope of one.
  guard slope != 0 || intercept == 0 || !intercept.isFinite else {
    throw invalid("scl_slope is 0 and scl_inter \(intercept), which programs read differently")
  }
  let epsilon = Double.ulpOfOne
  let isScaled =
    slope.isFinite && intercept.isFinite && slope.magnitude > epsilon
    && ((slope - 1).magnitude > epsilon || intercept.magnitude > epsilon)

  return VolumeHeader(
    format: .nifti,
    name: name,
    layout: VoxelLayout(
      file: url,
      encoding: isCompressed ? .gzip : .raw,
      offset: 0,
      skip: Int(offset),
      scalar: scalar,
      isBigEndian: isBigEndian,
      size: size,
      components: ofVectors ? 3 : 1,
      rescale: isScaled ? Rescale(slope: slope, intercept: intercept) : nil
    ),
    hasRASVectors: ofVectors && fields.int16(NIfTIField.intent) == NIfTIField.displacements
  )
}

/// Refuses spacings and orientations that are not finite numbers.
private func checkGeometry(
  _ fields: NIfTIFields,
  invalid: (String) -> VolumeFileError
) throws(VolumeFileError) {
  for axis in 1...3 {
    let spacing = fields.float(NIfTIField.pixdim + 4 * axis)
    guard spacing.isFinite, spacing > 0 else {
      throw invalid("pixdim[\(axis)] is \(spacing), a positive length is expected")
    }
  }
  guard fields.float(NIfTIField.pixdim).isFinite else { throw invalid("pixdim[0] is not finite") }
  let units = Int(fields.bytes[NIfTIField.units] & 7)
  guard units <= 3 else { throw invalid("xyzt_units has the length unit \(units)") }
  if fields.int16(NIfTIField.qformCode) > 0 {
    for index in 0..<6 {
      guard fields.float(NIfTIField.quaternion + 4 * index).magnitude < 1e7 else {
        throw invalid("the qform is not finite")
      }
    }
  }
  if fields.int16(NIfTIField.sformCode) > 0 {
    for index in 0..<12 {
      guard fields.float(NIfTIField.srow + 4 * index).magnitude < 1e7 else {
        throw invalid("the sform is not finite")
      }
    }
  }
}

/// Byte offsets and codes of the NIfTI-1 header.
private enum NIfTIField {
  static let dim = 40
  static let intent = 68
  static let datatype = 70
  static let bitpix = 72
  static let pixdim = 76
  static let voxelOffset = 108
  static let slope = 112
  static let intercept = 116
  static let units = 123
  static let qformCode = 252
  static let sformCode = 254
  static let quaternion = 256
  static let srow = 280
  /// The header and the four bytes that announce extensions.
  static let end = 352

  /// Intents of three numbers a voxel: displacements along the patient's axes as the standard has
  /// them (RAS), and plain vectors, which ITK and ANTs write in LPS.
  static let displacements: Int16 = 1006
  static let vectors: Int16 = 1007

  static let scalars: [Int16: ScalarType] = [
    2: .uint8, 4: .int16, 8: .int32, 16: .float32, 64: .float64, 256: .int8, 512: .uint16,
    768: .uint32, 1024: .int64, 1280: .uint64,
  ]
  static let otherTypes: [Int16: String] = [
    1: "the voxels are single bits", 32: "the voxels are complex numbers",
    128: "the voxels are RGB colors", 1536: "the voxels are 128-bit floats",
    1792: "the voxels are complex numbers", 2048: "the voxels are complex numbers",
    2304: "the voxels are RGBA colors",
  ]
}

/// Numbers at byte offsets of a header in either byte order.
private struct NIfTIFields {
  var bytes: [UInt8]
  var isBigEndian: Bool

  func int16(_ offset: Int) -> Int16 {
    let (low, high) = isBigEndian ? (offset + 1, offset) : (offset, offset + 1)
    return Int16(bitPattern: UInt16(bytes[high]) << 8 | UInt16(bytes[low]))
  }

  func float(_ offset: Int) -> Float {
    let pattern = (0..<4).reduce(UInt32(0)) { value, index in
      value << 8 | UInt32(bytes[isBigEndian ? offset + index : offset + 3 - index])
    }
    return Float(bitPattern: pattern)
  }
}
