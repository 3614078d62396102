internal import Foundation

// What the allowed names mean. Nothing here runs anything that the file decides.
extension PickleReader {
  /// The value of calling `function` with `arguments`.
  mutating func reduced(
    _ function: PickleValue,
    _ arguments: PickleValue
  ) throws(ModelError) -> PickleValue {
    guard case .global(let global) = function else {
      throw malformed("a call of \(function.kind)")
    }
    guard case .tuple(let place) = arguments, case .items(let items) = nodes[place] else {
      throw malformed("\(global.rawValue) without a tuple of arguments")
    }
    switch global {
    case .orderedDictionary: return try orderedDictionary(items)
    case .rebuildTensor: return try tensor(items)
    case .device: return .opaque
    case .numpyType: return try numpyType(items)
    case .numpyScalar: return try numpyScalar(items)
    case .numpyReconstruct:
      guard items.first == .global(.numpyArray) else {
        throw malformed("\(global.rawValue) of \(items.first?.kind ?? "nothing")")
      }
      return .numpyArray(try add(.numpyArray(NumpyArray(shape: [0], byteCount: 0))))
    case .encode: return try encoded(items)
    default: throw malformed("a call of \(global.rawValue)")
    }
  }

  /// Gives `object` its state.
  mutating func build(_ object: PickleValue, state: PickleValue) throws(ModelError) {
    switch object {
    case .dictionary: return  // attributes of an OrderedDict, such as a state dict's `_metadata`
    case .numpyType(let place): try setByteOrder(of: place, state: state)
    case .numpyArray(let place): try setArray(at: place, state: state)
    default: throw malformed("a state for \(object.kind)")
    }
  }

  /// The storage that a persistent id stands for: `('storage', type, key, location, count)`.
  func storage(_ id: PickleValue) throws(ModelError) -> PickleValue {
    guard let items = items(id), items.count == 5, items[0] == .string("storage"),
      case .global(let type) = items[1], let scalar = type.storedScalar,
      case .string(let key) = items[2], case .integer(let count) = items[4], count >= 0
    else { throw malformed("a persistent id that is not a tensor's storage") }
    return .storage(StorageReference(scalar: scalar, key: key, count: count))
  }

  private func items(_ value: PickleValue) -> [PickleValue]? {
    switch value {
    case .tuple(let place), .list(let place):
      guard case .items(let items) = nodes[place] else { return nil }
      return items
    default: return nil
    }
  }

  private func integers(_ value: PickleValue) -> [Int]? {
    guard let items = items(value) else { return nil }
    let integers = items.compactMap { if case .integer(let integer) = $0 { integer } else { nil } }
    return integers.count == items.count ? integers : nil
  }

  private mutating func orderedDictionary(
    _ arguments: [PickleValue]
  ) throws(ModelError) -> PickleValue {
    var pairs: [(key: PickleValue, value: PickleValue)] = []
    if let first = arguments.first {
      guard arguments.count == 1, let entries = items(first) else {
        throw malformed("an OrderedDict of \(first.kind)")
      }
      for entry in entries {
        guard let pair = items(entry), pair.count == 2 else {
          throw malformed("an OrderedDict's entry that is not a pair")
        }
        pairs.append((pair[0], pair[1]))
      }
    }
    return .dictionary(try add(.pairs(pairs)))
  }

  /// `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks[, metadata])`.
  private mutating func tensor(_ arguments: [PickleValue]) throws(ModelError) -> PickleValue {
    guard (5...7).contains(arguments.count), case .storage(let storage) = arguments[0],
      case .integer(let offset) = arguments[1], let shape = integers(arguments[2]),
      let strides = integers(arguments[3]), shape.count == strides.count, shape.count <= 16
    else { throw malformed("a tensor that is not a view of a storage") }
    let reference = TensorReference(
      storage: storage,
      offset: offset,
      shape: shape,
      strides: strides
    )
    return .tensor(try add(.tensor(reference)))
  }

  private mutating func numpyType(_ arguments: [PickleValue]) throws(ModelError) -> PickleValue {
    guard case .string(let code)? = arguments.first else {
      throw malformed("a NumPy dtype without a name")
    }
    return .numpyType(try add(.numpyType(NumpyType(code: code, byteOrder: "|"))))
  }

  /// A dtype's state: `(version, byte order, …)`.
  private mutating func setByteOrder(
    of place: Int,
    state: PickleValue
  ) throws(ModelError) {
    guard case .numpyType(var type) = nodes[place], let items = items(state), items.count >= 2,
      case .string(let order) = items[1]
    else { throw malformed("a NumPy dtype's state without a byte order") }
    guard ["<", "|", "="].contains(order) else {
      throw malformed("a NumPy dtype in byte order “\(order.prefix(8))”, expected little-endian")
    }
    type.byteOrder = order
    nodes[place] = .numpyType(type)
  }

  /// An array's state: `(version, shape, dtype, is Fortran, bytes or items)`.
  private mutating func setArray(at place: Int, state: PickleValue) throws(ModelError) {
    guard let items = items(state), items.count == 5, let shape = integers(items[1]),
      case .numpyType = items[2], shape.allSatisfy({ $0 >= 0 })
    else { throw malformed("a NumPy array's state without shape and dtype") }
    let byteCount = if case .bytes(let bytes) = items[4] { bytes.count } else { 0 }
    nodes[place] = .numpyArray(NumpyArray(shape: shape, byteCount: byteCount))
  }

  /// `scalar(dtype, bytes)`: one number, little-endian.
  private func numpyScalar(_ arguments: [PickleValue]) throws(ModelError) -> PickleValue {
    guard arguments.count == 2, case .numpyType(let place) = arguments[0],
      case .numpyType(let type) = nodes[place], case .bytes(let bytes) = arguments[1],
      let size = type.code.dropFirst().wholeNumber, size == bytes.count, (1...8).contains(size)
    else { throw malformed("a NumPy scalar whose bytes do not fit its dtype") }
    let bits = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    switch type.code {
    case "f8": return .real(Double(bitPattern: bits))
    case "f4": return .real(Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))))
    case "f2": return .real(Double(Float(halfBits: UInt16(truncatingIfNeeded: bits))))
    case "i8": return .integer(Int(Int64(bitPattern: bits)))
    case "i4": return .integer(Int(Int32(truncatingIfNeeded: bits)))
    case "i2": return .integer(Int(Int16(truncatingIfNeeded: bits)))
    case "i1": return .integer(Int(Int8(truncatingIfNeeded: bits)))
    case "u1", "u2", "u4": return .integer(Int(bits))
    case "b1": return .bool(bits != 0)
    default: return .opaque
    }
  }

  /// `_codecs.encode(text, 'latin1')`: how protocol 2 writes bytes.
  private func encoded(_ arguments: [PickleValue]) throws(ModelError) -> PickleValue {
    guard arguments.count == 2, case .string(let text) = arguments[0],
      ["latin1", "latin-1", "iso-8859-1"].contains(where: { arguments[1] == .string($0) })
    else { throw malformed("bytes that are not encoded as Latin-1") }
    var bytes = Data(capacity: text.unicodeScalars.count)
    for scalar in text.unicodeScalars {
      guard let byte = UInt8(exactly: scalar.value) else {
        throw malformed("bytes that are not encoded as Latin-1")
      }
      bytes.append(byte)
    }
    return .bytes(bytes)
  }
}

extension Substring {
  /// The number that these digits write.
  fileprivate var wholeNumber: Int? { Int(self) }
}

extension Float {
  /// The value of an IEEE 754 half-precision pattern.
  init(halfBits: UInt16) { self = Float(Float16(bitPattern: halfBits)) }
}
