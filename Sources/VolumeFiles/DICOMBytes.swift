internal import Archives
internal import Foundation

/// Why a DICOM data set cannot be walked; offsets are bytes from the file's start.
struct DICOMDamage: Error {
  var reason: String
}

/// Bytes of a file at any offset, every access checked against the file's size.
struct DICOMBytes: ~Copyable {
  private var input: GzipInput
  private var window: [UInt8] = []
  private var windowStart = 0

  /// The size of the file in bytes.
  var size: Int { input.size }

  init(at url: URL) throws(GzipError) {
    input = try GzipInput(at: url)
  }

  /// The bytes from `offset` on; header elements are small, so a window of the file serves most.
  mutating func bytes(at offset: Int, count: Int) throws(DICOMDamage) -> ArraySlice<UInt8> {
    guard offset >= 0, count >= 0, count <= size, offset <= size - count else {
      throw DICOMDamage(reason: "\(count) bytes at offset \(offset) are beyond its \(size) bytes")
    }
    if offset < windowStart || offset + count > windowStart + window.count {
      try fill(from: offset, count: min(size - offset, max(count, 1 << 14)))
      guard window.count >= count else {
        throw DICOMDamage(reason: "it became shorter while it was read")
      }
    }
    let start = offset - windowStart
    return window[start..<(start + count)]
  }

  private mutating func fill(from offset: Int, count: Int) throws(DICOMDamage) {
    input.position = offset
    windowStart = offset
    window = [UInt8](repeating: 0, count: count)
    do throws(GzipError) {
      let found = try window.withUnsafeMutableBufferPointer { room throws(GzipError) in
        try input.read(into: UnsafeMutableRawBufferPointer(room))
      }
      window.removeLast(count - found)
    } catch {
      throw DICOMDamage(reason: "\(error)")
    }
  }

  /// A little-endian number of two bytes.
  mutating func uint16(at offset: Int) throws(DICOMDamage) -> Int {
    let b = try bytes(at: offset, count: 2)
    return Int(b[b.startIndex]) | Int(b[b.startIndex + 1]) << 8
  }

  /// A little-endian number of four bytes.
  mutating func uint32(at offset: Int) throws(DICOMDamage) -> Int {
    let low = try uint16(at: offset)
    return try low | uint16(at: offset + 2) << 16
  }
}
