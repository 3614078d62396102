public import Torch

/// A network whose weights collect gradients: a graph's layers run with libtorch's differentiation.
///
/// Weights are kept in single precision; activations have the placement's type. Not Sendable: it
/// stays on the thread that made it.
public struct TrainableNetwork {
  /// One tensor that training changes.
  public struct Parameter {
    /// The name in checkpoints, as nnU-Net writes it.
    public let name: String
    /// The values; single precision.
    public let tensor: Tensor
  }

  /// All weights, in the order of the layers.
  public let parameters: [Parameter]
  /// For each output, by how much its resolution is below the input's along D, H and W.
  public var outputScales: [[Int]] { graph.outputScales }
  /// What each output is.
  public var roles: [NetworkRole] { graph.outputs.map(\.role) }

  private let graph: NetworkGraph
  private let releases: [[NetworkGraph.Value]]
  /// For each layer, where its weights begin in ``parameters``.
  private let first: [Int]
  private let type: TensorType

  /// A network with these weights.
  /// - Throws: ``NetworkError`` where a weight is missing or has another shape.
  package init(
    _ graph: NetworkGraph,
    weights: some WeightSource,
    placement: Placement = Placement()
  ) throws(NetworkError) {
    self.graph = graph
    releases = graph.releases
    type = placement.type
    var parameters: [Parameter] = []
    var first: [Int] = []
    for layer in graph.layers {
      first.append(parameters.count)
      for (name, shape) in layer.weights {
        let values = try weights.values(named: name, shape: shape)
        do throws(TorchError) {
          let tensor = try Tensor.parameter(values, shape: shape, on: placement.device)
          parameters.append(Parameter(name: name, tensor: tensor))
        } catch {
          throw .torch(error)
        }
      }
    }
    self.parameters = parameters
    self.first = first
  }

  /// The network's outputs for a batch `[N, Cin, D, H, W]`, each `[N, Cout, D', H', W']` in single
  /// precision, in the graph's order: the classes' logits last, with deep supervision from the lowest
  /// resolution up; before them the masks and the registration of a network that has them.
  public func callAsFunction(_ x: Tensor) throws(TorchError) -> [Tensor] {
    var values = [Tensor?](repeating: nil, count: graph.layers.count + 1)
    values[0] = try x.converted(to: type)
    for (index, layer) in graph.layers.enumerated() {
      let inputs = layer.inputs.compactMap { values[$0] }
      values[index + 1] = try run(layer, weightsFrom: first[index], on: inputs)
      for value in releases[index] { values[value] = nil }
    }
    var outputs: [Tensor] = []
    for output in graph.outputs {
      guard let value = values[output.value] else { continue }
      outputs.append(try value.converted(to: .float32))
    }
    return outputs
  }

  private func run(
    _ layer: NetworkGraph.Layer,
    weightsFrom first: Int,
    on inputs: [Tensor]
  ) throws(TorchError) -> Tensor {
    switch layer.operation {
    case .convolution(_, let stride, let hasBias):
      return try inputs[0].convolved(
        weight: parameters[first].tensor,
        bias: hasBias ? parameters[first + 1].tensor : nil,
        stride: stride,
        joining: inputs.count > 1 ? inputs[1] : nil
      )
    case .upsampling(let stride, let hasBias):
      return try inputs[0].upsampled(
        weight: parameters[first].tensor,
        bias: hasBias ? parameters[first + 1].tensor : nil,
        stride: stride
      )
    case .normalization(let epsilon, let slope):
      return try inputs[0].normalized(
        scale: parameters[first].tensor,
        shift: parameters[first + 1].tensor,
        epsilon: epsilon,
        residual: inputs.count > 1 ? inputs[1] : nil,
        slope: slope
      )
    case .averagePooling(let stride):
      return try inputs[0].blockMeans(stride: stride)
    case .plain(let operation):
      return try operation(inputs)
    }
  }
}
