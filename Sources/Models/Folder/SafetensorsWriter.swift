internal import Foundation

/// The kind of number that weights are stored as.
public enum WeightStorage: String, Hashable, Sendable {
  /// 32-bit floats: exactly what was read.
  case float32 = "F32"
  /// 16-bit floats: half the size, rounded; weights beyond ±65504 are refused.
  case float16 = "F16"
}

/// Writes tensors to a safetensors file, sorted by name.
///
/// - SeeAlso: Hugging Face, *safetensors*, README «Format».
func writeSafetensors(
  _ weights: [String: WeightTensor],
  storage: WeightStorage,
  fold: String,
  metadata: [String: String] = [:],
  to url: URL
) throws(ModelError) {
  let names = weights.keys.sorted()
  let size = storage == .float32 ? 4 : 2
  var entries: [String] = []
  var offset = 0
  for name in names {
    guard let tensor = weights[name] else { continue }
    let end = offset + tensor.values.count * size
    let shape = tensor.shape.map { "\($0)" }.joined(separator: ",")
    entries.append(
      "\(quoted(name)):{\"dtype\":\"\(storage.rawValue)\",\"shape\":[\(shape)],"
        + "\"data_offsets\":[\(offset),\(end)]}"
    )
    offset = end
  }
  let pairs = metadata.merging(["format": "pt"]) { own, _ in own }.sorted { $0.key < $1.key }
  let members = pairs.map { "\(quoted($0.key)):\(quoted($0.value))" }.joined(separator: ",")
  var header = Data("{\"__metadata__\":{\(members)}".utf8)
  for entry in entries { header.append(contentsOf: ",\(entry)".utf8) }
  header.append(UInt8(ascii: "}"))
  // Numbers begin at a multiple of 8 bytes.
  while !header.count.isMultiple(of: 8) { header.append(UInt8(ascii: " ")) }

  let file = url.lastPathComponent
  guard FileManager.default.createFile(atPath: url.path, contents: nil),
    let handle = try? FileHandle(forWritingTo: url)
  else { throw .unwritable(file: file, reason: "the file could not be created") }
  defer { try? handle.close() }
  func write(_ data: Data) throws(ModelError) {
    do { try handle.write(contentsOf: data) } catch {
      throw .unwritable(file: file, reason: error.localizedDescription)
    }
  }
  try write(withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) } + header)
  for name in names {
    guard let tensor = weights[name] else { continue }
    let bytes = tensor.littleEndianBytes(storage)
    guard let bytes else { throw .weightNotFinite(name: name, fold: fold) }
    try write(bytes)
  }
}

/// The text as a JSON string.
func quoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case _ where scalar.value < 0x20:
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}

extension WeightTensor {
  /// The numbers as bytes.
  /// - Returns: `nil` where a number is not finite, or beyond the storage's range.
  func littleEndianBytes(_ storage: WeightStorage) -> Data? {
    switch storage {
    case .float32:
      guard isFinite else { return nil }
      return values.withUnsafeBytes { Data($0) }
    case .float16:
      let halves = values.map { Float16($0) }
      guard halves.allSatisfy(\.isFinite) else { return nil }
      return halves.withUnsafeBytes { Data($0) }
    }
  }
}
