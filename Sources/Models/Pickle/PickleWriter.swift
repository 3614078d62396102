internal import Foundation

/// A value as Python pickles it.
indirect enum PickledValue {
  case none
  case bool(Bool)
  case integer(Int)
  case real(Double)
  case string(String)
  case list([PickledValue])
  case tuple([PickledValue])
  case dictionary([(key: String, value: PickledValue)])
  case orderedDictionary([(key: String, value: PickledValue)])
  /// A tensor of 32-bit floats that is the whole of a storage, in C order.
  case tensor(storage: String, shape: [Int])
}

extension PickledValue {
  /// A JSON value as Python's `json` would load it.
  init(_ json: JSONValue) {
    self =
      switch json {
      case .null: .none
      case .bool(let bool): .bool(bool)
      case .integer(let integer): .integer(integer)
      case .real(let real): .real(real)
      case .string(let string): .string(string)
      case .array(let items): .list(items.map { PickledValue($0) })
      case .object(let members): .dictionary(members.map { ($0.key, PickledValue($0.value)) })
      }
  }
}

/// Writes values by pickle's protocol 2, as `torch.save` does.
///
/// Tensors are written as PyTorch writes them, the numbers themselves under a persistent id that
/// names a storage of the archive. Nothing is memoized: readers need no memo to read it.
/// - SeeAlso: Python's `pickletools`; PyTorch 2, `serialization.py`.
struct PickleWriter {
  private var bytes: [UInt8] = [Opcode.protocol.rawValue, 2]

  /// The pickle of one value.
  static func pickle(_ value: PickledValue) -> Data {
    var writer = PickleWriter()
    writer.write(value)
    writer.put(.stop)
    return Data(writer.bytes)
  }

  private mutating func write(_ value: PickledValue) {
    switch value {
    case .none: put(.none)
    case .bool(let bool): put(bool ? .true : .false)
    case .integer(let integer): write(integer)
    case .real(let real):
      put(.float)
      put(real.bitPattern.byteSwapped)  // the one number that pickle writes big-endian
    case .string(let string): write(string)
    case .list(let items):
      put(.emptyList)
      if items.isEmpty { return }
      put(.mark)
      for item in items { write(item) }
      put(.appends)
    case .tuple(let items): writeTuple(items)
    case .dictionary(let members):
      put(.emptyDictionary)
      write(members)
    case .orderedDictionary(let members):
      global("collections", "OrderedDict")
      put(.emptyTuple)
      put(.reduce)
      write(members)
    case .tensor(let storage, let shape): writeTensor(storage, shape)
    }
  }

  private mutating func write(_ members: [(key: String, value: PickledValue)]) {
    guard !members.isEmpty else { return }
    put(.mark)
    for (key, value) in members {
      write(key)
      write(value)
    }
    put(.setItems)
  }

  private mutating func write(_ integer: Int) {
    if let byte = UInt8(exactly: integer) {
      put(.int1)
      put(byte)
    } else if let word = Int32(exactly: integer) {
      put(.int4)
      put(word)
    } else {
      put(.long1)
      put(UInt8(8))
      put(Int64(integer))
    }
  }

  private mutating func write(_ text: String) {
    put(.unicode)
    put(UInt32(clamping: text.utf8.count))
    bytes += text.utf8
  }

  private mutating func writeTuple(_ items: [PickledValue]) {
    if items.isEmpty { return put(.emptyTuple) }
    put(.mark)
    for item in items { write(item) }
    put(.tuple)
  }

  /// `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks)`.
  private mutating func writeTensor(_ storage: String, _ shape: [Int]) {
    var strides = shape
    var product = 1
    for axis in shape.indices.reversed() {
      strides[axis] = product
      product *= shape[axis]
    }
    global("torch._utils", "_rebuild_tensor_v2")
    put(.mark)
    put(.mark)
    write("storage")
    global("torch", "FloatStorage")
    write(storage)
    write("cpu")
    write(product)
    put(.tuple)
    put(.persistentID)
    write(0)
    writeTuple(shape.map { .integer($0) })
    writeTuple(strides.map { .integer($0) })
    put(.false)
    write(.orderedDictionary([]))
    put(.tuple)
    put(.reduce)
  }

  private mutating func global(_ module: String, _ name: String) {
    put(.global)
    bytes += "\(module)\n\(name)\n".utf8
  }

  private mutating func put(_ opcode: Opcode) { bytes.append(opcode.rawValue) }

  private mutating func put(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
  }
}
