import CTorch

/// The operations of optimizers, on all parameters of a network at once and in place.
public enum OptimizerSteps {
  /// Scales all gradients down so that their norm together is at most `maximum`.
  /// - Returns: The norm before.
  public static func clipGradients(
    of parameters: [Tensor],
    to maximum: Double
  ) throws(TorchError) -> Double {
    var norm = 0.0
    let pointers = parameters.map { Optional($0.pointer) }
    try check(
      ct_clip_gradients(pointers, pointers.count, maximum, &norm),
      "clipping gradients"
    )
    return norm
  }

  /// Multiplies all gradients by a number.
  public static func scaleGradients(
    of parameters: [Tensor],
    by factor: Double
  ) throws(TorchError) {
    let pointers = parameters.map { Optional($0.pointer) }
    try check(ct_scale_gradients(pointers, pointers.count, factor), "scaling gradients")
  }

  /// One step of stochastic gradient descent with momentum, as PyTorch defines it.
  ///
  /// `v ← momentum · v + g + decay · w`, then `w ← w − rate · v`, or with Nesterov's momentum
  /// `w ← w − rate · (g + decay · w + momentum · v)`.
  public static func sgd(
    _ parameters: [Tensor],
    momenta: [Tensor],
    learningRate: Double,
    momentum: Double,
    weightDecay: Double,
    isNesterov: Bool
  ) throws(TorchError) {
    precondition(parameters.count == momenta.count, "one momentum for each parameter")
    let pointers = parameters.map { Optional($0.pointer) }
    let buffers = momenta.map { Optional($0.pointer) }
    try check(
      ct_sgd_step(
        pointers,
        buffers,
        pointers.count,
        learningRate,
        momentum,
        weightDecay,
        isNesterov
      ),
      "a step of gradient descent"
    )
  }

  /// One step of AdamW (Loshchilov and Hutter, ICLR 2019).
  /// - Parameters:
  ///   - parameters: what is changed, by its gradients.
  ///   - means: the running means of the gradients.
  ///   - squares: the running means of their squares.
  ///   - learningRate: the size of the step.
  ///   - betas: how slowly both means forget.
  ///   - epsilon: added to the root of the squares.
  ///   - weightDecay: the share of each parameter that goes, times the learning rate.
  ///   - step: the number of this step; counts from 1.
  /// - Throws: ``TorchError`` where memory is short.
  public static func adamW(
    _ parameters: [Tensor],
    means: [Tensor],
    squares: [Tensor],
    learningRate: Double,
    betas: (Double, Double),
    epsilon: Double,
    weightDecay: Double,
    step: Int
  ) throws(TorchError) {
    precondition(
      parameters.count == means.count && parameters.count == squares.count,
      "two moments for each parameter"
    )
    let pointers = parameters.map { Optional($0.pointer) }
    let first = means.map { Optional($0.pointer) }
    let second = squares.map { Optional($0.pointer) }
    try check(
      ct_adamw_step(
        pointers,
        first,
        second,
        pointers.count,
        learningRate,
        betas.0,
        betas.1,
        epsilon,
        weightDecay,
        Int64(step)
      ),
      "a step of AdamW"
    )
  }

  /// `averages ← decay · averages + (1 − decay) · parameters`.
  public static func average(
    _ averages: [Tensor],
    with parameters: [Tensor],
    decay: Double
  ) throws(TorchError) {
    precondition(averages.count == parameters.count, "one average for each parameter")
    let pointers = averages.map { Optional($0.pointer) }
    let values = parameters.map { Optional($0.pointer) }
    try check(ct_average_weights(pointers, values, pointers.count, decay), "averaging weights")
  }
}
