internal import Foundation

/// Writes a protobuf message, field by field.
///
/// - SeeAlso: Google, *Protocol Buffers*, «Encoding».
struct ProtobufWriter {
  private(set) var bytes = Data()

  /// A whole number; negative ones take ten bytes.
  mutating func integer(_ value: Int, field: Int) {
    tag(field, wireType: 0)
    varint(UInt64(bitPattern: Int64(value)))
  }

  /// A 32-bit float.
  mutating func float(_ value: Float, field: Int) {
    tag(field, wireType: 5)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// A text, or bytes.
  mutating func text(_ value: String, field: Int) {
    header(field: field, length: value.utf8.count)
    bytes.append(contentsOf: value.utf8)
  }

  /// A message inside this one.
  mutating func message(field: Int, _ body: (inout ProtobufWriter) -> Void) {
    var inner = ProtobufWriter()
    body(&inner)
    header(field: field, length: inner.bytes.count)
    bytes.append(inner.bytes)
  }

  /// Announces a field of `length` bytes, which then have to follow.
  mutating func header(field: Int, length: Int) {
    tag(field, wireType: 2)
    varint(UInt64(length))
  }

  private mutating func tag(_ field: Int, wireType: UInt64) {
    varint(UInt64(field) << 3 | wireType)
  }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
