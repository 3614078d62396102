/// A network as its layers in the order they run, each on results of layers before it.
///
/// The one description of a network's structure: it is prepared for fast inference (``UNet``),
/// trained (``TrainableNetwork``), written to ONNX, and asked for its weights' names and shapes.
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

  package let inputChannels: Int
  package private(set) var layers: [Layer] = []
  /// The results that leave the network; the last one has full resolution.
  package var outputs: [Value] = []

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
    let joins: Bool
    if case .convolution = operation { joins = true } else { joins = false }
    let first = self.channels(of: inputs[0])
    let inputChannels = joins ? inputs.reduce(0) { $0 + self.channels(of: $1) } : first
    layers.append(
      Layer(
        name: name,
        operation: operation,
        inputs: inputs,
        inputChannels: inputChannels,
        outputChannels: channels ?? first
      )
    )
    return layers.count
  }

  /// The name and shape of every weight, in the order the layers run.
  package var weights: [(name: String, shape: [Int])] { layers.flatMap(\.weights) }

  /// For each output, by how much its resolution is below the input's along D, H and W.
  package var outputScales: [[Int]] {
    var scales = [[1, 1, 1]]
    for layer in layers {
      let scale = scales[layer.inputs[0]]
      switch layer.operation {
      case .convolution(_, let stride, _), .averagePooling(let stride):
        scales.append(zip(scale, stride).map { $0 * $1 })
      case .upsampling(let stride, _):
        scales.append(zip(scale, stride).map { $0 / $1 })
      case .normalization:
        scales.append(scale)
      }
    }
    return outputs.map { scales[$0] }
  }

  /// The results that no layer after `index` reads and that do not leave the network: what may be
  /// freed once layer `index` has run.
  package var releases: [[Value]] {
    var lastUse: [Value: Int] = [:]
    for (index, layer) in layers.enumerated() {
      for input in layer.inputs { lastUse[input] = index }
    }
    var result = [[Value]](repeating: [], count: layers.count)
    for (value, index) in lastUse where !outputs.contains(value) { result[index].append(value) }
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
    case .averagePooling:
      return []
    }
  }
}
