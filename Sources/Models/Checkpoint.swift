internal import Archives
internal import Foundation

/// A PyTorch checkpoint as nnU-Net writes it: what it says, and where its weights lie.
///
/// The optimizer's state, twice the size of the weights, is never touched.
struct Checkpoint {
  /// The name of the configuration the network was trained with.
  let configuration: String
  /// The trainer's class name.
  let trainer: String
  /// The array axes along which test-time mirroring is allowed; empty where it is not.
  let mirroringAxes: [Int]
  /// Where each weight lies, without the prefixes of compiled and distributed networks.
  let tensors: [String: TensorReference]

  private let archive: ZipArchive
  private let folder: String

  /// Reads everything but the weights.
  /// - Parameters:
  ///   - data: the checkpoint, best mapped.
  ///   - file: its name for messages.
  /// - Throws: ``ModelError`` where the archive or the pickle is damaged or asks for more than weights.
  init(_ data: Data, file: String) throws(ModelError) {
    guard data.starts(with: [0x50, 0x4B]) else { throw .legacyCheckpoint(file: file) }
    do { archive = try ZipArchive(data: data, name: file) } catch { throw .archive(error) }
    let pickles = archive.entries.map(\.name).filter {
      $0 == "data.pkl" || ($0.hasSuffix("/data.pkl") && $0.split(separator: "/").count == 2)
    }
    guard pickles.count == 1 else { throw .legacyCheckpoint(file: file) }
    folder = String(pickles[0].dropLast("data.pkl".count))

    if archive.entry(named: folder + "byteorder") != nil {
      let order = try Self.contents(folder + "byteorder", of: archive, limit: 64)
      guard order.elementsEqual("little".utf8) else {
        throw .unsupported(
          what: "byte order",
          value: String(decoding: order, as: UTF8.self),
          expected: "little-endian"
        )
      }
    }
    let pickle = try Self.contents(pickles[0], of: archive, limit: PickleReader.sizeLimit)
    let document = try PickleReader.read(pickle)
    configuration = try Self.configuration(in: document)
    trainer = Self.string("trainer_name", in: document) ?? ""
    mirroringAxes = try Self.mirroringAxes(in: document)
    tensors = try Self.tensors(in: document)
  }

  /// The numbers of some weights: each is found, compared with its shape, and gathered.
  ///
  /// Nothing of the file that these weights do not need is read, and together they take no more
  /// than twice the file's size.
  func weights(
    _ expected: [(name: String, shape: [Int])],
    fold: String
  ) throws(ModelError) -> [String: WeightTensor] {
    var budget = archive.entries.reduce(0) { $0 &+ Int(clamping: $1.size) } / 2
    var storages: [String: Data] = [:]
    var weights: [String: WeightTensor] = [:]
    for (name, shape) in expected {
      guard let tensor = tensors[name] else { throw .missingWeight(name: name, fold: fold) }
      guard tensor.shape == shape else {
        throw .wrongShape(name: name, fold: fold, expected: shape, found: tensor.shape)
      }
      budget -= try tensor.bounds(name: name)
      guard budget >= 0 else {
        throw .malformedTensor(
          name: name,
          reason: "the weights need more than the whole file holds"
        )
      }
      let key = tensor.storage.key
      let data: Data
      if let read = storages[key] {
        data = read
      } else {
        data = try Self.contents("\(folder)data/\(key)", of: archive, limit: .max)
        storages[key] = data
      }
      guard tensor.storage.count <= data.count / tensor.storage.scalar.byteCount else {
        throw .malformedTensor(
          name: name,
          reason: "its storage declares \(tensor.storage.count) numbers, the file holds fewer"
        )
      }
      let values = tensor.storage.scalar.floats(
        in: data,
        offset: tensor.offset,
        shape: tensor.shape,
        strides: tensor.strides
      )
      weights[name] = WeightTensor(shape: shape, values: values)
    }
    try refuseUnknown(besides: weights, fold: fold)
    return weights
  }

  /// Refuses weights that the network would not use, since then it is another network.
  ///
  /// Layers appear a second time under `all_modules`, the encoder once more inside the decoder, and
  /// deep supervision has heads of its own; integer buffers only count.
  private func refuseUnknown(
    besides weights: [String: WeightTensor],
    fold: String
  ) throws(ModelError) {
    let unknown = tensors.filter { name, tensor in
      weights[name] == nil && !tensor.storage.scalar.isInteger
        && !name.split(separator: ".").contains("all_modules")
        && !name.hasPrefix("decoder.encoder.")
        && !name.hasPrefix("decoder.seg_layers.")
    }
    if let name = unknown.keys.min() { throw .unknownWeight(name: name, fold: fold) }
  }

  private static func contents(
    _ entry: String,
    of archive: ZipArchive,
    limit: UInt64
  ) throws(ModelError) -> Data {
    do { return try archive.contents(of: entry, limit: limit) } catch { throw .archive(error) }
  }
}

// What the pickle says.
extension Checkpoint {
  private static func string(_ key: String, in document: PickleDocument) -> String? {
    guard case .string(let string)? = document.value(key, in: document.root) else { return nil }
    return string
  }

  private static func configuration(in document: PickleDocument) throws(ModelError) -> String {
    guard let arguments = document.value("init_args", in: document.root),
      case .string(let name)? = document.value("configuration", in: arguments)
    else {
      throw .malformedCheckpoint(
        entry: "init_args.configuration",
        expected: "the name of an nnU-Net v2 configuration"
      )
    }
    return name
  }

  private static func mirroringAxes(in document: PickleDocument) throws(ModelError) -> [Int] {
    let key = "inference_allowed_mirroring_axes"
    guard let value = document.value(key, in: document.root), value != .none else { return [] }
    var axes: [Int] = []
    for item in document.items(of: value) ?? [] {
      guard case .integer(let axis) = item, (0..<3).contains(axis), !axes.contains(axis) else {
        throw .malformedCheckpoint(entry: key, expected: "axes from 0 to 2, each once")
      }
      axes.append(axis)
    }
    return axes
  }

  private static func tensors(
    in document: PickleDocument
  ) throws(ModelError) -> [String: TensorReference] {
    guard let weights = document.value("network_weights", in: document.root),
      let pairs = document.pairs(of: weights)
    else {
      throw .malformedCheckpoint(
        entry: "network_weights",
        expected: "a dictionary of named tensors"
      )
    }
    var tensors: [String: TensorReference] = [:]
    for (key, value) in pairs {
      guard case .string(let name) = key, let tensor = document.tensor(value) else {
        throw .malformedCheckpoint(
          entry: "network_weights",
          expected: "a name and a tensor, found \(value.kind)"
        )
      }
      tensors[withoutPrefixes(name)] = tensor
    }
    return tensors
  }

  /// The name without what `torch.compile` and distributed training put before it.
  private static func withoutPrefixes(_ name: String) -> String {
    var name = name[...]
    while let prefix = ["_orig_mod.", "module."].first(where: { name.hasPrefix($0) }) {
      name = name.dropFirst(prefix.count)
    }
    return String(name)
  }
}

extension TensorReference {
  /// Checks that every number of the view lies in the storage.
  /// - Returns: how many numbers the view has: no more than its storage.
  func bounds(name: String) throws(ModelError) -> Int {
    func refused(_ reason: String) -> ModelError { .malformedTensor(name: name, reason: reason) }
    guard offset >= 0, shape.allSatisfy({ $0 >= 0 }), strides.allSatisfy({ $0 >= 0 }) else {
      throw refused("a negative offset, size or stride")
    }
    var count = 1
    var last = offset
    for (size, stride) in zip(shape, strides) {
      let (product, tooMany) = count.multipliedReportingOverflow(by: size)
      let (step, tooFar) = stride.multipliedReportingOverflow(by: max(size - 1, 0))
      let (end, tooHigh) = last.addingReportingOverflow(step)
      guard !tooMany, !tooFar, !tooHigh else { throw refused("a size beyond all bounds") }
      (count, last) = (product, end)
    }
    guard count == 0 || last < storage.count else {
      throw refused("its last number is at \(last), its storage has \(storage.count)")
    }
    guard count <= storage.count else {
      throw refused("it shows \(count) numbers of a storage of \(storage.count)")
    }
    return count
  }
}
