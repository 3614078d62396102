public import Torch

/// A network's optimizer with its memory of past gradients.
///
/// Not Sendable, like the tensors in it.
public struct Optimizer {
  /// The plan it follows.
  public let plan: OptimizerPlan
  /// What it remembers besides the weights, by name: for checkpoints.
  public let state: [(name: String, tensor: Tensor)]
  private let parameters: [Tensor]
  private let first: [Tensor]
  private let second: [Tensor]
  private let averages: [Tensor]

  /// An optimizer that has seen no gradient yet.
  public init(
    _ plan: OptimizerPlan,
    for network: TrainableNetwork
  ) throws(TorchError) {
    self.plan = plan
    parameters = network.parameters.map(\.tensor)
    var state: [(name: String, tensor: Tensor)] = []
    func memory(_ prefix: String, copies: Bool = false) throws(TorchError) -> [Tensor] {
      var tensors: [Tensor] = []
      for parameter in network.parameters {
        let shape = parameter.tensor.shape
        let zeros = [Float](repeating: 0, count: shape.reduce(1, *))
        let tensor = try Tensor(
          copies ? parameter.tensor.values() : zeros,
          shape: shape,
          on: parameter.tensor.device
        )
        state.append(("\(prefix).\(parameter.name)", tensor))
        tensors.append(tensor)
      }
      return tensors
    }
    first = try memory(plan.rule == .sgd ? "momentum" : "mean")
    second = plan.rule == .sgd ? [] : try memory("square")
    averages = plan.averageDecay == nil ? [] : try memory("average", copies: true)
    self.state = state
  }

  /// Moves the weights by their gradients, then forgets these.
  /// - Parameters:
  ///   - step: how many steps came before.
  ///   - count: how many there will be in all.
  ///   - gradientScale: what the loss was multiplied by; where that took gradients beyond what
  ///     floats hold, the weights stay as they are.
  /// - Returns: The norm of all gradients before clipping.
  /// - Throws: `TorchError` where memory is short.
  public func step(
    _ step: Int,
    of count: Int,
    gradientScale: Double = 1
  ) throws(TorchError) -> Double {
    if gradientScale != 1 {
      try OptimizerSteps.scaleGradients(of: parameters, by: 1 / gradientScale)
    }
    let norm = try OptimizerSteps.clipGradients(of: parameters, to: plan.largestGradientNorm)
    if !norm.isFinite, gradientScale != 1 {
      for parameter in parameters { try parameter.clearGradient() }
      return norm
    }
    let rate = plan.learningRate(step: step, of: count)
    switch plan.rule {
    case .sgd:
      try OptimizerSteps.sgd(
        parameters,
        momenta: first,
        learningRate: rate,
        momentum: plan.momentum,
        weightDecay: plan.weightDecay,
        isNesterov: true
      )
    case .adamW:
      try OptimizerSteps.adamW(
        parameters,
        means: first,
        squares: second,
        learningRate: rate,
        betas: (0.9, 0.999),
        epsilon: 1e-8,
        weightDecay: plan.weightDecay,
        step: step + 1
      )
    }
    if let decay = plan.averageDecay {
      // Early on the average follows the weights closely, so that it forgets where they began.
      let decay = min(decay, Double(1 + step) / Double(10 + step))
      try OptimizerSteps.average(averages, with: parameters, decay: decay)
    }
    for parameter in parameters { try parameter.clearGradient() }
    return norm
  }

  /// The averaged weights in the parameters' order; the weights themselves where none is kept.
  public var averagedWeights: [Tensor] { averages.isEmpty ? parameters : averages }
}
