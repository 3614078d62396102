internal import Anatomy
public import Foundation
internal import ImageProcessing
internal import NeuralNetworks

/// Writes a fold's network as one ONNX file (opset 17; M3-Net, whose warps need it, opset 20).
///
/// The input is `[N, C, D, H, W]`, prepared as the plan says, of the plan's patch size and any
/// batch size; the output is the logits, `[N, outputs, D, H, W]`. The plan's name, channels, labels,
/// spacing and patch are among the file's metadata, as JSON. The file appears whole or not at all.
/// - Parameters:
///   - model: the model.
///   - fold: the name of the fold; `nil` takes the first.
///   - url: where; a file that is there is replaced.
/// - Throws: ``ModelError``, also where the network is beyond the 2 GB one protobuf file holds.
/// - SeeAlso: *Open Neural Network Exchange*, `onnx.proto`, IR versions 8 and 9.
public func exportONNX(_ model: Model, fold: String? = nil, to url: URL) throws(ModelError) {
  try model.plan.validate()
  let names = model.folds.map(\.name)
  guard let chosen = model.folds.first(where: { fold == nil || $0.name == fold }) else {
    throw .missingFold(fold, checkpoint: "weights", available: names)
  }
  let network = model.plan.architecture.graph()
  let numbers = network.weights.reduce(0) { $0 + $1.shape.reduce(1, *) }
  guard 4 * numbers <= ONNXFile.limit else {
    throw .tooLargeForONNX(bytes: 4 * numbers, limit: ONNXFile.limit)
  }
  let graph = network.onnx(patchSize: model.plan.patchSize)
  let weights = try initializers(of: chosen, network) + graph.constants
  let file = try ONNXFile(plan: model.plan, graph: graph, weights: weights)
  try file.write(to: url)
}

/// The weights in the order of the layers, checked against the plan.
private func initializers(
  of fold: ModelFold,
  _ network: NetworkGraph
) throws(ModelError) -> [(name: String, tensor: WeightTensor)] {
  var initializers: [(String, WeightTensor)] = []
  for (name, shape) in network.weights {
    guard let tensor = fold.weights[name] else {
      throw .missingWeight(name: name, fold: fold.name)
    }
    guard tensor.shape == shape else {
      throw .wrongShape(name: name, fold: fold.name, expected: shape, found: tensor.shape)
    }
    guard tensor.isFinite else { throw .weightNotFinite(name: name, fold: fold.name) }
    initializers.append((name, tensor))
  }
  return initializers
}

/// An ONNX file, laid out: every length is known before the first byte is written.
private struct ONNXFile {
  /// The most that protobuf's readers accept.
  static let limit = Int(Int32.max)

  private let weights: [(name: String, tensor: WeightTensor)]
  private let modelHead: Data
  private let graphHead: Data
  private let tensorHeads: [Data]
  private let graphTail: Data
  private let modelTail: Data

  init(
    plan: ModelPlan,
    graph: ONNXGraph,
    weights: [(name: String, tensor: WeightTensor)]
  ) throws(ModelError) {
    self.weights = weights
    tensorHeads = weights.map { Self.tensorHead($0.name, $0.tensor) }
    graphHead = Self.graphHead(plan, graph)
    graphTail = Self.graphTail(plan)
    modelTail = try Self.modelTail(plan, graph.operatorVersion)
    let graphSize =
      graphHead.count + graphTail.count
      + zip(tensorHeads, weights).reduce(0) { $0 + $1.0.count + 4 * $1.1.tensor.values.count }
    var head = ProtobufWriter()
    head.integer(graph.operatorVersion > 17 ? 9 : 8, field: 1)  // IR version
    head.text("Delineate", field: 2)  // producer
    head.header(field: 7, length: graphSize)
    modelHead = head.bytes
    let size = modelHead.count + graphSize + modelTail.count
    guard size <= Self.limit else { throw .tooLargeForONNX(bytes: size, limit: Self.limit) }
  }

  func write(to url: URL) throws(ModelError) {
    let name = url.lastPathComponent
    let partial = url.deletingLastPathComponent()
      .appending(path: ".\(name).\(UUID().uuidString).partial")
    defer { try? FileManager.default.removeItem(at: partial) }
    do {
      try Data().write(to: partial)
      let handle = try FileHandle(forWritingTo: partial)
      defer { try? handle.close() }
      try handle.write(contentsOf: modelHead + graphHead)
      for (head, weight) in zip(tensorHeads, weights) {
        try handle.write(contentsOf: head)
        try handle.write(contentsOf: weight.tensor.littleEndianBytes(.float32) ?? Data())
      }
      try handle.write(contentsOf: graphTail + modelTail)
    } catch { throw .unwritable(file: name, reason: error.localizedDescription) }
    guard rename(partial.path, url.path) == 0 else {
      throw .unwritable(file: name, reason: String(cString: strerror(errno)))
    }
  }

  /// A `TensorProto` as a field of the graph, up to its numbers, which come last.
  private static func tensorHead(_ name: String, _ tensor: WeightTensor) -> Data {
    let size = 4 * tensor.values.count
    var inner = ProtobufWriter()
    for length in tensor.shape { inner.integer(length, field: 1) }
    inner.integer(1, field: 2)  // float
    inner.text(name, field: 8)
    inner.header(field: 9, length: size)
    var head = ProtobufWriter()
    head.header(field: 5, length: inner.bytes.count + size)
    return head.bytes + inner.bytes
  }

  private static func graphHead(_ plan: ModelPlan, _ network: ONNXGraph) -> Data {
    var graph = ProtobufWriter()
    for node in network.nodes {
      graph.message(field: 1) { node.write(to: &$0) }
    }
    graph.text(plan.name, field: 2)
    return graph.bytes
  }

  private static func graphTail(_ plan: ModelPlan) -> Data {
    var graph = ProtobufWriter()
    let network = plan.architecture
    for (field, name, channels) in [
      (11, "input", network.inputChannels), (12, "logits", network.outputChannels),
    ] {
      graph.message(field: field) { value in
        value.text(name, field: 1)
        value.message(field: 2) { type in
          type.message(field: 1) { tensor in
            tensor.integer(1, field: 1)  // float
            tensor.message(field: 2) { shape in
              shape.message(field: 1) { $0.text("N", field: 2) }
              for length in [channels] + plan.patchSize {
                shape.message(field: 1) { $0.integer(length, field: 1) }
              }
            }
          }
        }
      }
    }
    return graph.bytes
  }

  private static func modelTail(
    _ plan: ModelPlan,
    _ operatorVersion: Int
  ) throws(ModelError) -> Data {
    var model = ProtobufWriter()
    model.message(field: 8) { operators in
      operators.text("", field: 1)
      operators.integer(operatorVersion, field: 2)
    }
    for (key, value) in try metadata(plan) {
      model.message(field: 14) { entry in
        entry.text(key, field: 1)
        entry.text(value, field: 2)
      }
    }
    return model.bytes
  }

  private static func metadata(
    _ plan: ModelPlan
  ) throws(ModelError) -> [(key: String, value: String)] {
    let structures = plan.labels.entries.map { ("\($0.label)", $0.name) }
    let labels = Dictionary(structures, uniquingKeysWith: { first, _ in first })
    return [
      ("name", plan.name), ("configuration", plan.configuration),
      ("channels", try json(plan.channelNames)), ("labels", try json(labels)),
      ("spacing", try json(plan.preparation.spacing)), ("patchSize", try json(plan.patchSize)),
      ("plan", try json(plan)),
    ]
  }

  private static func json(_ value: some Encodable) throws(ModelError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do { return String(decoding: try encoder.encode(value), as: UTF8.self) } catch {
      throw .invalidPlan("it cannot be written as JSON")
    }
  }
}
