public import Torch

/// A 3D U-Net as nnU-Net v2 builds it, prepared for inference: `[N, Cin, D, H, W]` to logits
/// `[N, Cout, D, H, W]`.
///
/// The heads of deep supervision are left out. Sizes must be divisible by the product of the
/// strides. Not Sendable: it stays on the thread that made it.
/// - SeeAlso: ``UNetPlan/graph(heads:)`` for the layers.
public struct UNet: Module {
  private let graph: NetworkGraph
  private var layers: [PreparedLayer]
  private let releases: [[NetworkGraph.Value]]
  private let placement: Placement
  /// The last convolution's weights as they were given: they are few, and some may be left out.
  private var head: [(shape: [Int], values: [Float])] = []
  /// The number of channels of a window.
  public var inputChannels: Int { graph.inputChannels }

  /// A network from its plan and weights, laid out for a device.
  /// - Throws: ``NetworkError`` where a weight is missing or has another shape.
  public init(
    _ plan: UNetPlan,
    weights: some WeightSource,
    placement: Placement = Placement()
  ) throws(NetworkError) {
    graph = plan.graph()
    releases = graph.releases
    self.placement = placement
    var layers: [PreparedLayer] = []
    for (index, layer) in graph.layers.enumerated() {
      var tensors: [(shape: [Int], values: [Float])] = []
      for (name, shape) in layer.weights {
        tensors.append((shape, try weights.values(named: name, shape: shape)))
      }
      layers.append(try PreparedLayer(layer, tensors: tensors, placement: placement))
      if index + 1 == graph.outputs.last { head = tensors }
    }
    self.layers = layers
  }

  /// The logits of a batch of windows, in single precision.
  public func callAsFunction(_ x: consuming Tensor) throws(TorchError) -> Tensor {
    var values = [Tensor?](repeating: nil, count: layers.count + 1)
    let input = consume x
    values[0] = try input.converted(to: placement.type)
    return try run(&values).converted(to: .float32)
  }

  /// The network with some of its output channels, in the order given; it shares all other layers.
  /// - Precondition: the channels are this network's.
  public func keepingOutputs(_ channels: [Int]) throws(TorchError) -> UNet {
    guard let output = graph.outputs.last, output > 0, let outputs = head.first?.shape.first,
      case .convolution(_, let stride, _) = graph.layers[output - 1].operation
    else { throw .failed(operation: "a network's head", reason: "it is no convolution") }
    precondition(channels.allSatisfy((0..<outputs).contains), "channels of the network")
    let kept = head.map { tensor in
      let row = tensor.values.count / outputs
      return (
        shape: [channels.count] + tensor.shape.dropFirst(),
        values: channels.flatMap { tensor.values[$0 * row..<($0 + 1) * row] }
      )
    }
    var network = self
    network.head = kept
    network.layers[output - 1] = .convolution(
      try Convolution(
        weight: kept[0].values,
        shape: kept[0].shape,
        bias: kept.count > 1 ? kept[1].values : nil,
        stride: stride,
        type: placement.type,
        on: placement.device
      )
    )
    return network
  }

  private func run(_ values: inout [Tensor?]) throws(TorchError) -> Tensor {
    for (index, layer) in layers.enumerated() {
      let inputs = graph.layers[index].inputs.compactMap { values[$0] }
      values[index + 1] = try layer(inputs)
      // What a layer has read is freed before the next one allocates.
      for value in releases[index] { values[value] = nil }
    }
    guard let output = graph.outputs.last, let result = values[output] else {
      throw .failed(operation: "a network", reason: "it has no output")
    }
    return result
  }
}

/// One layer with its weights laid out for the device.
private enum PreparedLayer {
  case convolution(Convolution)
  case normalization(scale: [Float], shift: [Float], epsilon: Double, slope: Double)
  case averagePooling(stride: [Int])

  init(
    _ layer: NetworkGraph.Layer,
    tensors: [(shape: [Int], values: [Float])],
    placement: Placement
  ) throws(NetworkError) {
    do throws(TorchError) {
      switch layer.operation {
      case .convolution(_, let stride, let hasBias):
        self = .convolution(
          try Convolution(
            weight: tensors[0].values,
            shape: tensors[0].shape,
            bias: hasBias ? tensors[1].values : nil,
            stride: stride,
            type: placement.type,
            on: placement.device
          )
        )
      case .upsampling(_, let hasBias):
        self = .convolution(
          try Convolution(
            transposedWeight: tensors[0].values,
            shape: tensors[0].shape,
            bias: hasBias ? tensors[1].values : nil,
            type: placement.type,
            on: placement.device
          )
        )
      case .normalization(let epsilon, let slope):
        self = .normalization(
          scale: tensors[0].values,
          shift: tensors[1].values,
          epsilon: epsilon,
          slope: slope
        )
      case .averagePooling(let stride):
        self = .averagePooling(stride: stride)
      }
    } catch {
      throw .torch(error)
    }
  }

  func callAsFunction(_ inputs: [Tensor]) throws(TorchError) -> Tensor {
    switch self {
    case .convolution(let convolution):
      return try convolution(inputs[0], skip: inputs.count > 1 ? inputs[1] : nil)
    case .normalization(let scale, let shift, let epsilon, let slope):
      // In place: nothing else reads what is normalized.
      try inputs[0].normalizeAndActivate(
        scale: scale,
        shift: shift,
        epsilon: epsilon,
        residual: inputs.count > 1 ? inputs[1] : nil,
        slope: slope
      )
      return inputs[0]
    case .averagePooling(let stride):
      return try inputs[0].averagePooled(stride: stride)
    }
  }
}
