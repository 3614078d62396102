/// A network as its layers in the order they run, each on results of layers before it.
///
/// The one description of a network's structure: it is prepared for fast inference
/// (``PreparedNetwork``), trained (``TrainableNetwork``), written to ONNX, and asked for its weights'
/// names and shapes.
package struct NetworkGraph: Hashable, Sendable {
  /// A result: 0 is the network's input, `n + 1` the result of layer `n`.
  package typealias Value = Int

  /// What a layer computes, on 5D tensors `[N, C, D, H, W]`.
  package enum Operation: Hashable, Sendable {
    /// A convolution padded by `(k − 1) / 2`; two inputs are joined by their channels.
    case convolution(kernel: [Int], stride: [Int], hasBias: Bool)
    /// A transposed convolution whose kernel is its stride.
    case upsampling(stride: [Int], hasBias: Bool)
    /// `leakyReLU(instanceNorm(x) · scale + shift + residual)`; the second input, if any, is the
    /// residual; a slope of 1 leaves the nonlinearity out.
    case normalization(epsilon: Double, slope: Double)
    /// The mean over blocks of `stride` voxels.
    case averagePooling(stride: [Int])
    /// One of the operations without weights.
    case plain(PlainOperation)
  }

  /// One layer.
  package struct Layer: Hashable, Sendable {
    /// The prefix of its weights' names, as nnU-Net writes them.
    package var name: String
    package var operation: Operation
    package var inputs: [Value]
    /// The channels of its inputs together, and of its result.
    package var inputChannels: Int
    package var outputChannels: Int
  }

  /// A result that leaves the network.
  package struct Output: Hashable, Sendable {
    package var role: NetworkRole
    package var value: Value
  }

  package let inputChannels: Int
  package private(set) var layers: [Layer] = []
  /// The results that leave the network; of the organs' logits the last has full resolution.
  package var outputs: [Output] = []

  package init(inputChannels: Int) { self.inputChannels = inputChannels }

  /// The channels of a result.
  package func channels(of value: Value) -> Int {
    value == 0 ? inputChannels : layers[value - 1].outputChannels
  }

  /// Appends a layer.
  /// - Returns: its result.
  package mutating func append(
    _ operation: Operation,
    _ name: String,
    of inputs: [Value],
    channels: Int? = nil
  ) -> Value {
    let first = self.channels(of: inputs[0])
    let all = inputs.reduce(0) { $0 + self.channels(of: $1) }
    let inputChannels: Int
    let result: Int
    switch operation {
    case .convolution: (inputChannels, result) = (all, first)
    case .plain(let plain): (inputChannels, result) = (all, plain.channels(first: first, all: all))
    case .upsampling, .normalization, .averagePooling: (inputChannels, result) = (first, first)
    }
    layers.append(
      Layer(
        name: name,
        operation: operation,
        inputs: inputs,
        inputChannels: inputChannels,
        outputChannels: channels ?? result
      )
    )
    return layers.count
  }

  /// The name and shape of every weight, in the order the layers run.
  package var weights: [(name: String, shape: [Int])] { layers.flatMap(\.weights) }

  /// For each output, by how much its resolution is below the input's along D, H and W.
  package var outputScales: [[Int]] {
    let scales = scales
    return outputs.map { scales[$0.value] }
  }

  /// For each result, by how much its resolution is below the input's along D, H and W.
  package var scales: [[Int]] {
    var scales = [[1, 1, 1]]
    for layer in layers {
      let scale = scales[layer.inputs[0]]
      switch layer.operation {
      case .convolution(_, let stride, _), .averagePooling(let stride),
        .plain(.blockMaxima(let stride)):
        scales.append(zip(scale, stride).map { $0 * $1 })
      case .upsampling(let stride, _), .plain(.enlarging(let stride)):
        scales.append(zip(scale, stride).map { $0 / $1 })
      case .normalization, .plain:
        scales.append(scale)
      }
    }
    return scales
  }

  /// The results that no layer after `index` reads and that do not leave the network: what may be
  /// freed once layer `index` has run.
  package var releases: [[Value]] {
    var lastUse: [Value: Int] = [:]
    for (index, layer) in layers.enumerated() {
      for input in layer.inputs { lastUse[input] = index }
    }
    let kept = Set(outputs.map(\.value))
    var result = [[Value]](repeating: [], count: layers.count)
    for (value, index) in lastUse where !kept.contains(value) { result[index].append(value) }
    return result
  }

  /// The graph with some of its outputs, and the layers that they depend on.
  package func pruned(to kept: [Output]) -> NetworkGraph {
    var isNeeded = [Bool](repeating: false, count: layers.count + 1)
    for output in kept { isNeeded[output.value] = true }
    for (index, layer) in layers.enumerated().reversed() where isNeeded[index + 1] {
      for input in layer.inputs { isNeeded[input] = true }
    }
    var result = NetworkGraph(inputChannels: inputChannels)
    var places = [0: 0]
    for (index, layer) in layers.enumerated() where isNeeded[index + 1] {
      var moved = layer
      moved.inputs = layer.inputs.compactMap { places[$0] }
      result.layers.append(moved)
      places[index + 1] = result.layers.count
    }
    result.outputs = kept.compactMap { output in
      places[output.value].map { Output(role: output.role, value: $0) }
    }
    return result
  }
}

extension NetworkGraph.Layer {
  /// The layer's weights in the order they are kept.
  package var weights: [(name: String, shape: [Int])] {
    let (inputs, outputs) = (inputChannels, outputChannels)
    switch operation {
    case .convolution(let kernel, _, let hasBias):
      return [("\(name).weight", [outputs, inputs] + kernel)]
        + (hasBias ? [("\(name).bias", [outputs])] : [])
    case .upsampling(let stride, let hasBias):
      return [("\(name).weight", [inputs, outputs] + stride)]
        + (hasBias ? [("\(name).bias", [outputs])] : [])
    case .normalization:
      return [("\(name).weight", [outputs]), ("\(name).bias", [outputs])]
    case .averagePooling, .plain:
      return []
    }
  }
}
