internal import Foundation

/// Little-endian numbers at offsets into bytes; `nil` where they would lie outside.
struct LittleEndianBytes {
  /// The bytes; offsets count from their start whatever their indices are.
  let data: Data

  /// How many bytes there are.
  var count: Int { data.count }

  /// The unsigned 16-bit number at `offset`.
  func uint16(at offset: Int) -> UInt16? { number(at: offset) }

  /// The unsigned 32-bit number at `offset`.
  func uint32(at offset: Int) -> UInt32? { number(at: offset) }

  /// The unsigned 64-bit number at `offset`.
  func uint64(at offset: Int) -> UInt64? { number(at: offset) }

  /// `count` bytes from `offset`, without copying.
  func slice(at offset: Int, count: Int) -> Data? {
    guard offset >= 0, count >= 0, offset <= data.count, count <= data.count - offset else {
      return nil
    }
    let start = data.startIndex + offset
    return data[start..<start + count]
  }

  private func number<Number: FixedWidthInteger & BitwiseCopyable>(at offset: Int) -> Number? {
    guard offset >= 0, offset <= data.count, data.count - offset >= MemoryLayout<Number>.size else {
      return nil
    }
    return data.withUnsafeBytes { bytes in
      Number(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Number.self))
    }
  }
}
