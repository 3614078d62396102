/// How a voxel's number is stored in a file.
public enum ScalarType: String, Hashable, Sendable, Codable, CaseIterable {
  /// Whole numbers of 8, 16, 32 and 64 bits.
  case uint8, int8, uint16, int16, uint32, int32, uint64, int64
  /// IEEE 754 single and double precision.
  case float32, float64

  /// The size in bytes.
  var size: Int {
    switch self {
    case .uint8, .int8: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    }
  }
}

/// A number as files store it.
protocol StoredScalar: BitwiseCopyable, Sendable {
  /// The same number with its bytes in the other order.
  var swapped: Self { get }
  /// The value; 64-bit whole numbers are rounded to the nearest double.
  var asDouble: Double { get }
  /// The value, rounded to the nearest single.
  var asFloat: Float { get }
  /// Whether the number is finite.
  var isNumber: Bool { get }
}

extension StoredScalar where Self: FixedWidthInteger {
  @inline(__always) var swapped: Self { byteSwapped }
  @inline(__always) var asDouble: Double { Double(self) }
  @inline(__always) var asFloat: Float { Float(self) }
  @inline(__always) var isNumber: Bool { true }
}

extension UInt8: StoredScalar {}
extension Int8: StoredScalar {}
extension UInt16: StoredScalar {}
extension Int16: StoredScalar {}
extension UInt32: StoredScalar {}
extension Int32: StoredScalar {}
extension UInt64: StoredScalar {}
extension Int64: StoredScalar {}

extension Float: StoredScalar {
  @inline(__always) var swapped: Float { Float(bitPattern: bitPattern.byteSwapped) }
  @inline(__always) var asDouble: Double { Double(self) }
  @inline(__always) var asFloat: Float { self }
  @inline(__always) var isNumber: Bool { bitPattern & 0x7F80_0000 != 0x7F80_0000 }
}

extension Double: StoredScalar {
  @inline(__always) var swapped: Double { Double(bitPattern: bitPattern.byteSwapped) }
  @inline(__always) var asDouble: Double { self }
  @inline(__always) var asFloat: Float { Float(self) }
  @inline(__always) var isNumber: Bool { asFloat.isNumber }
}
