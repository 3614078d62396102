internal import Foundation

/// Reads tensors from a safetensors file: 8 bytes of header length, a JSON header, the numbers.
///
/// - SeeAlso: Hugging Face, *safetensors*, README «Format».
struct SafetensorsReader {
  /// The largest header that is read; a network's is below a megabyte.
  static let headerLimit = 4 << 20

  /// Where each tensor lies.
  let tensors: [String: Tensor]

  /// The texts that came with the tensors.
  let metadata: [String: String]

  /// A tensor of the file.
  struct Tensor {
    var scalar: StoredScalar
    var shape: [Int]
    var bytes: Range<Int>
  }

  private let data: Data
  private let file: String

  /// Reads the header and checks every offset.
  init(_ data: Data, file: String) throws(ModelError) {
    self.data = data
    self.file = file
    guard data.count >= 8 else {
      throw .malformedWeights(file: file, reason: "\(data.count) bytes, expected a header")
    }
    let length = data.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(min(data.count - 8, Self.headerLimit)) else {
      throw .malformedWeights(
        file: file,
        reason: "a header of \(length) bytes in a file of \(data.count)"
      )
    }
    let start = 8 + Int(length)
    let header = try JSONNode(
      parsing: data[data.startIndex + 8..<data.startIndex + start],
      file: file
    )
    var tensors: [String: Tensor] = [:]
    for (name, node) in try header.members where name != "__metadata__" {
      tensors[name] = try Self.tensor(node, name: name, file: file)
    }
    self.tensors = tensors
    var metadata: [String: String] = [:]
    if let texts = try header.optional("__metadata__") {
      for (key, node) in try texts.members { metadata[key] = try node.string }
    }
    self.metadata = metadata
    try checkCover(from: start)
  }

  /// A tensor's numbers as floats; a slice of the file is converted, nothing else is read.
  func weight(_ name: String) -> WeightTensor? {
    guard let tensor = tensors[name] else { return nil }
    let start = data.startIndex + 8 + headerLength + tensor.bytes.lowerBound
    var strides = tensor.shape
    var product = 1
    for axis in tensor.shape.indices.reversed() {
      strides[axis] = product
      product *= tensor.shape[axis]
    }
    let values = tensor.scalar.floats(
      in: data[start..<start + tensor.bytes.count],
      offset: 0,
      shape: tensor.shape,
      strides: strides
    )
    return WeightTensor(shape: tensor.shape, values: values)
  }

  private var headerLength: Int {
    Int(data.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }

  private static func tensor(
    _ node: JSONNode,
    name: String,
    file: String
  ) throws(ModelError) -> Tensor {
    let type = try node.required("dtype").string
    let scalar: StoredScalar
    switch type {
    case "F32": scalar = .float
    case "F16": scalar = .half
    case "BF16": scalar = .bfloat16
    default:
      throw .unsupported(what: "dtype of weight \(name)", value: type, expected: "F32, F16 or BF16")
    }
    let shape = try node.required("shape").integers
    let offsets = try node.required("data_offsets").integers
    var size = scalar.byteCount
    for length in shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: length)
      guard length >= 0, !overflow else {
        throw .malformedWeights(file: file, reason: "“\(name)” has an impossible shape")
      }
      size = product
    }
    guard offsets.count == 2, 0 <= offsets[0], offsets[0] <= offsets[1],
      offsets[1] - offsets[0] == size
    else {
      throw .malformedWeights(file: file, reason: "“\(name)” has offsets that do not fit its shape")
    }
    return Tensor(scalar: scalar, shape: shape, bytes: offsets[0]..<offsets[1])
  }

  /// Checks that the tensors cover the data exactly, without gaps and without overlap.
  private func checkCover(from start: Int) throws(ModelError) {
    var end = 0
    for tensor in tensors.values.sorted(by: {
      ($0.bytes.lowerBound, $0.bytes.upperBound) < ($1.bytes.lowerBound, $1.bytes.upperBound)
    }) {
      guard tensor.bytes.lowerBound == end else {
        throw .malformedWeights(file: file, reason: "tensors leave a gap or overlap at byte \(end)")
      }
      end = tensor.bytes.upperBound
    }
    guard end == data.count - start else {
      throw .malformedWeights(
        file: file,
        reason: "\(end) bytes are declared, \(data.count - start) are there"
      )
    }
  }
}
