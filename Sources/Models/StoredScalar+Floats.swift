internal import Foundation

extension StoredScalar {
  /// The numbers of a strided view, in C order.
  ///
  /// The view must lie inside `data`; see ``TensorReference/bounds(name:)``.
  func floats(in data: Data, offset: Int, shape: [Int], strides: [Int]) -> [Float] {
    let view = StridedView(offset: offset, shape: shape, strides: strides)
    return data.withUnsafeBytes { bytes in
      switch self {
      case .float:
        view.gathered(from: bytes) { (bits: UInt32) in Float(bitPattern: .init(littleEndian: bits))
        }
      case .double:
        view.gathered(from: bytes) { (bits: UInt64) in
          Float(Double(bitPattern: .init(littleEndian: bits)))
        }
      case .half:
        view.gathered(from: bytes) { (bits: UInt16) in Float(halfBits: .init(littleEndian: bits)) }
      case .bfloat16:
        view.gathered(from: bytes) { (bits: UInt16) in
          Float(bitPattern: UInt32(UInt16(littleEndian: bits)) << 16)
        }
      case .integer(bytes: 8):
        view.gathered(from: bytes) { (bits: Int64) in Float(Int64(littleEndian: bits)) }
      case .integer(bytes: 4):
        view.gathered(from: bytes) { (bits: Int32) in Float(Int32(littleEndian: bits)) }
      case .integer(bytes: 2):
        view.gathered(from: bytes) { (bits: Int16) in Float(Int16(littleEndian: bits)) }
      case .integer: view.gathered(from: bytes) { (bits: Int8) in Float(bits) }
      }
    }
  }
}

/// A view of numbers in memory; lengths count numbers.
private struct StridedView {
  let offset: Int
  let shape: [Int]
  let strides: [Int]

  var count: Int { shape.reduce(1, *) }

  /// The strides of the same shape without gaps.
  private var compactStrides: [Int] {
    var strides = shape
    var product = 1
    for axis in shape.indices.reversed() {
      strides[axis] = product
      product *= shape[axis]
    }
    return strides
  }

  func gathered<Bits: BitwiseCopyable>(
    from bytes: UnsafeRawBufferPointer,
    _ convert: (Bits) -> Float
  ) -> [Float] {
    let count = count
    let size = MemoryLayout<Bits>.size
    return [Float](unsafeUninitializedCapacity: count) { values, initialized in
      if strides == compactStrides {
        for index in 0..<count {
          values[index] = convert(
            bytes.loadUnaligned(fromByteOffset: (offset + index) * size, as: Bits.self)
          )
        }
      } else {
        var place = [Int](repeating: 0, count: shape.count)
        var source = offset
        for index in 0..<count {
          values[index] = convert(
            bytes.loadUnaligned(fromByteOffset: source * size, as: Bits.self)
          )
          for axis in shape.indices.reversed() {
            place[axis] += 1
            source += strides[axis]
            if place[axis] < shape[axis] { break }
            source -= strides[axis] * shape[axis]
            place[axis] = 0
          }
        }
      }
      initialized = count
    }
  }
}
