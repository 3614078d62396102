import Foundation
import Models
import NeuralNetworks
import TestSupport
import Testing

/// A protobuf message's fields, in the order of the file.
private struct Message {
  enum Value {
    case integer(UInt64)
    case bytes(Data)
    case fixed32(UInt32)
  }
  private(set) var fields: [(number: Int, value: Value)] = []

  init(_ data: Data) throws {
    var rest = data
    func varint() throws -> UInt64 {
      var value: UInt64 = 0
      var shift: UInt64 = 0
      while true {
        let first = rest.popFirst()
        let byte = try #require(first)
        value |= UInt64(byte & 0x7F) << shift
        shift += 7
        if byte < 0x80 { return value }
      }
    }
    while !rest.isEmpty {
      let tag = try varint()
      switch tag & 7 {
      case 0: fields.append((Int(tag >> 3), .integer(try varint())))
      case 2:
        let length = Int(try varint())
        try #require(length <= rest.count)
        fields.append((Int(tag >> 3), .bytes(Data(rest.prefix(length)))))
        rest = rest.dropFirst(length)
      case 5:
        try #require(rest.count >= 4)
        let bits = rest.prefix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        fields.append((Int(tag >> 3), .fixed32(bits)))
        rest = rest.dropFirst(4)
      default: Issue.record("wire type \(tag & 7)")
      }
    }
  }

  func integers(_ number: Int) -> [Int] {
    fields.compactMap { field in
      guard field.number == number, case .integer(let value) = field.value else { return nil }
      return Int(truncatingIfNeeded: value)
    }
  }

  func bytes(_ number: Int) -> [Data] {
    fields.compactMap { field in
      guard field.number == number, case .bytes(let value) = field.value else { return nil }
      return value
    }
  }

  func texts(_ number: Int) -> [String] {
    bytes(number).map { String(decoding: $0, as: UTF8.self) }
  }

  func messages(_ number: Int) throws -> [Message] { try bytes(number).map { try Message($0) } }
}

@Suite("ONNX export")
struct ONNXTests {
  private func exported(_ name: String) throws -> (Model, Message) {
    let model = try readModel(at: Golden.url(name))
    let folder = try TemporaryFolder()
    let file = folder.url.appending(path: "network.onnx")
    try exportONNX(model, to: file)
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(left == ["network.onnx"])
    return (model, try Message(Data(contentsOf: file)))
  }

  @Test(
    "Every weight is an initializer with its shape and numbers",
    arguments: ["plain", "residual"]
  )
  func initializers(_ name: String) throws {
    let (model, file) = try exported(name)
    let graph = try #require(try file.messages(7).first)
    var found: [String: WeightTensor] = [:]
    for tensor in try graph.messages(5) {
      let raw = try #require(tensor.bytes(9).first)
      let values = raw.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
      found[try #require(tensor.texts(8).first)] = WeightTensor(
        shape: tensor.integers(1),
        values: values
      )
      #expect(tensor.integers(2) == [1])
    }
    #expect(found == model.folds[0].weights)
  }

  @Test("Every operator's inputs are known before it runs", arguments: ["plain", "residual"])
  func order(_ name: String) throws {
    let (model, file) = try exported(name)
    let graph = try #require(try file.messages(7).first)
    var known = Set(model.folds[0].weights.keys).union(["input"])
    var used: Set<String> = []
    for node in try graph.messages(1) {
      #expect(known.isSuperset(of: node.texts(1)))
      used.formUnion(node.texts(1))
      for output in node.texts(2) { #expect(known.insert(output).inserted) }
    }
    #expect(known.subtracting(used) == ["logits"])
  }

  @Test("A residual network has the layers of its plan")
  func layers() throws {
    let (_, file) = try exported("residual")
    let graph = try #require(try file.messages(7).first)
    let types = try graph.messages(1).flatMap { $0.texts(4) }
    let counts = Dictionary(types.map { ($0, 1) }, uniquingKeysWith: +)
    // Stem, three blocks of two, one projection, two decoder stages, the head.
    #expect(
      counts == [
        "Conv": 11, "ConvTranspose": 2, "InstanceNormalization": 10, "LeakyRelu": 9, "Add": 3,
        "AveragePool": 1, "Concat": 2,
      ]
    )
  }

  @Test("Input, output, operator set and metadata say what the network is")
  func description() throws {
    let (model, file) = try exported("plain")
    #expect(file.integers(1) == [8])
    #expect(try file.messages(8).flatMap { $0.integers(2) } == [17])
    let graph = try #require(try file.messages(7).first)
    for (field, name, channels) in [(11, "input", 2), (12, "logits", 3)] {
      let value = try #require(try graph.messages(field).first)
      #expect(value.texts(1) == [name])
      let type = try #require(try value.messages(2).first?.messages(1).first)
      let shape = try #require(try type.messages(2).first)
      #expect(try shape.messages(1).flatMap { $0.texts(2) } == ["N"])
      #expect(try shape.messages(1).flatMap { $0.integers(1) } == [channels, 8, 16, 16])
    }
    let entries = try file.messages(14).map { ($0.texts(1)[0], $0.texts(2)[0]) }
    let metadata = Dictionary(entries, uniquingKeysWith: { first, _ in first })
    #expect(metadata["name"] == "Dataset001_Tiny")
    #expect(metadata["channels"] == #"["CT","T2"]"#)
    #expect(metadata["labels"] == #"{"1":"Brainstem","2":"Parotid_L"}"#)
    #expect(metadata["spacing"] == "[3,1,1.5]")
    #expect(metadata["patchSize"] == "[8,16,16]")
    let plan = try JSONDecoder().decode(ModelPlan.self, from: Data((metadata["plan"] ?? "").utf8))
    #expect(plan == model.plan)
  }

  @Test("A missing fold or weight, or an unwritable place, is an error")
  func errors() throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appending(path: "network.onnx")
    var model = try readModel(at: Golden.url("plain"))
    #expect(throws: ModelError.missingFold("7", checkpoint: "weights", available: ["0"])) {
      try exportONNX(model, fold: "7", to: file)
    }
    #expect(throws: ModelError.self) {
      try exportONNX(model, to: folder.url.appending(path: "absent/network.onnx"))
    }
    model.folds[0].weights["decoder.seg_layers.0.bias"] = nil
    #expect(throws: ModelError.missingWeight(name: "decoder.seg_layers.0.bias", fold: "0")) {
      try exportONNX(model, to: file)
    }
    #expect(!FileManager.default.fileExists(atPath: file.path))
  }

  @Test("A network beyond protobuf's 2 GB is refused before its weights are looked at")
  func tooLarge() throws {
    let folder = try TemporaryFolder()
    var model = try readModel(at: Golden.url("plain"))
    model.plan.architecture.unet?.features = [2, 4096]
    model.plan.architecture.unet?.encoderDepths = [1, 3]
    guard
      case .tooLargeForONNX(let bytes, let limit) = #expect(
        throws: ModelError.self,
        performing: { try exportONNX(model, to: folder.url.appending(path: "network.onnx")) }
      )
    else {
      Issue.record("a network of gigabytes was not refused as such")
      return
    }
    #expect(bytes > limit)
    #expect(limit == 2_147_483_647)
  }
}
