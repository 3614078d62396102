internal import NeuralNetworks

extension NetworkGraph {
  /// The network's operators in the order they run, from `input` to `logits`.
  ///
  /// Weights are inputs by the names of ``NetworkGraph/weights``. Only the last output, at full
  /// resolution, is written; heads of deep supervision have no place in an exported network.
  func onnxNodes() -> [ONNXNode] {
    var nodes: [ONNXNode] = []
    func add(
      _ type: String,
      _ inputs: [String],
      _ output: String,
      _ attributes: [(String, ONNXNode.Attribute)] = []
    ) -> String {
      nodes.append(ONNXNode(type: type, inputs: inputs, output: output, attributes: attributes))
      return output
    }
    var names = ["input"]
    for (index, layer) in layers.enumerated() {
      let name = outputs.last == index + 1 ? "logits" : layer.name
      let inputs = layer.inputs.map { names[$0] }
      let weights = layer.weights.map(\.name)
      switch layer.operation {
      case .convolution(let kernel, let stride, _):
        let joined =
          inputs.count == 1
          ? inputs[0] : add("Concat", inputs, "\(layer.name).input", [("axis", .integer(1))])
        let padding = kernel.map { ($0 - 1) / 2 }
        names.append(
          add(
            "Conv",
            [joined] + weights,
            name,
            [
              ("kernel_shape", .integers(kernel)), ("strides", .integers(stride)),
              ("pads", .integers(padding + padding)),
            ]
          )
        )
      case .upsampling(let stride, _):
        names.append(
          add(
            "ConvTranspose",
            inputs + weights,
            name,
            [("kernel_shape", .integers(stride)), ("strides", .integers(stride))]
          )
        )
      case .normalization(let epsilon, let slope):
        var x = add(
          "InstanceNormalization",
          [inputs[0]] + weights,
          "\(layer.name).normalized",
          [("epsilon", .float(epsilon))]
        )
        if inputs.count > 1 { x = add("Add", [x, inputs[1]], "\(layer.name).sum") }
        if slope != 1 { x = add("LeakyRelu", [x], name, [("alpha", .float(slope))]) }
        names.append(x)
      case .averagePooling(let stride):
        names.append(
          add(
            "AveragePool",
            inputs,
            name,
            [("kernel_shape", .integers(stride)), ("strides", .integers(stride))]
          )
        )
      }
    }
    return nodes
  }
}
