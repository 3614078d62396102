internal import NeuralNetworks

extension NetworkGraph {
  /// The network as ONNX operators, for windows of one size.
  ///
  /// Only the last output, the classes' logits at full resolution, is written; heads of deep
  /// supervision have no place in an exported network.
  func onnx(patchSize: [Int]) -> ONNXGraph {
    var writer = ONNXGraph()
    let scales = scales
    var names = ["input"]
    for (index, layer) in layers.enumerated() {
      let name = outputs.last?.value == index + 1 ? "logits" : layer.name
      let size = zip(patchSize, scales[layer.inputs[0]]).map { $0 / $1 }
      names.append(writer.add(layer, name, of: layer.inputs.map { names[$0] }, size: size))
    }
    return writer
  }
}

/// Operators in the order they run, from `input` to `logits`, and the numbers they need beside the
/// weights.
struct ONNXGraph {
  private(set) var nodes: [ONNXNode] = []
  /// Tensors that are no weights: grids and factors.
  private(set) var constants: [(name: String, tensor: WeightTensor)] = []
  /// The version of ONNX's operators: volumetric `GridSample` came with 20.
  private(set) var operatorVersion = 17

  mutating func add(
    _ type: String,
    _ inputs: [String],
    _ output: String,
    _ attributes: [(String, ONNXNode.Attribute)] = []
  ) -> String {
    nodes.append(ONNXNode(type: type, inputs: inputs, output: output, attributes: attributes))
    return output
  }

  /// Whole numbers as an input.
  mutating func integers(_ numbers: [Int], _ name: String) -> String {
    add("Constant", [], name, [("value_ints", .integers(numbers))])
  }

  /// Numbers as an input of this shape; one of each name.
  mutating func constant(_ values: [Float], shape: [Int], _ name: String) -> String {
    if !constants.contains(where: { $0.name == name }) {
      constants.append((name, WeightTensor(shape: shape, values: values)))
    }
    return name
  }

  /// From here on operators of version 20 are used.
  mutating func requireNewOperators() { operatorVersion = 20 }

  /// Appends a layer.
  /// - Returns: the name of its result.
  mutating func add(
    _ layer: NetworkGraph.Layer,
    _ name: String,
    of inputs: [String],
    size: [Int]
  ) -> String {
    let weights = layer.weights.map(\.name)
    switch layer.operation {
    case .convolution(let kernel, let stride, _):
      let joined =
        inputs.count == 1
        ? inputs[0] : add("Concat", inputs, "\(layer.name).input", [("axis", .integer(1))])
      let padding = kernel.map { ($0 - 1) / 2 }
      return add(
        "Conv",
        [joined] + weights,
        name,
        [
          ("kernel_shape", .integers(kernel)), ("strides", .integers(stride)),
          ("pads", .integers(padding + padding)),
        ]
      )
    case .upsampling(let stride, _):
      return add(
        "ConvTranspose",
        inputs + weights,
        name,
        [("kernel_shape", .integers(stride)), ("strides", .integers(stride))]
      )
    case .normalization(let epsilon, let slope):
      var x = add(
        "InstanceNormalization",
        [inputs[0]] + weights,
        "\(layer.name).normalized",
        [("epsilon", .float(epsilon))]
      )
      if inputs.count > 1 { x = add("Add", [x, inputs[1]], "\(layer.name).sum") }
      return slope == 1 ? x : add("LeakyRelu", [x], name, [("alpha", .float(slope))])
    case .averagePooling(let stride):
      return add(
        "AveragePool",
        inputs,
        name,
        [("kernel_shape", .integers(stride)), ("strides", .integers(stride))]
      )
    case .plain(let operation):
      requireNewOperators()
      return add(operation, name, of: inputs, size: size)
    }
  }
}
