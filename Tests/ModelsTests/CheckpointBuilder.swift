import Foundation
import TestSupport

/// Writes checkpoints opcode by opcode, also ones that torch would never write.
struct CheckpointBuilder {
  /// A tensor's view of a storage.
  struct Tensor {
    var type = "FloatStorage"
    var key = "0"
    var count = 2
    var offset = 0
    var shape = [2]
    var strides = [1]
  }

  /// The weights by name.
  var weights: [(String, Tensor)] = []
  /// The storages' bytes by key.
  var storages = ["0": Data(count: 8)]
  /// What `byteorder` says.
  var byteOrder = "little"
  /// Opcodes for one more value of the top dictionary.
  var extra: [UInt8] = [0x4E]

  /// The pickle.
  var pickle: [UInt8] {
    var bytes: [UInt8] = [0x80, 2, 0x7D, 0x28]
    bytes += Self.text("init_args") + [0x7D] + Self.text("configuration")
    bytes += Self.text("3d_fullres") + [0x73]
    bytes += Self.text("network_weights") + [0x7D]
    for (name, tensor) in weights { bytes += Self.text(name) + Self.tensor(tensor) + [0x73] }
    return bytes + Self.text("logging") + extra + [0x75, 0x2E]
  }

  /// The checkpoint, or one with another pickle.
  func data(pickle: [UInt8]? = nil) -> Data {
    let files = storages.map { ZipBuilder.Entry.stored("x/data/\($0.key)", $0.value) }
    return ZipBuilder(
      [
        .stored("x/data.pkl", Data(pickle ?? self.pickle)),
        .stored("x/byteorder", Data(byteOrder.utf8)),
      ] + files
    ).data
  }

  /// A string's opcodes.
  static func text(_ text: String) -> [UInt8] {
    [0x58] + bytes(UInt32(text.utf8.count)) + Array(text.utf8)
  }

  /// A whole number's opcodes.
  static func integer(_ value: Int) -> [UInt8] { [0x8A, 8] + bytes(Int64(value)) }

  /// A name's opcodes.
  static func global(_ module: String, _ name: String) -> [UInt8] {
    [0x63] + Array("\(module)\n\(name)\n".utf8)
  }

  private static func tuple(_ items: [UInt8]...) -> [UInt8] { [0x28] + items.joined() + [0x74] }

  private static func tensor(_ tensor: Tensor) -> [UInt8] {
    let storage =
      tuple(
        text("storage"),
        global("torch", tensor.type),
        text(tensor.key),
        text("cpu"),
        integer(tensor.count)
      ) + [0x51]
    let shape = [0x28] + tensor.shape.flatMap(integer) + [0x74]
    let strides = [0x28] + tensor.strides.flatMap(integer) + [0x74]
    return global("torch._utils", "_rebuild_tensor_v2")
      + tuple(storage, integer(tensor.offset), shape, strides, [0x89], [0x4E]) + [0x52]
  }

  private static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }
}
